/** When a connection's times run out. Pure. */

/** Monotonic milliseconds, `Infinity` for never. */
export interface Times {
  readonly firstPacketUntilMs: number;
  readonly lifeUntilMs: number;
}

/** Of all connections that have none. */
export const NO_TIMES: Times = { firstPacketUntilMs: Infinity, lifeUntilMs: Infinity };

/** How much later than asked a time may be noticed. */
const STEP_MS = 100;

/**
 * How long to wait before the next look. Timers of one duration share a list, so what is left of many connections' times
 * mustn't all differ: it is rounded up.
 */
export function nextCheck(leftMs: number): number {
  const stepMs = leftMs > STEP_MS ? STEP_MS : 1;
  return Math.ceil(Math.max(leftMs, 0) / stepMs) * stepMs;
}
