/**
 * What `node:tls` makes of certificates and keys: once for each options object, since to read them takes longer than the
 * rest of a handshake, and since a session can go on only where it began.
 */

import type * as NodeTls from "node:tls";
import type { SecureContext, Server, TlsOptions } from "node:tls";
import { refusal } from "../expectations.ts";
import type { TlsClientOptions, TlsIdentity, TlsServerOptions } from "./tls.ts";

type Pem = string | Uint8Array | undefined;

const clients = new WeakMap<TlsClientOptions, SecureContext>();
const servers = new WeakMap<TlsServerOptions, Server>();

/** @throws Error of OpenSSL where a certificate or its key can't be used. */
export function clientContext(options: TlsClientOptions): SecureContext {
  const known = clients.get(options);
  if (known !== undefined) return known;
  const { ca, cert, key } = options;
  expectAuthorities("ca", ca);
  const made = createContext({ ca, cert, key });
  clients.set(options, made);
  return made;
}

/** @throws Error of OpenSSL where a certificate or its key can't be used. */
export function serverFor(options: TlsServerOptions): Server {
  const known = servers.get(options);
  if (known !== undefined) return known;
  const made = tls().createServer(toServerOptions(options));
  servers.set(options, made);
  return made;
}

/**
 * The same beforehand, of what was checked for its form.
 *
 * @throws RangeError that names the certificate or key that can't be used, and doesn't show it.
 */
export function prepareServer(path: string, options: TlsServerOptions): void {
  expectAuthorities(`${path}.clientCa`, options.clientCa);
  try {
    serverFor(options);
  } catch (error) {
    expectIdentity(path, options);
    for (const [name, identity] of Object.entries(options.servers ?? {}))
      expectIdentity(`${path}.servers[${JSON.stringify(name)}]`, identity);
    throw unusable(path, "what a server can use", error);
  }
}

/** Node.js leaves out what it can't read of those who vouch for others; but it looks at each certificate of a chain. */
function expectAuthorities(name: string, ca: Pem): void {
  if (ca !== undefined) expectUsable(name, "certificates in PEM", { cert: ca });
}

function expectIdentity(path: string, { cert, key }: TlsIdentity): void {
  expectUsable(`${path}.cert`, "a certificate in PEM", { cert });
  expectUsable(`${path}.key`, "the certificate's key in PEM", { cert, key });
}

function expectUsable(name: string, right: string, parts: Readonly<Record<string, Pem>>): void {
  try {
    createContext(parts);
  } catch (error) {
    throw unusable(name, right, error);
  }
}

/** OpenSSL's reason has nothing of the key in it. */
function unusable(name: string, right: string, error: unknown): RangeError {
  const { reason = "no reason is known" } = error as { readonly reason?: string };
  return refusal(name, right, `what can't be used (${reason})`);
}

function toServerOptions({ cert, key, clientCa, servers: named, alpn }: TlsServerOptions): TlsOptions {
  return {
    ...given({ cert, key, ca: clientCa }),
    ...(clientCa === undefined ? {} : { requestCert: true, rejectUnauthorized: true }),
    ...(alpn === undefined ? {} : { ALPNProtocols: [...alpn] }),
    ...(named === undefined ? {} : { SNICallback: chooseByName(named, clientCa) }),
  };
}

/** Names are compared as host names are: whatever their case. `*.` stands for one label. */
function chooseByName(
  named: Readonly<Record<string, TlsIdentity>>,
  ca: Pem,
): NonNullable<TlsOptions["SNICallback"]> {
  const byName = new Map<string, SecureContext>();
  for (const [name, { cert, key }] of Object.entries(named))
    byName.set(name.toLowerCase(), createContext({ cert, key, ca }));
  return (asked, answer) => {
    const name = asked.toLowerCase();
    answer(null, byName.get(name) ?? byName.get(name.replace(/^[^.]*/, "*")));
  };
}

function createContext(parts: Readonly<Record<string, Pem>>): SecureContext {
  return tls().createSecureContext(given(parts));
}

/** Node.js takes no `undefined` for what isn't given, and a `Buffer` where bytes are. */
function given(parts: Readonly<Record<string, Pem>>): Record<string, string | Buffer> {
  const kept: Record<string, string | Buffer> = {};
  for (const [name, pem] of Object.entries(parts))
    if (pem !== undefined) kept[name] = typeof pem === "string" ? pem : Buffer.from(pem);
  return kept;
}

/** Loaded when it is asked for: a program without encryption need not wait for it. */
function tls(): typeof NodeTls {
  return process.getBuiltinModule("node:tls");
}
