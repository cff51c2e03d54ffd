/** `@wheelhouse/actors/simulation`: a runtime in virtual time, whose every choice follows from a seed. */

import { ForeignAwaitError } from "./errors.ts";
import { ProcessRef } from "./process/process-ref.ts";
import { Clock } from "./runtime/clock.ts";
import type { Environment } from "./runtime/environment.ts";
import { Runtime, type RuntimeOptions } from "./runtime/runtime.ts";
import { Scheduler } from "./runtime/scheduler.ts";

/**
 * How many turns processes may take at one moment of virtual time, unless told otherwise. A turn is what one process does
 * before another has its own: 64 messages at most. Thousands of processes need some tens of thousands.
 */
export const MAX_TURNS = 500_000;

export interface SimulationOptions extends RuntimeOptions {
  /** The same seed gives the same run. */
  readonly seed: number;
  /** What `wallClock()` begins at, in milliseconds since 1970. Default: 0. */
  readonly startsAt?: number;
  /** Most turns at one moment of virtual time; more are an {@link UnsettledError}. Default: {@link MAX_TURNS}. */
  readonly maxTurns?: number;
}

/** Processes still had messages after so many turns at one moment: one that casts to itself for ever, or two in turn. */
export class UnsettledError extends Error {
  override readonly name = "UnsettledError";
  readonly code = "unsettled";
  readonly maxTurns: number;
  /** Those for whom messages waited, like `Room#12`. */
  readonly busy: readonly string[];
  constructor(maxTurns: number, busy: readonly string[]) {
    super(`still busy after ${maxTurns} turns in which no time passed: ${busy.join(", ")}`);
    this.maxTurns = maxTurns;
    this.busy = busy;
  }
}

/** A runtime whose time only moves when it is told to. */
export class SimulatedRuntime extends Runtime {
  /** One that measures its turns in work, since no time passes in them. */
  override readonly scheduler: Scheduler;
  readonly #clock: VirtualClock;
  readonly #turns: Turns;
  readonly #maxTurns: number;

  constructor(options: SimulationOptions) {
    checkSeed(options.seed);
    const clock = new VirtualClock(options.startsAt ?? 0);
    const turns = new Turns();
    const environment = simulatedEnvironment(clock, turns, seededRandom(options.seed));
    super(options, environment);
    this.scheduler = new Scheduler(environment, new Clock({ ...environment, now: () => turns.count() }));
    this.#clock = clock;
    this.#turns = turns;
    this.#maxTurns = options.maxTurns ?? MAX_TURNS;
    checkCount("maxTurns", this.#maxTurns);
  }

  /**
   * Lets everything happen that needs no time.
   *
   * @throws ForeignAwaitError when a handler then waits for something outside the simulation.
   * @throws UnsettledError when there is no end to it; then nothing happens any more until the next `settle` or `advance`.
   */
  async settle(): Promise<void> {
    this.#turns.begin();
    await this.#settle();
  }

  /**
   * Moves time on, timer by timer, letting everything happen that each brings about.
   *
   * @throws ForeignAwaitError as `settle` does.
   * @throws UnsettledError as `settle` does; also when timers of 0 ms set one another without end.
   */
  async advance(ms: number): Promise<void> {
    if (!(ms >= 0 && ms < Infinity))
      throw new RangeError(`expected ms to be a finite number from 0 on, got: ${ms}`);
    const clock = this.#clock;
    const until = clock.now + ms;
    await this.settle();
    let moment = clock.now;
    for (let work = clock.takeNext(until); work !== undefined; work = clock.takeNext(until)) {
      if (clock.now > moment) this.#turns.begin();
      moment = clock.now;
      work();
      this.#checkTurns();
      await this.#settle();
    }
    clock.now = until;
  }

  async #settle(): Promise<void> {
    for (await nextTurn(); !this.scheduler.idle; await nextTurn()) this.#checkTurns();
    const foreign = this.foreignAwaits();
    if (foreign.length > 0) throw new ForeignAwaitError(foreign);
  }

  /** Called while messages wait, so that there is somebody to name. */
  #checkTurns(): void {
    if (this.#turns.taken <= this.#maxTurns) return;
    this.#turns.hold();
    throw new UnsettledError(this.#maxTurns, this.#withMessages());
  }

  #withMessages(): readonly string[] {
    return this.processes()
      .filter((ref) => ref instanceof ProcessRef)
      .filter(({ process }) => process !== undefined && process.mailbox.length > 0)
      .map((ref) => ref.toString());
  }
}

export function simulation(options: SimulationOptions): SimulatedRuntime {
  return new SimulatedRuntime(options);
}

export interface SeedsOptions {
  /** Default: 1. */
  readonly first?: number;
  /** How many seeds, from `first` on. */
  readonly count: number;
  /** Makes the runtime of one seed. Default: {@link simulation} with nothing but the seed. */
  readonly runtime?: (seed: number) => SimulatedRuntime;
}

