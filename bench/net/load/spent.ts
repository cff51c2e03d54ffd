/** How busy the load and the server were while something was measured. */

import { cpuTimeMs } from "./cpu-time.ts";

export interface Shares {
  /** Of its core, what the load took itself: near 1 it is the load that is measured. */
  readonly loadShare: number;
  /** Of its core, what the server took; NaN where that can't be told. */
  readonly serverShare: number;
}

/** Begins; the answer ends it. */
export function measureSpent(serverPid: number): () => Shares & { readonly ms: number } {
  const begun = performance.now();
  const cpuBefore = process.cpuUsage();
  const serverBefore = cpuTimeMs(serverPid) ?? Number.NaN;
  return () => {
    const ms = performance.now() - begun;
    const { user, system } = process.cpuUsage(cpuBefore);
    const serverMs = (cpuTimeMs(serverPid) ?? Number.NaN) - serverBefore;
    return { ms, loadShare: (user + system) / 1_000 / ms, serverShare: serverMs / ms };
  };
}

/** The rate by the server's processor time; by the clock where that can't be told, or was too short for its ticks. */
export function rateByServerTime(perSecond: number, { serverShare }: Shares): number {
  return serverShare > 0 ? perSecond / serverShare : perSecond;
}

export function percent(share: number | undefined): string {
  return share === undefined || Number.isNaN(share) ? "unknown" : `${Math.round(share * 100)} %`;
}
