/** TLS over an open `node:net` socket; loaded when the first connection asks for it. */

import { isIP, type Socket } from "node:net";
import { connect, type Server, type TLSSocket } from "node:tls";
import { TlsError } from "../errors.ts";
import type { Endpoint } from "./network.ts";
import { clientContext, serverFor } from "./tls-contexts.ts";
import type { TlsClientOptions, TlsInfo, TlsOptions, TlsServerOptions } from "./tls.ts";

/** What came of a handshake: the socket to go on with, paused. */
export interface Secured {
  readonly socket: TLSSocket;
  readonly info: TlsInfo;
}

/**
 * Shakes hands over a paused socket; what is in its buffer is taken as the beginning of what the peer says.
 *
 * @throws TlsError when it fails; the socket is destroyed then.
 */
export async function shakeHands(raw: Socket, options: TlsOptions, peer: Endpoint): Promise<Secured> {
  // A peer that ends amid the handshake has failed; only afterwards may a connection be half open.
  raw.allowHalfOpen = false;
  try {
    const socket = await (options.role === "server"
      ? secureServer(raw, options)
      : secureClient(raw, options));
    socket.pause();
    socket.allowHalfOpen = true;
    return { socket, info: toInfo(socket, options) };
  } catch (error) {
    raw.destroy();
    throw error instanceof UnusableIdentity
      ? new TlsError(peer, error.cause as Error, "unusable_identity")
      : new TlsError(peer, error as Error);
  }
}

/** The own certificate or key is wrong: the peer has nothing to do with it. */
class UnusableIdentity extends Error {}

function secureClient(raw: Socket, options: TlsClientOptions): Promise<TLSSocket> {
  const { serverName, alpn } = options;
  return new Promise((resolve, reject) => {
    const secureContext = attempt(() => clientContext(options));
    const socket = connect({
      socket: raw,
      secureContext,
      // A name of digits isn't asked for (RFC 6066), but the certificate must be for it all the same.
      ...(isIP(serverName) === 0 ? { servername: serverName } : { host: serverName, servername: "" }),
      ...(alpn === undefined ? {} : { ALPNProtocols: [...alpn] }),
    });
    socket.once("error", reject);
    socket.once("secureConnect", () => {
      socket.off("error", reject);
      socket.pause();
      resolve(socket);
    });
  });
}

function secureServer(raw: Socket, options: TlsServerOptions): Promise<TLSSocket> {
  return new Promise((resolve, reject) => {
    const server = attempt(() => serverFor(options));
    // The server of all connections with these options, but what it tells of this one is told here.
    const ofThisOne = Object.create(server) as Server;
    ofThisOne.emit("connection", raw);
    ofThisOne.emit = (event: string, ...told: readonly unknown[]) => {
      if (event === "secureConnection") resolve(told[0] as TLSSocket);
      if (event === "tlsClientError") reject(refusalOf(told[0] as Error, told[1] as TLSSocket));
      return true;
    };
  });
}

/** Node.js hangs up on a client whose certificate it doesn't trust, and keeps the reason beside. */
function refusalOf(error: Error, socket: TLSSocket): Error {
  const { authorizationError } = socket;
  if (authorizationError === null || authorizationError === undefined) return error;
  const code = String(authorizationError);
  return Object.assign(new Error(`the client's certificate: ${code}`, { cause: error }), { code });
}

function toInfo(socket: TLSSocket, options: TlsOptions): TlsInfo {
  const { servername, alpnProtocol } = socket as { servername?: unknown; alpnProtocol: unknown };
  const asked = options.role === "client" ? options.serverName : servername;
  return {
    version: socket.getProtocol() ?? "unknown",
    cipher: socket.getCipher().standardName,
    serverName: typeof asked === "string" && asked !== "" ? asked : undefined,
    alpn: typeof alpnProtocol === "string" ? alpnProtocol : undefined,
  };
}

function attempt<T>(prepare: () => T): T {
  try {
    return prepare();
  } catch (error) {
    throw new UnusableIdentity("expected a certificate and its key", { cause: error });
  }
}