/** A program failed with this seed; `cause` is what it threw. */
export class FailedSeedError extends Error {
  override readonly name = "FailedSeedError";
  readonly code = "failed_seed";
  readonly seed: number;
  constructor(seed: number, cause: unknown) {
    const why = cause instanceof Error ? cause.message : String(cause);
    super(`seed ${seed} failed; { first: ${seed}, count: 1 } repeats only it: ${why}`, { cause });
    this.seed = seed;
  }
}

/**
 * Plays a program once for each seed, one after the other, each on a runtime of its own; what then still lives is killed.
 * The first that fails ends it, and the error says which seed repeats it.
 *
 * @throws FailedSeedError with what the program threw as its `cause`.
 * @example
 * await forEachSeed({ count: 100 }, async (runtime, seed) => {
 *   const { call, stop } = await start(Shop, undefined, { runtime });
 *   const sold = call(Till, "sell", 3);
 *   await runtime.advance(1_000);
 *   expect(await sold).toBe("sold");
 *   await stop();
 * });
 */
export async function forEachSeed(
  { first = 1, count, runtime: make = (seed) => simulation({ seed }) }: SeedsOptions,
  play: (runtime: SimulatedRuntime, seed: number) => void | Promise<void>,
): Promise<void> {
  checkCount("count", count);
  for (let seed = first; seed < first + count; seed += 1) {
    const runtime = make(seed);
    try {
      await play(runtime, seed);
    } catch (error) {
      throw new FailedSeedError(seed, error);
    } finally {
      for (const ref of runtime.processes()) runtime.exit(ref, "kill");
    }
  }
}

function checkSeed(seed: number): void {
  if (!Number.isFinite(seed)) throw new RangeError(`expected seed to be a finite number, got: ${seed}`);
}

function checkCount(name: string, value: number): void {
  if (!Number.isSafeInteger(value) || value < 1)
    throw new RangeError(`expected ${name} to be a positive integer, got: ${value}`);
}

/** One turn of the real event loop: all promises that can settle have settled after it. */
function nextTurn(): Promise<void> {
  return new Promise((resolve) => {
    // The one thing a simulation asks of the real world: that its promises run.
    setImmediate(resolve);
  });
}

/**
 * What the scheduler takes for the time. The virtual clock stands still while processes run, so that by it a turn would
 * never end; here each look at the clock, one for each process that had its turn, is a little time.
 */
class Turns {
  taken = 0;
  #looks = 0;
  #holding = false;
  #held: (() => void) | undefined = undefined;

  /** The time, by the scheduler's own measure. */
  count(): number {
    this.taken += 1;
    this.#looks += 1;
    return this.#looks / LOOKS_A_MS;
  }

  plan(work: () => void): void {
    if (this.#holding) this.#held = work;
    else setImmediate(work);
  }

  /** Lets nothing run any more: work without end would keep the program from ending. */
  hold(): void {
    this.#holding = true;
  }

  /** Counts anew, and goes on with what was held. */
  begin(): void {
    this.taken = 0;
    this.#holding = false;
    const held = this.#held;
    this.#held = undefined;
    if (held !== undefined) setImmediate(held);
  }
}

/** A turn of the event loop is given back after twice as many looks, for it lasts 2 ms by the scheduler's clock. */
const LOOKS_A_MS = 32;

interface VirtualTimer {
  readonly at: number;
  readonly work: () => void;
}

/** Virtual time. A set of timers is enough, since a runtime keeps all of its own on one at a time of its host's. */
class VirtualClock {
  now = 0;
  readonly startsAt: number;
  /** In the order in which they were set, so that those of one time expire in it. */
  readonly #timers = new Set<VirtualTimer>();

  constructor(startsAt: number) {
    this.startsAt = startsAt;
  }

  setTimer(ms: number, work: () => void): () => void {
    const timer = { at: this.now + ms, work };
    this.#timers.add(timer);
    return () => this.#timers.delete(timer);
  }

  /** Takes the earliest timer that expires by then, and sets the clock to it. */
  takeNext(until: number): (() => void) | undefined {
    let next: VirtualTimer | undefined;
    for (const timer of this.#timers) if (next === undefined || timer.at < next.at) next = timer;
    if (next === undefined || next.at > until) return undefined;
    this.#timers.delete(next);
    this.now = Math.max(this.now, next.at);
    return next.work;
  }
}

function simulatedEnvironment(clock: VirtualClock, turns: Turns, random: () => number): Environment {
  return {
    now: () => clock.now,
    wallClock: () => clock.startsAt + clock.now,
    random,
    soon: (work) => turns.plan(work),
    later: (work) => turns.plan(work),
    setTimer: (ms, work) => ({ cancel: clock.setTimer(ms, work) }),
    keepAlive: () => () => {},
    // Who runs first is chance's to say, among all that are ready.
    runsInEvents: false,
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
