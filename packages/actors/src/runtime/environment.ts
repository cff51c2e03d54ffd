/** What the runtime needs of the world: time, chance and turns of the event loop. The only ambient place of this package. */

/** A timer of the host. */
export interface HostTimer {
  cancel(): void;
}

export interface Environment {
  /** Monotonic milliseconds, with fractions. */
  now(): number;
  /** Milliseconds since 1970. */
  wallClock(): number;
  /** 0 ≤ n < 1. */
  random(): number;
  /** Runs `work` in this turn of the event loop, after what runs now. */
  soon(work: () => void): void;
  /** Runs `work` in a later turn, so that timers and sockets come first. */
  later(work: () => void): void;
  /** Runs `work` after so many milliseconds; doesn't keep the host alive. */
  setTimer(ms: number, work: () => void): HostTimer;
  /** Keeps the host from ending for want of work; the answer ends that. */
  keepAlive(): () => void;
  /** Whether what an event of the host's makes ready may run within the event, rather than `soon`. */
  readonly runsInEvents: boolean;
  /** Which of so many runnable processes is next; 0 is the one that has waited longest. */
  choose(count: number): number;
}

/** The longest time a host timer takes (2^31 − 1 ms, 24.8 days); longer ones are set again when it has passed. */
export const LONGEST_HOST_TIMER_MS = 2_147_483_647;

const settled = Promise.resolve();

export function realEnvironment(): Environment {
  return {
    now: () => performance.now(),
    wallClock: () => Date.now(),
    random: () => Math.random(),
    // Half of what `queueMicrotask` costs, which keeps an asynchronous context for each.
    soon: (work) => void settled.then(work),
    later: (work) => void setImmediate(work),
    setTimer(ms, work) {
      const timer = setTimeout(work, Math.min(ms, LONGEST_HOST_TIMER_MS));
      timer.unref();
      return { cancel: () => clearTimeout(timer) };
    },
    keepAlive() {
      const timer = setInterval(() => {}, LONGEST_HOST_TIMER_MS);
      return () => clearInterval(timer);
    },
    runsInEvents: true,
    choose: () => 0,
  };
}
