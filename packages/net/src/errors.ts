/** Errors of listening and connecting. */

import type { Endpoint } from "./network/network.ts";

export type ListenErrorCode = "address_in_use" | "not_permitted" | "address_not_available" | "listen_failed";

const LISTEN_CODES: Readonly<Record<string, readonly [ListenErrorCode, string]>> = {
  EADDRINUSE: ["address_in_use", "another program listens there"],
  EACCES: ["not_permitted", "this user may not listen there"],
  EPERM: ["not_permitted", "this user may not listen there"],
  EADDRNOTAVAIL: ["address_not_available", "this machine has no such address"],
  ENOTFOUND: ["address_not_available", "no such host"],
};

export class ListenError extends Error {
  override readonly name = "ListenError";
  readonly code: ListenErrorCode;
  readonly endpoint: Endpoint;

  constructor({ host, port }: Endpoint, cause: NodeJS.ErrnoException) {
    const [code, why] = LISTEN_CODES[cause.code ?? ""] ?? (["listen_failed", cause.message] as const);
    super(`can't listen on ${host}:${port}: ${why}`, { cause });
    this.code = code;
    this.endpoint = { host, port };
  }
}

export class ConnectError extends Error {
  override readonly name = "ConnectError";
  readonly code = "connect_failed";
  readonly endpoint: Endpoint;

  constructor(endpoint: Endpoint, cause: Error) {
    super(`can't connect to ${endpoint.host}:${endpoint.port}: ${cause.message}`, { cause });
    this.endpoint = endpoint;
  }
}
