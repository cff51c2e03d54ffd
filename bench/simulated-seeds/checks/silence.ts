/** The dead do nothing: no message, timer or exit reaches a process after its end, and what it sends then reaches nobody. */

import type { Entry, ProcessId, Trace } from "../trace.ts";
import { Lives } from "./life.ts";

export function checkSilence(trace: Trace): readonly string[] {
  const lives = new Lives();
  /** Messages of the dead. */
  const ofTheDead = new Map<number, ProcessId>();
  const defects: string[] = [];
  for (const entry of trace) {
    lives.note(entry);
    if ((entry.type === "sent" || entry.type === "broadcast") && !lives.has(entry.from))
      ofTheDead.set(entry.message, entry.from);
    const reached = reachedBy(entry);
    if (reached === undefined) continue;
    if (!lives.has(reached)) defects.push(`#${reached} isn't alive, and this reached it: ${entry.type}`);
    const sender = "message" in entry ? ofTheDead.get(entry.message) : undefined;
    if (sender !== undefined) defects.push(`#${reached} got a message that #${sender} sent after its end`);
  }
  return defects;
}

/** Who handles something here. */
function reachedBy(entry: Entry): ProcessId | undefined {
  switch (entry.type) {
    case "received":
    case "heard":
    case "timer_fired":
    case "down":
    case "trapped":
      return entry.by;
    default:
      return undefined;
  }
}
