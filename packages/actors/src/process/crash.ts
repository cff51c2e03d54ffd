/** The event that tells of a crash: which process, at which message, with which state, secrets hidden by the definition. */

import type { CrashEvent } from "../crash-report.ts";
import { MAX_ANCESTORS } from "../events.ts";
import type { ExitReason } from "../exit-reason.ts";
import type { Process } from "./process.ts";
import type { ProcessRef } from "./process-ref.ts";

export function toCrash(
  process: Process,
  reason: ExitReason,
  message: string,
  args: readonly unknown[],
): CrashEvent {
  return {
    type: "crash",
    process: process.ref,
    label: process.label,
    ancestors: ancestorsOf(process),
    reason,
    message,
    args: formatArgs(process, message, args),
    state: formatState(process),
  };
}

function ancestorsOf({ parent }: Process): readonly ProcessRef[] {
  const ancestors: ProcessRef[] = [];
  for (let above = parent; above !== undefined && ancestors.length < MAX_ANCESTORS; above = above.parent)
    ancestors.push(above.ref);
  return ancestors;
}

function formatArgs({ definition }: Process, message: string, args: readonly unknown[]): readonly unknown[] {
  try {
    return definition.formatArgs?.(message, args) ?? args;
  } catch (error) {
    return [error];
  }
}

function formatState({ definition, state }: Process): unknown {
  const { format } = definition;
  if (format === undefined || state === undefined) return state;
  try {
    return format(state as never);
  } catch (error) {
    // The state may hold what `format` was to hide, and a second defect mustn't lose the report of the first.
    return error;
  }
}
