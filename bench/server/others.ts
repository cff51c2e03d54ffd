/**
 * What the rest of the machine did meanwhile. A rate by processor time bears it; a rate by the clock and a latency don't, and
 * are judged only where there were hardly any others.
 */

import { cpus } from "node:os";
import type { Figure } from "../figure.ts";
import { percent } from "../net/load/spent.ts";
import { familyTimeMs } from "./load/family.ts";

/** Of the machine; the kernel's own work for the disk and the network is counted as others', too. */
const HARDLY = 0.1;

export class Others {
  readonly #pids: readonly number[];
  #totalMs = 0;
  #othersMs = 0;

  /** @param pids of what belongs to the measurement, besides this process. */
  constructor(pids: readonly number[]) {
    this.#pids = pids;
  }

  /** Looks while this goes on. */
  async during<R>(work: Promise<R>): Promise<R> {
    const [before, ownBefore] = [machineMs(), this.#ownMs()];
    const result = await work;
    const after = machineMs();
    this.#totalMs += after.total - before.total;
    this.#othersMs += Math.max(0, after.busy - before.busy - (this.#ownMs() - ownBefore));
    return result;
  }

  get share(): number {
    return this.#othersMs / this.#totalMs;
  }

  /** The figures, without a verdict where others had a part in them. */
  judge(figures: readonly Figure[]): readonly Figure[] {
    const isAlone = !(this.share > HARDLY);
    if (isAlone) return figures;
    console.log(
      `others took ${percent(this.share)} of the machine: times and rates by the clock aren't judged`,
    );
    return figures.map((figure) => ({ ...figure, met: undefined }));
  }

  #ownMs(): number {
    const { user, system } = process.cpuUsage();
    return this.#pids.reduce((sum, pid) => sum + familyTimeMs(pid), (user + system) / 1_000);
  }
}

function machineMs(): { readonly busy: number; readonly total: number } {
  let [busy, total] = [0, 0];
  for (const { times } of cpus()) {
    busy += times.user + times.nice + times.sys + times.irq;
    total += times.user + times.nice + times.sys + times.irq + times.idle;
  }
  return { busy, total };
}
