/** What goes wrong with listening, connecting, encrypting, reading and writing, where it isn't a value. */

import type { FramingFault } from "./framing/framer.ts";
import { formatEndpoint, type Endpoint } from "./network/network.ts";

/** Why it can't be listened. */
export type ListenErrorCode =
  | "address_in_use"
  | "not_permitted"
  | "address_not_available"
  | "too_many_files"
  | "listen_failed";

const LISTEN_CODES: Readonly<Record<string, readonly [ListenErrorCode, string]>> = {
  EADDRINUSE: ["address_in_use", "another program listens there"],
  EACCES: ["not_permitted", "this user may not listen there"],
  EPERM: ["not_permitted", "this user may not listen there"],
  EADDRNOTAVAIL: ["address_not_available", "this machine has no such address"],
  ENOTFOUND: ["address_not_available", "no such host"],
  EMFILE: ["too_many_files", "this program has too many files open"],
  ENFILE: ["too_many_files", "this machine has too many files open"],
};

/** Nobody can listen there; `cause` is the system's own error. */
export class ListenError extends Error {
  override readonly name = "ListenError";
  readonly code: ListenErrorCode;
  readonly endpoint: Endpoint;

  /** `seen` is what stood in the way, where somebody has looked. */
  constructor(endpoint: Endpoint, cause: NodeJS.ErrnoException, seen?: string) {
    const [code, reason] = LISTEN_CODES[cause.code ?? ""] ?? (["listen_failed", cause.message] as const);
    const why = seen ?? reason;
    // Node.js doesn't tell the two apart (uv_pipe_bind).
    const orNoFolder =
      code === "not_permitted" && endpoint.path !== undefined ? "there is no such folder, or " : "";
    super(`can't listen on ${formatEndpoint(endpoint)}: ${orNoFolder}${why}`, { cause });
    this.code = code;
    this.endpoint = endpointOnly(endpoint);
  }
}

/** Why there is no connection. */
export type ConnectErrorCode =
  | "refused"
  | "timeout"
  | "not_found"
  | "unreachable"
  | "not_permitted"
  | "too_many_files"
  | "connect_failed";

const CONNECT_CODES: Readonly<Record<string, readonly [ConnectErrorCode, string]>> = {
  ECONNREFUSED: ["refused", "nobody listens there"],
  ENOENT: ["refused", "nobody listens there"],
  ETIMEDOUT: ["timeout", "nobody answered in time"],
  ENOTFOUND: ["not_found", "no such host"],
  EAI_AGAIN: ["not_found", "the host's name can't be looked up now"],
  EHOSTUNREACH: ["unreachable", "no way leads there"],
  ENETUNREACH: ["unreachable", "no way leads there"],
  EACCES: ["not_permitted", "this user may not connect there"],
  EPERM: ["not_permitted", "this user may not connect there"],
  EMFILE: ["too_many_files", "this program has too many files open"],
  ENFILE: ["too_many_files", "this machine has too many files open"],
};

/** Nobody can be connected to there; `cause` is the system's own error. */
export class ConnectError extends Error {
  override readonly name = "ConnectError";
  readonly code: ConnectErrorCode;
  readonly endpoint: Endpoint;

  constructor(endpoint: Endpoint, cause: NodeJS.ErrnoException) {
    const [code, why] = CONNECT_CODES[cause.code ?? ""] ?? (["connect_failed", cause.message] as const);
    super(`can't connect to ${formatEndpoint(endpoint)}: ${why}`, { cause });
    this.code = code;
    this.endpoint = endpointOnly(endpoint);
  }
}

export type TlsErrorCode =
  /** The own certificate or key can't be used. */
  | "unusable_identity"
  /** The peer's certificate is of nobody trusted, of another name, or missing; or the peer says so of the own one. */
  | "certificate_refused"
  /** The peer speaks no TLS, or none that both can. */
  | "handshake_failed"
  /** The handshake took too long. */
  | "timeout"
  /** The connection ended before. */
  | "closed";

const TLS_REASONS: Readonly<Record<TlsErrorCode, string>> = {
  unusable_identity: "the certificate or its key can't be used",
  certificate_refused: "a certificate isn't trusted",
  handshake_failed: "the handshake failed",
  timeout: "the handshake took too long",
  closed: "the connection ended before the handshake did",
};

/** A connection couldn't be encrypted; it is closed. */
export class TlsError extends Error {
  override readonly name = "TlsError";
  readonly code: TlsErrorCode;
  /** The peer. */
  readonly endpoint: Endpoint;

  constructor(endpoint: Endpoint, cause: NodeJS.ErrnoException, code = toTlsErrorCode(cause.code ?? "")) {
    super(`can't encrypt to ${formatEndpoint(endpoint)}: ${TLS_REASONS[code]} (${reasonOf(cause)})`, {
      cause,
    });
    this.code = code;
    this.endpoint = endpointOnly(endpoint);
  }
}

/** OpenSSL's own words, without the file and line of its that they come from. */
function reasonOf({ message, reason }: Error & { readonly reason?: unknown }): string {
  return typeof reason === "string" ? reason : message;
}

/** OpenSSL's alerts and errors begin with `ERR_SSL_`; its reasons to refuse a certificate have no such beginning. */
function toTlsErrorCode(code: string): TlsErrorCode {
  if (code === "ETIMEDOUT") return "timeout";
  if (/^E(CONN|PIPE|RR_STREAM|RR_SOCKET)/.test(code)) return "closed";
  if (code === "ERR_TLS_CERT_ALTNAME_INVALID" || /CERTIFICATE|UNKNOWN_CA/.test(code))
    return "certificate_refused";
  return /^(ERR_|E[A-Z]+$|$)/.test(code) ? "handshake_failed" : "certificate_refused";
}

/** The peer has taken nothing of what was sent for so long that the connection was closed. */
export class SendTimeoutError extends Error {
  override readonly name = "SendTimeoutError";
  readonly code = "send_timeout";
  readonly timeoutMs: number;

  constructor(timeoutMs: number) {
    super(`the peer has taken nothing of what was sent for ${timeoutMs} ms`);
    this.timeoutMs = timeoutMs;
  }
}

/** What the peer sent can't be cut into packets any further. */
export class FramingError extends Error {
  override readonly name = "FramingError";
  readonly code: FramingFault["code"];
  readonly fault: FramingFault;

  constructor(fault: FramingFault) {
    super(fault.code === "malformed" ? "the bytes don't follow the framing" : describeTooLarge(fault));
    this.code = fault.code;
    this.fault = fault;
  }
}

function describeTooLarge({
  maxBytes,
  declaredBytes,
}: FramingFault & { readonly code: "too_large" }): string {
  const size = declaredBytes === undefined ? "" : ` of ${declaredBytes} bytes`;
  return `a packet${size} is over the limit of ${maxBytes} bytes`;
}

/** A file to send couldn't be read, or not to its end. */
export class SendFileError extends Error {
  override readonly name = "SendFileError";
  readonly code = "file_unreadable";
  readonly path: string;
  /** What had been sent of it. */
  readonly sentBytes: number;

  constructor(path: string, sentBytes: number, cause: unknown) {
    super(`can't read ${path}: ${cause instanceof Error ? cause.message : String(cause)}`, { cause });
    this.path = path;
    this.sentBytes = sentBytes;
  }
}

/** Without what else a request may carry. */
function endpointOnly({ host, port, path }: Endpoint): Endpoint {
  return path === undefined ? { host, port } : { host, port, path };
}
