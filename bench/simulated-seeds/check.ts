/** All that is checked of a trace, and what was found. */

import { checkCalls } from "./checks/calls.ts";
import { checkEntries } from "./checks/entries.ts";
import { checkLinks } from "./checks/links.ts";
import { checkMessages } from "./checks/messages.ts";
import { checkMonitors } from "./checks/monitors.ts";
import { checkOrder } from "./checks/order.ts";
import { checkProcesses } from "./checks/processes.ts";
import { checkRestarts } from "./checks/restarts.ts";
import { checkSilence } from "./checks/silence.ts";
import { checkTasks } from "./checks/tasks.ts";
import { checkTimers } from "./checks/timers.ts";
import type { Check, Trace } from "./trace.ts";

/** By what holds if they find nothing. */
export const CHECKS: Readonly<Record<string, Check>> = {
  "no process is lost": checkProcesses,
  "no restart goes beyond the intensity": checkRestarts,
  "each monitor fires exactly once": checkMonitors,
  "no order is turned round": checkOrder,
  "each message arrives once, and only where it was sent": checkMessages,
  "each timer fires once, in time": checkTimers,
  "each call has exactly one outcome": checkCalls,
  "links carry ends": checkLinks,
  "names, entries and subscriptions go with their owner": checkEntries,
  "each awaited task has exactly one outcome": checkTasks,
  "the dead do nothing": checkSilence,
};

export interface Finding {
  readonly invariant: string;
  readonly defect: string;
}

export function check(trace: Trace): readonly Finding[] {
  return Object.entries(CHECKS).flatMap(([invariant, find]) =>
    find(trace).map((defect) => ({ invariant, defect })),
  );
}
