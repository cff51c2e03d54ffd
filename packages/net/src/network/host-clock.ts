/** The machine's time, as streams need it. */

export interface HostClock {
  /** Keeps nothing alive; the answer cancels it. */
  after(ms: number, work: () => void): () => void;
  /** In the next turn of the event loop. */
  soon(work: () => void): void;
}
