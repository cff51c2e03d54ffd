/** The living processes of a runtime, oldest first: a list through the processes themselves, since a hundred thousand may end at once. */

import type { Process } from "../process/process.ts";

/** Its place among the living, kept by the process for {@link Population}. */
export interface Neighbours {
  older: Process | undefined;
  younger: Process | undefined;
}

export class Population {
  #oldest: Process | undefined;
  #youngest: Process | undefined;

  add(process: Process): void {
    process.older = this.#youngest;
    if (this.#youngest === undefined) this.#oldest = process;
    else this.#youngest.younger = process;
    this.#youngest = process;
  }

  delete(process: Process): void {
    const { older, younger } = process;
    if (older === undefined) this.#oldest = younger;
    else older.younger = younger;
    if (younger === undefined) this.#youngest = older;
    else younger.older = older;
    process.older = process.younger = undefined;
  }

  toArray(): readonly Process[] {
    const all: Process[] = [];
    for (let process = this.#oldest; process !== undefined; process = process.younger) all.push(process);
    return all;
  }
}
