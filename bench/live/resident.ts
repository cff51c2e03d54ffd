/** The resident memory of a process over a time. */

import { residentBytesOf } from "../net/child.ts";

const EVERY_MS = 500;

export class Resident {
  readonly #pid: number;
  #most = 0;
  #watching: NodeJS.Timeout | undefined;

  constructor(pid: number) {
    this.#pid = pid;
  }

  async now(): Promise<number> {
    const bytes = await residentBytesOf(this.#pid);
    this.#most = Math.max(this.#most, bytes);
    return bytes;
  }

  watch(): void {
    this.#watching = setInterval(() => void this.now(), EVERY_MS);
  }

  /** Ends the watch. */
  async most(): Promise<number> {
    clearInterval(this.#watching);
    await this.now();
    return this.#most;
  }
}
