/** Values that a person is about to write. They stand beside the device's own and change only by what the person does. Pure. */

import { limitsOf, type Variable } from "@wheelhouse/api";
import {
  fitValue,
  kindOf,
  parseJson,
  type Fits,
  type JsonValue,
  type KindName,
  type Unfit,
} from "@wheelhouse/protocol";
import { isFinal } from "../live/writes.ts";

export interface Draft {
  /** What stands in the editor: text where it is typed, a list of texts for a vector. */
  readonly input: JsonValue;
  readonly isSending: boolean;
  /** Why the server didn't take it; gone with the next keystroke. */
  readonly refusal: string | undefined;
}

/** By device and variable, see {@link draftKey}. */
export type Drafts = ReadonlyMap<string, Draft>;

export type DraftEvent =
  | { readonly type: "edit"; readonly key: string; readonly input: JsonValue }
  | { readonly type: "discard" | "send" | "sent"; readonly key: string }
  | { readonly type: "refused"; readonly key: string; readonly message: string };

export function draftKey(device: string, name: string): string {
  return `${device}\n${name}`;
}

export function reduceDrafts(drafts: Drafts, event: DraftEvent): Drafts {
  const draft = drafts.get(event.key);
  switch (event.type) {
    case "edit":
      return put(drafts, event.key, { input: event.input, isSending: false, refusal: undefined });
    case "discard":
      return put(drafts, event.key, undefined);
    case "send":
      return draft === undefined ? drafts : put(drafts, event.key, { ...draft, isSending: true });
    // A draft that was edited while it was being sent is a new one, which the answer doesn't concern.
    case "sent":
      return draft?.isSending ? put(drafts, event.key, undefined) : drafts;
    case "refused":
      return draft?.isSending
        ? put(drafts, event.key, { ...draft, isSending: false, refusal: event.message })
        : drafts;
  }
}

/** What an editor begins with: the value on its way to the device, else the device's own. */
export function toInput({ kind, desired, reported }: Variable): JsonValue {
  const value = desired !== null && !isFinal(desired.state) ? desired.value : (reported?.value ?? null);
  return toInputOf(kind, value);
}

/** A value as the editor of its kind has it. */
export function toInputOf(kind: KindName, value: JsonValue): JsonValue {
  if (kind === "boolean") return kindOf("boolean").parse(value) ?? false;
  if (kind === "vector") return Array.isArray(value) ? value.map(String) : ["", "", ""];
  if (value === null) return "";
  return kind === "json" || typeof value !== "string" ? JSON.stringify(value) : value;
}

/** Reads what stands in an editor as a value that the variable may take. */
export function readInput(variable: Variable, input: JsonValue): Fits | Unfit {
  const limits = { kind: variable.kind, ...limitsOf(variable) };
  if (variable.kind === "json") {
    const value = typeof input === "string" ? parseJson(input) : undefined;
    return value === undefined ? { code: "invalid", message: "expected JSON" } : { value };
  }
  if (variable.kind === "vector" && Array.isArray(input)) {
    const numbers = input.map((part: JsonValue) => kindOf("float").parse(part) ?? part);
    return fitValue(limits, numbers);
  }
  // As the value it stands for, so that a message says 12 rather than "12".
  return fitValue(limits, kindOf(variable.kind).parse(input) ?? input);
}

function put(drafts: Drafts, key: string, draft: Draft | undefined): Drafts {
  const next = new Map(drafts);
  if (draft === undefined) next.delete(key);
  else next.set(key, draft);
  return next;
}
