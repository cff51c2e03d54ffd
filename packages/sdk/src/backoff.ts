/** How long to wait before connecting again. */

import { FIRST_RETRY_MS, LONGEST_RETRY_AFTER_MS, LONGEST_RETRY_MS } from "./limits.ts";

/**
 * Doubles with each attempt that failed before, up to the longest; then somewhere in its upper half, so that many
 * games that lost the same server don't all come back at once. `chance` is at least 0 and less than 1.
 */
export function backoffMs(failedAttempts: number, chance: number): number {
  const wholeMs = Math.min(FIRST_RETRY_MS * 2 ** failedAttempts, LONGEST_RETRY_MS);
  return Math.round((wholeMs / 2) * (1 + chance));
}

/** Never earlier than the server asked for, and up to half as long again. */
export function retryAfterWithJitterMs(retryAfterMs: number, chance: number): number {
  const askedMs = Math.min(Math.max(retryAfterMs, 0), LONGEST_RETRY_AFTER_MS);
  return Math.round(askedMs * (1 + chance / 2));
}
