/** Real sockets, but a clock and timers that only the test moves. */

import { nodeEnvironment, type Environment } from "@wheelhouse/sdk";

export class ManualEnvironment implements Environment {
  #atMs = 0;
  #timers: { readonly dueMs: number; readonly task: () => void }[] = [];

  now(): number {
    return 1_764_000_000_000 + this.#atMs;
  }

  monotonicMs(): number {
    return this.#atMs;
  }

  random(): number {
    return 0;
  }

  defer(task: () => void): void {
    nodeEnvironment.defer(task);
  }

  after(delayMs: number, task: () => void): () => void {
    const timer = { dueMs: this.#atMs + delayMs, task };
    this.#timers.push(timer);
    return () => {
      this.#timers = this.#timers.filter((other) => other !== timer);
    };
  }

  open: Environment["open"] = (address, events) => nodeEnvironment.open(address, events);

  get timers(): number {
    return this.#timers.length;
  }

  advance(byMs: number): void {
    this.#atMs += byMs;
    const due = this.#timers.filter(({ dueMs }) => dueMs <= this.#atMs);
    this.#timers = this.#timers.filter(({ dueMs }) => dueMs > this.#atMs);
    for (const { task } of due) task();
  }
}
