/** How changes arrived, with what each page was sent meanwhile and what it cost the server. */

import type { Child } from "../net/child.ts";
import { percent } from "../net/load/spent.ts";
import { familyTimeMs } from "../server/load/family.ts";
import type { Arrivals, Quantiles, Traffic } from "./load/crowd.ts";

export interface Measured extends Arrivals {
  /** To all pages. */
  readonly messages: number;
  readonly bytes: number;
  readonly ms: number;
  /** The server's processor time, with all its threads. */
  readonly cpuMs: number;
}

export async function measured<A extends Arrivals>(
  what: string,
  { pid, pages }: { readonly pid: number; readonly pages: Child },
  work: () => Promise<A>,
): Promise<A & Measured> {
  const [begun, cpuBefore, before] = [performance.now(), familyTimeMs(pid), await traffic(pages)];
  const arrivals = await work();
  const after = await traffic(pages);
  const result = {
    ...arrivals,
    messages: after.messages - before.messages,
    bytes: after.bytes - before.bytes,
    ms: performance.now() - begun,
    cpuMs: familyTimeMs(pid) - cpuBefore,
  };
  console.log(`${what}: ${describe(result)}`);
  return result;
}

const traffic = (pages: Child) => pages.ask<Traffic>("countTraffic");

/** The server's processor time for one message to one page. */
export function microseconds({ cpuMs, messages }: Measured): number {
  return (cpuMs * 1_000) / messages;
}

function describe(result: Measured): string {
  const { changes, each, last, missing, lost, messages, bytes, ms, cpuMs } = result;
  const lacking = missing + lost === 0 ? "" : `; ${missing} missing, ${lost} pages lost`;
  const sent = `${((messages * 1_000) / ms).toFixed(0)} messages and ${(bytes / 1e3 / ms).toFixed(1)} MB a second`;
  const cost = `server ${percent(cpuMs / ms)} of a core, ${microseconds(result).toFixed(1)} µs a message`;
  return `${changes} changes; at each page ${quantiles(each)}; at the last ${quantiles(last)}${lacking}; ${sent}; ${cost}`;
}

const quantiles = ({ p50, p99, most }: Quantiles) =>
  `p50 ${p50.toFixed(1)}, p99 ${p99.toFixed(1)}, most ${most.toFixed(1)} ms`;
