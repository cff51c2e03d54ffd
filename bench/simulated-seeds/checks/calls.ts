/** Each call has exactly one outcome: its own answer, or the end of who was asked, or none in time; whichever comes first. */

import type { Entry, Outcome, Trace } from "../trace.ts";
import { Lives } from "./life.ts";

interface Call {
  readonly asked: Entry & { type: "asked" };
  /** Whether there was nobody to ask. */
  readonly unheard: boolean;
  answered: boolean;
  outcome: Outcome | undefined;
}

export function checkCalls(trace: Trace): readonly string[] {
  const lives = new Lives();
  const calls = new Map<number, Call>();
  const defects: string[] = [];
  for (const entry of trace) {
    lives.note(entry);
    if (entry.type === "asked") {
      const unheard = !lives.living.has(entry.to);
      calls.set(entry.call, { asked: entry, unheard, answered: false, outcome: undefined });
    } else if (entry.type === "answered") {
      const call = calls.get(entry.call);
      if (call !== undefined) call.answered = true;
    } else if (entry.type === "outcome") {
      defects.push(...settle(entry, calls.get(entry.call), lives));
    } else if (entry.type === "seen" && entry.quiet) {
      for (const { asked, outcome } of calls.values())
        if (outcome === undefined && lives.has(asked.from) && endOf(asked, lives) < entry.at)
          defects.push(`call ${asked.call} of #${asked.from} has no outcome, at ${entry.at} ms`);
    }
  }
  return defects;
}

/** When it has an outcome at the latest. */
function endOf({ to, dueAt }: Entry & { type: "asked" }, { endedAt }: Lives): number {
  return Math.min(dueAt, endedAt.get(to) ?? Infinity);
}

function settle(
  { at, call: number, outcome }: Entry & { type: "outcome" },
  call: Call | undefined,
  lives: Lives,
): readonly string[] {
  if (call === undefined) return [`call ${number} has an outcome, and nobody asked`];
  if (call.outcome !== undefined) return [`call ${number} has two outcomes`];
  call.outcome = outcome;
  // What a dead caller gets is of no account.
  if (!lives.has(call.asked.from)) return [];
  const wrong = findWrong(at, call, outcome, lives);
  return wrong === undefined ? [] : [`call ${number} of #${call.asked.from} ${wrong}`];
}

function findWrong(at: number, call: Call, outcome: Outcome, lives: Lives): string | undefined {
  const { asked, unheard, answered } = call;
  const { call: number, from, to, dueAt } = asked;
  if (outcome.kind !== "noproc" && at > endOf(asked, lives))
    return `was settled at ${at} ms, after its time or the end of who was asked`;
  if (from === to && !unheard && outcome.kind !== "self_call") return "went to itself, and wasn't refused";
  switch (outcome.kind) {
    case "value":
      if (outcome.value !== number)
        return `was answered with what isn't its answer: ${String(outcome.value)}`;
      return answered ? undefined : "was answered by nobody";
    case "timeout":
      return at >= dueAt ? undefined : `timed out at ${at} ms, and was due at ${dueAt} ms`;
    case "exited": {
      const reason = lives.reasons.get(to);
      return reason === outcome.reason
        ? undefined
        : `was told of an end with ${outcome.reason}, and it was ${String(reason)}`;
    }
    case "noproc":
      return unheard ? undefined : "found nobody, and there was somebody";
    case "self_call":
      return from === to ? undefined : "was refused as a call to itself";
    case "other":
      return `failed with ${outcome.error}`;
  }
}
