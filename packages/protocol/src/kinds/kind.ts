/** What a kind of variable is: a small plug-in that parses, constrains and formats its values. */

import type { JsonValue } from "../json.ts";

/** The limits and labels a device may declare beside a variable's kind. */
export interface Limits {
  readonly min?: number;
  readonly max?: number;
  readonly step?: number;
  readonly options?: readonly string[];
}

/** `invalid`: not of this kind; `out_of_range`: of this kind, but outside the declared limits. */
export interface Misfit {
  readonly misfit: "invalid" | "out_of_range";
  /** What would be right, in words that follow "expected". */
  readonly expected: string;
}

/** One kind of variable. */
export interface Kind<Value extends JsonValue = JsonValue> {
  /** Reads a JSON value that claims to be of this kind; text is read too where it is unambiguous (`"5"` for a number). */
  parse(input: JsonValue): Value | undefined;
  /** What `parse` takes, in words that follow "expected". */
  readonly expects: string;
  /** `undefined` when the value lies within the limits. */
  constrain?(value: Value, limits: Limits): Misfit | undefined;
  /** The value as dialect 1 and a table show it. */
  format(value: Value): string;
  equal(left: Value, right: Value): boolean;
}
