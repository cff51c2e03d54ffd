/** How long to wait before the next attempt to reach the server. Pure. */

const FIRST_WAIT_MS = 200;
export const LONGEST_WAIT_MS = 5_000;

/** Doubles with each failed attempt (from 0); `random` in [0, 1) takes off up to half, so that clients don't return all at once. */
export function backoffMs(attempt: number, random: number): number {
  const full = Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** attempt);
  return Math.max(FIRST_WAIT_MS, Math.round(full * (1 - random / 2)));
}
