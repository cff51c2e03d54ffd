/** The kinds of variables, by the name that goes over the wire. A new kind is one file and one line here. */

import {
  isWellFormedJson,
  isWritableJson,
  jsonEqual,
  nestsWithin,
  showValue,
  type JsonValue,
} from "../json.ts";
import { MAX_JSON_DEPTH } from "../limits.ts";
import { boolean } from "./boolean.ts";
import { color } from "./color.ts";
import { enumeration } from "./enum.ts";
import { json } from "./json.ts";
import type { Kind, Limits } from "./kind.ts";
import { float, integer } from "./number.ts";
import { string } from "./string.ts";
import { trigger } from "./trigger.ts";
import { vector } from "./vector.ts";

const KINDS = { boolean, integer, float, string, enum: enumeration, color, vector, json, trigger };

export type KindName = keyof typeof KINDS;
export const KIND_NAMES = Object.keys(KINDS) as KindName[];

export function isKindName(text: unknown): text is KindName {
  return typeof text === "string" && Object.hasOwn(KINDS, text);
}

/** The plug-in of that name. Its values are some JSON; its `parse` stands between them and the outside. */
export function kindOf(name: KindName): Kind {
  return KINDS[name];
}

export interface Fits {
  readonly value: JsonValue;
}
export interface Unfit {
  readonly code: "invalid" | "out_of_range";
  readonly message: string;
}

/** How deep a value may nest that a person sets: in the answer of its device it lies three deeper. */
export const MAX_SET_DEPTH: number = MAX_JSON_DEPTH - 3;

/** Reads a value that a person wants to write: of the kind, within the declared limits, and such that any device can answer it. */
export function fitValue(variable: Limits & { readonly kind: KindName }, input: JsonValue): Fits | Unfit {
  const kind = kindOf(variable.kind);
  const unsendable = whyUnsendable(input);
  if (unsendable !== undefined) return { code: "invalid", message: unsendable };
  const value = isWritableJson(input) ? kind.parse(input) : undefined;
  if (value === undefined)
    return { code: "invalid", message: `expected ${kind.expects}, got: ${showValue(input)}` };
  const misfit = kind.constrain?.(value, variable);
  if (misfit === undefined) return { value };
  return { code: misfit.misfit, message: `expected ${misfit.expected}, got: ${showValue(input)}` };
}

/** What a device's answer couldn't repeat, or a device couldn't read in the first place. */
function whyUnsendable(input: JsonValue): string | undefined {
  if (!nestsWithin(input, MAX_SET_DEPTH))
    return `expected a value that nests at most ${MAX_SET_DEPTH} deep, got: ${showValue(input)}`;
  if (!isWellFormedJson(input))
    return `expected text without half a surrogate pair, got: ${showValue(input)}`;
  return undefined;
}

/** Whether two values are equal for this kind: `1` and `"1.0"` are, for a float. */
export function valuesEqual(kind: KindName, left: JsonValue, right: JsonValue): boolean {
  const plugin = kindOf(kind);
  const first = plugin.parse(left);
  const second = plugin.parse(right);
  if (first === undefined || second === undefined) return first === second && jsonEqual(left, right);
  return plugin.equal(first, second);
}

/** A value as dialect 1 sends it and a table shows it. */
export function formatValue(kind: KindName, value: JsonValue): string {
  const plugin = kindOf(kind);
  const parsed = plugin.parse(value);
  if (parsed !== undefined) return plugin.format(parsed);
  return typeof value === "string" ? value : JSON.stringify(value);
}

/**
 * The kind of an undeclared variable, from its newest value and the kind it had before. Whole numbers are
 * `integer` until the first fraction; a value of another kind altogether makes it a new kind.
 */
export function inferKind(value: JsonValue, before?: KindName): KindName {
  if (before === "float" && typeof value === "number") return "float";
  if (typeof value === "boolean") return "boolean";
  if (typeof value === "number") return Number.isSafeInteger(value) ? "integer" : "float";
  if (typeof value === "string") return "string";
  return vector.parse(value) === undefined ? "json" : "vector";
}
