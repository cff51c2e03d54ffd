/**
 * What stands for TLS's handshake: both ends say hello, agree, and from then on mark what they send. A certificate is
 * vouched for by itself alone: whoever names a `ca` must be shown exactly that one.
 */

import type { TlsClientOptions, TlsIdentity, TlsInfo, TlsOptions, TlsServerOptions } from "../network/tls.ts";
import { networkError } from "./network-error.ts";
import { fromMessage, toMessage, type Message } from "./records.ts";

const ALERT = 0x15;
const HELLO = 0x16;

/** What either end says first; the client is also the last to speak. */
interface Hello {
  readonly role: "client" | "server" | "finished";
  readonly serverName?: string | undefined;
  readonly cert?: string | undefined;
  readonly alpn?: readonly string[] | undefined;
}

/** What a handshake needs of its stream. */
export interface HandshakeStream {
  send(bytes: Uint8Array): void;
  /** Both agree; `rest` came after the last of it. */
  agreed(info: TlsInfo, rest: Buffer): void;
  failed(error: Error): void;
}

export class Handshake {
  readonly #options: TlsOptions;
  readonly #stream: HandshakeStream;
  #held: Buffer = Buffer.alloc(0);
  #serverName: string | undefined;
  #alpn: string | undefined;
  #over = false;

  constructor(options: TlsOptions, stream: HandshakeStream) {
    this.#options = options;
    this.#stream = stream;
  }

  begin(): void {
    const options = this.#options;
    if (options.role === "server") return;
    const { serverName, cert, alpn } = options;
    this.#serverName = serverName;
    this.#say({ role: "client", serverName, cert: toText(cert), alpn });
  }

  push(chunk: Buffer): void {
    this.#held = Buffer.concat([this.#held, chunk]);
    while (!this.#over) {
      const message = fromMessage(this.#held);
      if (typeof message === "number") return;
      if (message === "wrong") this.#fail("ERR_SSL_WRONG_VERSION_NUMBER", "the peer speaks no TLS");
      else this.#hear(message);
    }
  }

  /** The connection has ended. */
  ended(error: Error = networkError("ECONNRESET", "the connection ended before it was secure")): void {
    if (this.#over) return;
    this.#over = true;
    this.#stream.failed(error);
  }

  #hear({ mark, body, rest }: Message): void {
    this.#held = rest;
    const hello = mark === HELLO ? parseHello(body) : undefined;
    const options = this.#options;
    if (mark === ALERT) this.#fail("ERR_SSL_ALERT", `the peer refused: ${body.toString()}`);
    else if (hello === undefined) this.#fail("ERR_SSL_WRONG_VERSION_NUMBER", "the peer speaks no TLS");
    else if (options.role === "client") this.#hearServer(hello, options);
    else this.#hearClient(hello, options);
  }

  #hearClient(hello: Hello, options: TlsServerOptions): void {
    if (hello.role === "client") this.#answer(hello, options);
    else if (hello.role === "finished") this.#agree();
    else this.#refuse("ERR_SSL_UNEXPECTED_MESSAGE", "both are servers");
  }

  #answer({ serverName = "", cert, alpn }: Hello, options: TlsServerOptions): void {
    const identity: TlsIdentity = options.servers?.[serverName] ?? options;
    this.#serverName = serverName;
    this.#alpn = options.alpn?.find((name) => alpn?.includes(name) === true);
    if (options.clientCa !== undefined && cert !== toText(options.clientCa))
      this.#refuse("ERR_SSL_PEER_DID_NOT_RETURN_A_CERTIFICATE", "nobody vouches for the client");
    else if (options.alpn !== undefined && alpn !== undefined && this.#alpn === undefined)
      this.#refuse("ERR_SSL_TLSV1_ALERT_NO_APPLICATION_PROTOCOL", "no application protocol in common");
    else
      this.#say({
        role: "server",
        cert: toText(identity.cert),
        alpn: this.#alpn === undefined ? [] : [this.#alpn],
      });
  }

  #hearServer(hello: Hello, options: TlsClientOptions): void {
    this.#alpn = hello.alpn?.[0];
    if (hello.role !== "server") {
      this.#refuse("ERR_SSL_UNEXPECTED_MESSAGE", "both are clients");
    } else if (options.ca !== undefined && hello.cert !== toText(options.ca)) {
      this.#refuse("UNABLE_TO_VERIFY_LEAF_SIGNATURE", "nobody vouches for the server");
    } else {
      this.#say({ role: "finished" });
      this.#agree();
    }
  }

  #agree(): void {
    this.#over = true;
    const [serverName, alpn] = [this.#serverName, this.#alpn];
    this.#stream.agreed({ version: "TLSv1.3", cipher: "SIMULATED", serverName, alpn }, this.#held);
  }

  #say(hello: Hello): void {
    this.#stream.send(toMessage(HELLO, Buffer.from(JSON.stringify(hello))));
  }

  #refuse(code: string, why: string): void {
    this.#stream.send(toMessage(ALERT, Buffer.from(why)));
    this.#fail(code, why);
  }

  #fail(code: string, why: string): void {
    this.ended(networkError(code, why));
  }
}

function toText(cert: string | Uint8Array | undefined): string | undefined {
  return cert === undefined ? undefined : Buffer.from(cert as Uint8Array).toString();
}

function parseHello(body: Buffer): Hello | undefined {
  try {
    return JSON.parse(body.toString()) as Hello;
  } catch {
    return undefined;
  }
}
