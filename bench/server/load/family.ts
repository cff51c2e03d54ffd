/** A process with its children: some servers have one a connection. */

import { existsSync, readFileSync } from "node:fs";
import { cpuTimeMs } from "../../net/load/cpu-time.ts";
import { measureSpent, type Shares } from "../../net/load/spent.ts";

/** The process alone where the system doesn't tell. */
function familyOf(pid: number): readonly number[] {
  const file = `/proc/${pid}/task/${pid}/children`;
  const children = existsSync(file) ? readFileSync(file, "latin1").trim() : "";
  return [pid, ...(children === "" ? [] : children.split(" ").map(Number))].filter((each) =>
    existsSync(`/proc/${each}/stat`),
  );
}

/** The processor time of all of them so far. */
export function familyTimeMs(pid: number): number {
  return familyOf(pid).reduce((sum, each) => sum + timeOf(each), 0);
}

/** One may end between the look at who is there and the look at its time. */
function timeOf(pid: number): number {
  try {
    return cpuTimeMs(pid) ?? Number.NaN;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return 0;
    throw error;
  }
}

/** Begins; the answer ends it. The server's share is that of all its processes and may exceed one core. */
export function measureFamily(pid: number): () => Shares & { readonly ms: number } {
  const ends = familyOf(pid).map((each) => measureSpent(each));
  return () => {
    const spent = ends.map((end) => end());
    const [first] = spent;
    if (first === undefined) throw new Error(`expected process ${pid} to live`);
    return { ...first, serverShare: spent.reduce((sum, { serverShare }) => sum + serverShare, 0) };
  };
}
