/** Whether what a socket is told about encryption makes sense, but for what stands in certificates and keys. Pure. */

import {
  expectObject,
  expectOptions,
  listOf,
  oneOf,
  optionsOf,
  text,
  wrong,
  wrongSecret,
  type Check,
  type Checks,
} from "../expectations.ts";
import type { TlsClientOptions, TlsIdentity, TlsOptions, TlsServerOptions } from "./tls.ts";

/** Longest name of an application protocol, in bytes (RFC 7301). */
const MAX_PROTOCOL_BYTES = 255;

const IDENTITY_CHECKS: Checks<TlsIdentity> = { cert: expectPem, key: expectPem };

const SERVER_CHECKS: Checks<TlsServerOptions> = {
  ...IDENTITY_CHECKS,
  servers: expectServers,
  clientCa: expectPem,
  alpn: expectProtocols,
  role: oneOf("server"),
};

/** What a listener is told as `tls`: the role goes without saying. */
export const expectListenersTls: Check = optionsOf(SERVER_CHECKS, ["cert", "key"]);

const CLIENT_CHECKS: Checks<TlsClientOptions> = {
  ...IDENTITY_CHECKS,
  role: oneOf("client"),
  serverName: text("the name to ask for"),
  ca: expectPem,
  alpn: expectProtocols,
};

/** Objects that were right: one may be shared by all connections. */
const right = new WeakSet<object>();

/** @throws RangeError */
export function checkTlsOptions(options: TlsOptions): void {
  if (right.has(options)) return;
  expectObject("options", options);
  const { role, cert, key }: Partial<TlsOptions> = options;
  oneOf("server", "client")("role", role);
  if (role === "server") expectOptions(options, SERVER_CHECKS, { required: ["cert", "key"] });
  else expectOptions(options, CLIENT_CHECKS, { required: ["serverName"] });
  if (cert === undefined && key !== undefined) throw wrong("cert", "given where key is", cert);
  if (key === undefined && cert !== undefined) throw wrong("key", "given where cert is", key);
  right.add(options);
}

/** What stands there instead may be somebody's key. */
function expectPem(name: string, value: unknown): void {
  const isGiven = (typeof value === "string" || value instanceof Uint8Array) && value.length > 0;
  if (!isGiven) throw wrongSecret(name, "PEM", value);
}

function expectServers(name: string, value: unknown): void {
  expectObject(name, value);
  for (const [server, identity] of Object.entries(value)) {
    if (!isServerName(server))
      throw wrong(`each name of ${name}`, "a host's, or one like *.example.org", server);
    optionsOf(IDENTITY_CHECKS, ["cert", "key"])(`${name}[${JSON.stringify(server)}]`, identity);
  }
}

/** As clients write it (RFC 6066): without a dot at the end, and other alphabets in Punycode. `*.` stands for one label. */
function isServerName(name: string): boolean {
  return name.length <= 255 && /^(\*|[\w-]+)(\.[\w-]+)*$/.test(name);
}

function expectProtocols(name: string, value: unknown): void {
  listOf(expectProtocol, "a list of names")(name, value);
  if ((value as readonly unknown[]).length === 0) throw wrong(name, "a list of names", value);
}

function expectProtocol(name: string, value: unknown): void {
  text("a name")(name, value);
  if (Buffer.byteLength(value as string) > MAX_PROTOCOL_BYTES)
    throw wrong(name, `a name of at most ${MAX_PROTOCOL_BYTES} bytes`, value);
}
