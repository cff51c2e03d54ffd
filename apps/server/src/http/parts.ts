/** What the handlers of one web server share. */

import type { FastifyRequest } from "fastify";
import { createLogInLimits, type LogInLimits } from "../accounts/log-in-limits.ts";
import { createPasswords, type Passwords } from "../accounts/passwords.ts";
import type { Config } from "../config.ts";
import { clientAddress } from "./client-address.ts";
import { createMetrics, type Metrics } from "./metrics.ts";
import { createRequestLimits, type RequestLimits } from "./request-limits.ts";

export interface Parts {
  readonly config: Config;
  /** What the first account takes when it is made from elsewhere. */
  readonly setupCode: string;
  readonly metrics: Metrics;
  readonly passwords: Passwords;
  readonly logInLimits: LogInLimits;
  readonly requestLimits: RequestLimits;
  /** The address that a request counts for. */
  readonly addressOf: (request: Pick<FastifyRequest, "headers" | "socket">) => string;
}

export function createParts(config: Config, setupCode: string): Parts {
  const metrics = createMetrics();
  return {
    config,
    setupCode,
    metrics,
    passwords: createPasswords(() => metrics.passwordHashes.inc()),
    logInLimits: createLogInLimits(),
    requestLimits: createRequestLimits(config),
    addressOf: ({ headers, socket }) => clientAddress(socket.remoteAddress, headers, config.trustedProxy),
  };
}
