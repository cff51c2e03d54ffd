/** `@wheelhouse/actors/simulation`: a runtime in virtual time, whose every choice follows from a seed. */

import { ForeignAwaitError } from "./errors.ts";
import type { Environment } from "./runtime/environment.ts";
import { Runtime, type RuntimeOptions } from "./runtime/runtime.ts";

export interface SimulationOptions extends RuntimeOptions {
  /** The same seed gives the same run. */
  readonly seed: number;
  /** What `wallClock()` begins at, in milliseconds since 1970. Default: 0. */
  readonly startsAt?: number;
}

/** A runtime whose time only moves when it is told to. */
export class SimulatedRuntime extends Runtime {
  readonly #clock: VirtualClock;

  constructor(options: SimulationOptions) {
    const clock = new VirtualClock(options.startsAt ?? 0);
    super(options, simulatedEnvironment(clock, seededRandom(options.seed)));
    this.#clock = clock;
  }

  /**
   * Lets everything happen that needs no time.
   *
   * @throws ForeignAwaitError when a handler then waits for something outside the simulation.
   */
  async settle(): Promise<void> {
    do await nextTurn();
    while (!this.scheduler.idle);
    const foreign = this.foreignAwaits();
    if (foreign.length > 0) throw new ForeignAwaitError(foreign);
  }

  /** Moves time on, timer by timer, letting everything happen that each brings about. */
  async advance(ms: number): Promise<void> {
    const until = this.#clock.now + ms;
    await this.settle();
    for (let work = this.#clock.takeNext(until); work !== undefined; work = this.#clock.takeNext(until)) {
      work();
      await this.settle();
    }
    this.#clock.now = until;
  }
}

export function simulation(options: SimulationOptions): SimulatedRuntime {
  return new SimulatedRuntime(options);
}

/** One turn of the real event loop: all promises that can settle have settled after it. */
function nextTurn(): Promise<void> {
  return new Promise((resolve) => {
    // The one thing a simulation asks of the real world: that its promises run.
    setImmediate(resolve);
  });
}

interface VirtualTimer {
  readonly at: number;
  readonly work: () => void;
}

class VirtualClock {
  now = 0;
  readonly startsAt: number;
  #timers: readonly VirtualTimer[] = [];

  constructor(startsAt: number) {
    this.startsAt = startsAt;
  }

  setTimer(ms: number, work: () => void): () => void {
    const timer = { at: this.now + ms, work };
    this.#timers = [...this.#timers, timer];
    return () => {
      this.#timers = this.#timers.filter((other) => other !== timer);
    };
  }

  /** Takes the earliest timer that expires by then, and sets the clock to it. */
  takeNext(until: number): (() => void) | undefined {
    const at = Math.min(...this.#timers.map((timer) => timer.at));
    const next = this.#timers.find((timer) => timer.at === at);
    if (next === undefined || next.at > until) return undefined;
    this.#timers = this.#timers.filter((timer) => timer !== next);
    this.now = Math.max(this.now, next.at);
    return next.work;
  }
}

function simulatedEnvironment(clock: VirtualClock, random: () => number): Environment {
  return {
    now: () => clock.now,
    wallClock: () => clock.startsAt + clock.now,
    random,
    soon: (work) => void setImmediate(work),
    later: (work) => void setImmediate(work),
    setTimer: (ms, work) => ({ cancel: clock.setTimer(ms, work) }),
    keepAlive: () => () => {},
    choose: (count) => Math.floor(random() * count),
  };
}

/** Mulberry32: 32 bits of state, good enough to shuffle, and the same everywhere. */
function seededRandom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}
