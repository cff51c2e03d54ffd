/**
 * Whose turn it is. Runnable processes wait in one queue; each runs a few messages and goes to its end. A turn of the
 * event loop is given back after {@link TURN_MS}, so that a process which always has another message waiting starves
 * neither the others nor the sockets.
 */

import { Clock } from "./clock.ts";
import type { Environment } from "./environment.ts";
import { Flushes, type Flushable } from "./flushes.ts";

/** Something that can run: handles some messages, and says whether there are more. */
export interface Runnable {
  run(messages: number): boolean;
}

/** Whom an event of the host's is for: what it brings, this does. An object, since a function for each event would be garbage. */
export interface Entrant<T> {
  enter(event: T): void;
}

/** Messages that one process handles before the next process gets its turn. */
const MESSAGES_A_RUN = 64;
/** How long processes may run before the event loop gets its turn. */
const TURN_MS = 2;
/** While so many events have their turn, others come. */
const MANY_EVENTS = 16;

export class Scheduler {
  readonly #environment: Environment;
  readonly #clock: Clock;
  #queue: Runnable[] = [];
  /** Where the queue begins: taking the first costs no move. */
  #head = 0;
  readonly #flushes = new Flushes();
  /** What the events of this turn bring is flushed when all have had theirs. */
  #flushPlanned = false;
  #events = 0;
  /** Who gave way to others until the next turn. */
  #waiting: (() => void)[] = [];
  #planned = false;
  /** A turn begins to count when somebody looks at the clock. */
  #counts = true;
  #turnEndsAt = 0;

  readonly #drain = (): void => this.#runTurn();
  readonly #flushEvents = (): void => {
    const areMany = this.#events > MANY_EVENTS;
    this.#events = 0;
    // What has come meanwhile is answered together with them: it would wait for the end of two such turns else.
    if (areMany && !this.#flushes.isEmpty && !this.#flushes.isDue(this.#clock.now())) {
      this.#environment.later(this.#flushEvents);
      return;
    }
    this.#flushPlanned = false;
    try {
      this.#flushes.run();
    } finally {
      if (!this.#flushes.isEmpty) this.#plan();
    }
  };
  readonly #beginTurn = (): void => {
    this.#counts = false;
    this.#isOver(this.#clock.now());
    for (const resolve of this.#waiting.splice(0)) resolve();
    this.#runTurn();
  };

  constructor(environment: Environment, clock = new Clock(environment)) {
    this.#environment = environment;
    this.#clock = clock;
  }

  /**
   * Does what an event of the host's brings, and runs what that makes ready within the event. Only for what the host calls,
   * and never from within a process: that it calls shows that the event loop has had its turn. What is to be flushed is so
   * together with what the other events of this turn bring.
   */
  enter<T>(entrant: Entrant<T>, event: T): void {
    if (this.#planned || !this.#environment.runsInEvents) {
      entrant.enter(event);
      return;
    }
    this.#planned = true;
    this.#counts = false;
    try {
      entrant.enter(event);
    } finally {
      this.#runEvent();
    }
  }

  /** Puts a process at the end of the queue. It must not be in it already. */
  ready(process: Runnable): void {
    this.#queue.push(process);
    this.#plan();
  }

  /** Has `flush` called once at the end of the burst that is running, or of one that begins for it, however often asked. */
  flushAfterBurst(item: Flushable): void {
    this.#flushes.add(item);
    this.#plan();
  }

  /** Resolves in the next turn if this one's time is over. */
  nextTurn(): Promise<void> | undefined {
    if (!this.#isOver(this.#clock.recent())) return undefined;
    return new Promise((resolve) => {
      this.#waiting.push(resolve);
      this.#plan();
    });
  }

  get idle(): boolean {
    return !this.#planned;
  }

  #plan(): void {
    if (this.#planned) return;
    this.#planned = true;
    // A chain of microtasks never lets the event loop go on, so the turn's end holds across them too.
    if (this.#isOver(this.#clock.recent())) this.#environment.later(this.#beginTurn);
    else this.#environment.soon(this.#drain);
  }

  #isOver(now: number): boolean {
    if (!this.#counts) {
      this.#counts = true;
      this.#turnEndsAt = now + TURN_MS;
    }
    return now >= this.#turnEndsAt;
  }

  #runTurn(): void {
    try {
      this.#runProcesses();
      this.#flushes.run();
    } finally {
      this.#endTurn();
    }
  }

  #runEvent(): void {
    this.#events += 1;
    try {
      this.#runProcesses();
      if (this.#flushes.isDue(this.#clock.latest)) this.#flushes.run();
      else this.#planFlush();
    } finally {
      this.#endTurn();
    }
  }

  #planFlush(): void {
    if (this.#flushPlanned || this.#flushes.isEmpty) return;
    this.#flushPlanned = true;
    this.#environment.later(this.#flushEvents);
  }

  /** What a listener or a flush throws is the host's to report; it mustn't stop the world of processes. */
  #endTurn(): void {
    this.#planned = false;
    const hasFlushes = !this.#flushes.isEmpty && !this.#flushPlanned;
    if (this.#head < this.#queue.length || hasFlushes || this.#waiting.length > 0) this.#plan();
  }

  #runProcesses(): void {
    while (this.#head < this.#queue.length) {
      const process = this.#take();
      if (process.run(MESSAGES_A_RUN)) this.#queue.push(process);
      // A look at the clock costs about what a cast costs, so only who would go on looks.
      if (this.#head === this.#queue.length) return;
      const now = this.#clock.now();
      if (this.#isOver(now)) return;
      if (this.#flushes.isDue(now)) this.#flushes.run();
    }
  }

  #take(): Runnable {
    // A length of 0 gives the queue's memory back; two processes that talk with one another would claim it each time.
    if (this.#queue.length === 1) return this.#queue.pop() as Runnable;
    const chosen = this.#head + this.#environment.choose(this.#queue.length - this.#head);
    const process = this.#queue[chosen] as Runnable;
    this.#queue[chosen] = this.#queue[this.#head] as Runnable;
    this.#head += 1;
    if (this.#head > 1024 && this.#head * 2 > this.#queue.length) {
      this.#queue = this.#queue.slice(this.#head);
      this.#head = 0;
    } else if (this.#head === this.#queue.length) {
      this.#queue.length = 0;
      this.#head = 0;
    }
    return process;
  }
}
