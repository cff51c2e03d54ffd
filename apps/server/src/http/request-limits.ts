/** How many requests an address, a session or a token may make. */

import { RateLimiterMemory } from "rate-limiter-flexible";
import { toNetwork } from "../accounts/log-in-limits.ts";
import type { Config } from "../config.ts";
import { ComeBackError } from "./answers.ts";

const WINDOW_SECONDS = 10;

export interface RequestLimits {
  /** @throws ComeBackError */
  takeOfAddress(address: string): Promise<void>;
  /** By the hash of a session or token. @throws ComeBackError */
  takeOfCredential(credential: string): Promise<void>;
}

export function createRequestLimits({ requestLimit }: Pick<Config, "requestLimit">): RequestLimits {
  const count = (keyPrefix: string) =>
    new RateLimiterMemory({ keyPrefix, points: requestLimit, duration: WINDOW_SECONDS });
  const byAddress = count("address");
  const byCredential = count("credential");
  const take = (counter: RateLimiterMemory, key: string) =>
    counter.consume(key).then(
      () => undefined,
      ({ msBeforeNext }: { readonly msBeforeNext: number }) => {
        throw new ComeBackError("too_many_requests", "too many requests; wait a little", msBeforeNext);
      },
    );
  return {
    takeOfAddress: (address) => take(byAddress, toNetwork(address)),
    takeOfCredential: (credential) => take(byCredential, credential),
  };
}
