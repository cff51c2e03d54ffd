/** Why a handshake failed where neither the peer nor OpenSSL has said anything: the causes of a `TlsError`. */

export function lateHandshake(timeoutMs: number): Error {
  return Object.assign(new Error(`it took more than ${timeoutMs} ms`), { code: "ETIMEDOUT" });
}

/** The connection is gone, or about to go. */
export function endedBefore(): Error {
  return Object.assign(new Error("it had ended before"), { code: "ECONNRESET" });
}
