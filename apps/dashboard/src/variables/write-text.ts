/** What became of a write, in the words of its chip. Pure. */

import type { Variable, Write } from "@wheelhouse/api";
import { valuesEqual, type JsonValue } from "@wheelhouse/protocol";
import { toValueText } from "./value-text.ts";

export interface WriteText {
  readonly tone: "open" | "good" | "warn" | "bad" | "past";
  readonly text: string;
  /** The whole story, for a tooltip. */
  readonly detail: string;
}

export function toWriteText(variable: Variable, write: Write): WriteText {
  const asked = toValueText(variable, write.value);
  const detail = (rest: string): string => `${write.by} asked for ${asked}; ${rest}`;
  switch (write.state) {
    case "pending":
      return { tone: "open", text: "pending", detail: detail("it waits for the device to connect.") };
    case "sent":
      return { tone: "open", text: "sent", detail: detail("the device hasn’t answered yet.") };
    case "applied":
      return toAppliedText(variable, write, detail);
    case "rejected": {
      const reason = write.reason ?? "no reason given";
      return {
        tone: "bad",
        text: `rejected: ${reason}`,
        detail: detail(`the device rejected it: ${reason}.`),
      };
    }
    case "expired":
      return { tone: "past", text: "expired", detail: detail("the device didn’t answer in time.") };
    case "cancelled":
      return { tone: "past", text: "cancelled", detail: detail(`${write.reason ?? "cancelled"}.`) };
    case "replaced":
      return { tone: "past", text: "replaced", detail: detail("a newer change took its place.") };
  }
}

function toAppliedText(variable: Variable, write: Write, detail: (rest: string) => string): WriteText {
  const held = write.applied ?? write.value;
  const applied = toValueText(variable, held);
  if (hasMovedOn(variable, write, held)) {
    return {
      tone: "past",
      text: `applied ${applied}`,
      detail: detail(`the device applied ${applied}, and has changed it since.`),
    };
  }
  const isAsAsked = valuesEqual(variable.kind, held, write.value);
  if (isAsAsked) return { tone: "good", text: "applied", detail: detail("the device applied it.") };
  return { tone: "warn", text: `applied as ${applied}`, detail: detail(`the device made it ${applied}.`) };
}

/** Whether the device has reported another value since: a restarted game, say, that begins with its own. */
function hasMovedOn({ kind, reported }: Variable, write: Write, held: JsonValue): boolean {
  return reported !== null && reported.at > write.updatedAt && !valuesEqual(kind, reported.value, held);
}
