/** Whether a storage keeps what it is given, and what of that is worth telling: not each failure of many. Pure. */

/** Storing fails, or fails still. */
export interface StoringFails {
  readonly type: "store:failing";
  /** The newest failure. */
  readonly error: Error;
  /** Since this was told last. */
  readonly failures: number;
}

/** What was told to fail works again. */
export interface StoringWorks {
  readonly type: "store:works_again";
  /** From the first failure on. */
  readonly failedForMs: number;
}

/** It is closed while it fails: what devices said last isn't kept. */
export interface StoringGivenUp {
  readonly type: "store:closed_failing";
  readonly error: Error;
}

/** What the storage's process tells the runtime's listeners. */
export type StoringEvent = StoringFails | StoringWorks | StoringGivenUp;

export function isStoringEvent(event: { readonly type: string }): event is StoringEvent {
  return event.type.startsWith("store:");
}

/** A failure is told at once, and those behind it so often. */
const TELL_AGAIN_MS = 60_000;

export class StoringHealth {
  readonly #now: () => number;
  readonly #tell: (event: StoringEvent) => void;
  /** Since when and why it fails; `undefined` while it doesn't. */
  #failure: { readonly since: number; at: number; error: Error } | undefined;
  /** Calls that failed and didn't succeed since. */
  readonly #failing = new Set<string>();
  #toldAt = Number.NEGATIVE_INFINITY;
  /** Whether whoever listens takes it to fail. */
  #isTold = false;
  #untold = 0;

  constructor(now: () => number, tell: (event: StoringEvent) => void) {
    this.#now = now;
    this.#tell = tell;
  }

  /** When storing something failed last, and why; `undefined` once something was stored again. */
  get failure(): { readonly at: number; readonly error: Error } | undefined {
    return this.#failure;
  }

  failed(call: string, error: Error): void {
    this.#failing.add(call);
    const at = this.#now();
    this.#failure = { since: this.#failure?.since ?? at, at, error };
    this.#untold += 1;
    if (at - this.#toldAt < TELL_AGAIN_MS) return;
    this.#tell({ type: "store:failing", error, failures: this.#untold });
    this.#toldAt = at;
    this.#isTold = true;
    this.#untold = 0;
  }

  /** What is small may find room where what devices say doesn't: what failed has to succeed itself, or an append, which is most of all. */
  stored(call: string): void {
    if (this.#failure === undefined) return;
    this.#failing.delete(call);
    if (call === "append") this.#failing.clear();
    if (this.#failing.size > 0) return;
    const failedForMs = Math.round(this.#now() - this.#failure.since);
    this.#failure = undefined;
    if (!this.#isTold) return;
    this.#isTold = false;
    this.#tell({ type: "store:works_again", failedForMs });
  }

  closed(): void {
    if (this.#failure !== undefined) this.#tell({ type: "store:closed_failing", error: this.#failure.error });
  }
}
