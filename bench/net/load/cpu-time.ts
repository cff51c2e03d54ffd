/** The processor time that any process of this machine has used: of one that can't be asked, as Linux tells it. */

import { readFileSync } from "node:fs";

/** Linux counts in ticks of so many milliseconds, whatever its clock's own rate. */
const TICK_MS = 10;
/** Where the user's and the system's ticks stand after the program's name (proc_pid_stat(5)). */
const USER_TICKS = 11;
const SYSTEM_TICKS = 12;

/** In milliseconds; `undefined` on other systems. */
export function cpuTimeMs(pid: number): number | undefined {
  if (process.platform !== "linux") return undefined;
  const stat = readFileSync(`/proc/${pid}/stat`, "latin1");
  // A program's name may hold spaces and parentheses.
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  return (Number(fields[USER_TICKS]) + Number(fields[SYSTEM_TICKS])) * TICK_MS;
}
