/** What `integer` and `float` share: reading decimal text, and the limits min and max. */

import type { JsonValue } from "../json.ts";
import type { Kind, Limits, Misfit } from "./kind.ts";

/** Each digit can match in one place only, so that a long run of them is read in one pass. */
const DECIMAL = /^[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:e[+-]?\d+)?$/i;

function parseNumber(input: JsonValue): number | undefined {
  if (typeof input === "string" && !DECIMAL.test(input.trim())) return undefined;
  if (typeof input !== "string" && typeof input !== "number") return undefined;
  const value = Number(input);
  return Number.isFinite(value) ? value : undefined;
}

function constrainRange(value: number, { min, max }: Limits): Misfit | undefined {
  const low = min !== undefined && value < min;
  const high = max !== undefined && value > max;
  if (!low && !high) return undefined;
  if (min !== undefined && max !== undefined) return { misfit: "out_of_range", expected: `${min} to ${max}` };
  return { misfit: "out_of_range", expected: low ? `at least ${min}` : `at most ${max}` };
}

export const float: Kind<number> = {
  expects: "a number",
  parse: parseNumber,
  constrain: constrainRange,
  format: String,
  equal: (left, right) => left === right,
};

export const integer: Kind<number> = {
  ...float,
  expects: "a whole number",
  parse(input) {
    const value = parseNumber(input);
    return value !== undefined && Number.isSafeInteger(value) ? value : undefined;
  },
};
