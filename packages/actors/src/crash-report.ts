/** A crash as people read it: which process, where it stood, what it was doing, with what, and why it failed. */

import type { LabelledRef, RuntimeEvent } from "./events.ts";
import { formatReason, type ExitReason } from "./exit-reason.ts";
import { escapeControls, formatArguments, formatValue } from "./format-value.ts";

export type CrashEvent = Extract<RuntimeEvent, { readonly type: "crash" }>;

/** How many causes of causes are shown. */
const MAX_CAUSES = 4;

/**
 * A crash in several lines. Of the state and the arguments it shows what the definition's `format` and `formatArgs` let
 * through, shortened; control characters are escaped.
 *
 * @example
 * runtime.on((event) => {
 *   if (event.type === "crash") console.error(formatCrash(event));
 * });
 */
export function formatCrash(event: CrashEvent): string {
  const { process, label, ancestors, message, args, reason, state } = event;
  const call = args.length === 0 ? message : `${message}${formatArguments(args)}`;
  const path = [...ancestors.toReversed(), process].map(formatRef).join(" › ");
  return [
    `${formatRef(process)}${label === undefined ? "" : ` ${formatValue(label)}`} crashed`,
    row("path", path),
    row("message", escapeControls(call)),
    row("reason", formatFailure(reason)),
    row("state", formatValue(state)),
  ].join("\n");
}

/** A title and text of one or more lines, the further ones below the first. */
function row(title: string, text: string): string {
  return `  ${title.padEnd(9)}${text.replaceAll("\n", `\n${" ".repeat(11)}`)}`;
}

function formatRef({ label, id }: LabelledRef): string {
  return `${escapeControls(label)}#${id}`;
}

function formatFailure(reason: ExitReason): string {
  if (!(reason instanceof Error)) return escapeControls(formatReason(reason));
  const causes = causesOf(reason);
  return [formatStack(reason), ...causes.map((cause) => `caused by ${formatCause(cause)}`)].join("\n");
}

function causesOf(error: Error): readonly unknown[] {
  const causes: unknown[] = [];
  let { cause } = error;
  while (cause !== undefined && causes.length < MAX_CAUSES) {
    causes.push(cause);
    cause = cause instanceof Error ? cause.cause : undefined;
  }
  return causes;
}

function formatCause(cause: unknown): string {
  return cause instanceof Error ? formatStack(cause) : formatValue(cause);
}

/** The stack, which begins with name and message; those alone where there is none. */
function formatStack(error: Error): string {
  const lines = (error.stack ?? formatReason(error)).split("\n");
  return lines.map((line) => escapeControls(line.trim())).join("\n  ");
}
