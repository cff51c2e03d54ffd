/** What every editor of a kind is given. The row around it keeps the draft, and sends on Enter. */

import type { Variable } from "@wheelhouse/api";
import type { JsonValue } from "@wheelhouse/protocol";

export interface EditorProps {
  readonly variable: Variable;
  /** What stands in the editor; see `toInput` in `drafts.ts` for its shape by kind. */
  readonly input: JsonValue;
  /** What the field is called to those who can't see the table. */
  readonly label: string;
  readonly isInvalid: boolean;
  readonly onInput: (input: JsonValue) => void;
}

/** Marks the field that the keyboard shortcut for editing goes to. */
export const MAIN_FIELD = { "data-main-field": "" } as const;

export function toText(input: JsonValue | undefined): string {
  if (input === undefined || input === null) return "";
  return typeof input === "string" ? input : JSON.stringify(input);
}
