/** Each timer fires once, not before its time, after those of its process that were due before it; cancelled, never. */

import type { Entry, ProcessId, Trace } from "../trace.ts";
import { Lives } from "./life.ts";

interface TimerState {
  readonly by: ProcessId;
  readonly dueAt: number;
  fired: boolean;
  /** When it was, first. */
  cancelledAt: number | undefined;
}

export function checkTimers(trace: Trace): readonly string[] {
  const lives = new Lives();
  const timers = new Map<number, TimerState>();
  const latest = new Map<ProcessId, number>();
  const defects: string[] = [];
  for (const entry of trace) {
    lives.note(entry);
    if (entry.type === "timer_set") {
      const { timer, by, dueAt } = entry;
      if (lives.has(by)) timers.set(timer, { by, dueAt, fired: false, cancelledAt: undefined });
    } else if (entry.type === "timer_cancelled") {
      const state = timers.get(entry.timer);
      if (state !== undefined) state.cancelledAt ??= entry.at;
    } else if (entry.type === "timer_fired") {
      defects.push(...fire(entry, timers.get(entry.timer), latest));
    } else if (entry.type === "seen" && entry.quiet) {
      for (const [timer, { by, dueAt, fired, cancelledAt }] of timers)
        if (!fired && cancelledAt === undefined && dueAt < entry.at && lives.has(by))
          defects.push(`timer ${timer} of #${by} was due at ${dueAt} ms, and hasn't fired at ${entry.at} ms`);
    }
  }
  return defects;
}

function fire(
  { timer, by, at }: Entry & { type: "timer_fired" },
  state: TimerState | undefined,
  latest: Map<ProcessId, number>,
): readonly string[] {
  if (state === undefined || state.by !== by) return [`timer ${timer} fired in #${by}, which didn't set it`];
  const defects: string[] = [];
  if (state.fired) defects.push(`timer ${timer} fired twice`);
  // One that had expired may have stood in the mailbox already, as in Erlang.
  if (state.cancelledAt !== undefined && state.cancelledAt < state.dueAt)
    defects.push(`timer ${timer} fired though it was cancelled before`);
  if (at < state.dueAt) defects.push(`timer ${timer} fired at ${at} ms and was due at ${state.dueAt} ms`);
  const before = latest.get(by) ?? 0;
  if (state.dueAt < before)
    defects.push(`timer ${timer}, due at ${state.dueAt} ms, fired after one due at ${before} ms`);
  latest.set(by, Math.max(before, state.dueAt));
  state.fired = true;
  return defects;
}
