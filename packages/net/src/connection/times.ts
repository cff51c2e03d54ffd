/** When a connection's times run out. Pure. */

/** `Infinity` for never. Never changed: connections that have none of their own share those of their listener. */
export interface Times {
  /** How long the peer may be silent. */
  readonly readMs: number;
  /** The same until its next packet, where another was asked for. */
  readonly readOnceMs: number | undefined;
  /** By the runtime's monotonic clock. */
  readonly firstPacketUntilMs: number;
  readonly lifeUntilMs: number;
}

/** Times of connections whose peer may be silent for so long. */
export function timesOf(readMs: number): Times {
  return { readMs, readOnceMs: undefined, firstPacketUntilMs: Infinity, lifeUntilMs: Infinity };
}

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
