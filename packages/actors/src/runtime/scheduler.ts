/**
 * Whose turn it is. Runnable processes wait in one queue; each runs a few messages and goes to its end. A turn of the
 * event loop is given back after {@link TURN_MS}, so that a process which always has another message waiting starves
 * neither the others nor the sockets.
 */

import { Clock } from "./clock.ts";
import type { Environment } from "./environment.ts";

/** Something that can run: handles some messages, and says whether there are more. */
export interface Runnable {
  run(messages: number): boolean;
}

/** Work put off to the end of a burst, so that all of the burst's writes leave together. */
export interface Flushable {
  flush(): void;
}

/** Messages that one process handles before the next process gets its turn. */
const MESSAGES_A_RUN = 64;
/** How long processes may run before the event loop gets its turn. */
const TURN_MS = 2;

/** How long a burst's writes may wait for its end: whoever reads them has work to do meanwhile. */
const FLUSH_MS = 0.1;

export class Scheduler {
  readonly #environment: Environment;
  readonly #clock: Clock;
  #queue: Runnable[] = [];
  /** Where the queue begins: taking the first costs no move. */
  #head = 0;
  /** Mostly one, since what an event of the network makes ready runs within it: that one itself, and a set only of more. */
  #flushes: Flushable | Set<Flushable> | undefined = undefined;
  /** Who gave way to others until the next turn. */
  #waiting: (() => void)[] = [];
  #planned = false;
  /** A turn begins to count when somebody looks at the clock. */
  #counts = true;
  #turnEndsAt = 0;
  #flushAt = 0;

  readonly #drain = (): void => this.#runTurn();
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
   * and never from within a process: that it calls shows that the event loop has had its turn.
   */
  enter(work: () => void): void {
    if (this.#planned || !this.#environment.runsInEvents) {
      work();
      return;
    }
    this.#planned = true;
    this.#counts = false;
    try {
      work();
    } finally {
      this.#runTurn();
    }
  }

  /** Puts a process at the end of the queue. It must not be in it already. */
  ready(process: Runnable): void {
    this.#queue.push(process);
    this.#plan();
  }

  /** Has `flush` called once at the end of the burst that is running, or of one that begins for it, however often asked. */
  flushAfterBurst(item: Flushable): void {
    this.#addFlush(item);
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
      this.#flushAt = now + FLUSH_MS;
    }
    return now >= this.#turnEndsAt;
  }

  #runTurn(): void {
    try {
      this.#runProcesses();
      this.#flush(this.#clock.latest);
    } finally {
      // What a listener or a flush throws is the host's to report; it mustn't stop the world of processes.
      this.#planned = false;
      if (this.#head < this.#queue.length || this.#flushes !== undefined || this.#waiting.length > 0)
        this.#plan();
    }
  }

  #runProcesses(): void {
    while (this.#head < this.#queue.length) {
      const process = this.#take();
      if (process.run(MESSAGES_A_RUN)) this.#queue.push(process);
      // A look at the clock costs about what a cast costs, so only who would go on looks.
      if (this.#head === this.#queue.length) return;
      const now = this.#clock.now();
      if (this.#isOver(now)) return;
      if (now >= this.#flushAt) this.#flush(now);
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

  #flush(now: number): void {
    this.#flushAt = now + FLUSH_MS;
    // What a flush asks for is the next burst's.
    const due = this.#flushes;
    this.#flushes = undefined;
    if (due instanceof Set) this.#flushAll(due);
    else due?.flush();
  }

  #addFlush(item: Flushable): void {
    const others = this.#flushes;
    if (others === undefined || others === item) this.#flushes = item;
    else if (others instanceof Set) others.add(item);
    else this.#flushes = new Set([others, item]);
  }

  /** One that throws doesn't keep the others from their turn in the next burst. */
  #flushAll(due: Set<Flushable>): void {
    try {
      for (const item of due) {
        due.delete(item);
        item.flush();
      }
    } finally {
      for (const item of due) this.#addFlush(item);
    }
  }
}
