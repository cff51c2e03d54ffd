/** JSON values, and reading them without trusting them. */

import { MAX_JSON_DEPTH } from "./limits.ts";

export type JsonValue = null | boolean | number | string | readonly JsonValue[] | JsonObject;
export interface JsonObject {
  readonly [name: string]: JsonValue;
}

export function isJsonObject(value: unknown): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** `undefined` when the text isn't JSON (JSON itself has no `undefined`). */
export function parseJson(text: string): JsonValue | undefined {
  try {
    return JSON.parse(text) as JsonValue;
  } catch {
    return undefined;
  }
}

/** As {@link parseJson}, and `undefined` too for what couldn't be written out again: see {@link isWritableJson}. */
export function parseDeviceJson(text: string): JsonValue | undefined {
  const value = parseJson(text);
  return value !== undefined && isWritableJson(value) ? value : undefined;
}

/**
 * Whether a value that was read from JSON can be written again and be the same: no number beyond the range of a double (`1e999` reads
 * as Infinity, which is written as null), and nesting of at most {@link MAX_JSON_DEPTH} (much more exhausts the stack).
 */
export function isWritableJson(value: JsonValue, depth: number = MAX_JSON_DEPTH): boolean {
  if (typeof value === "number") return Number.isFinite(value);
  if (typeof value !== "object" || value === null) return true;
  if (depth === 0) return false;
  if (Array.isArray(value)) return value.every((item: JsonValue) => isWritableJson(item, depth - 1));
  const fields = value as JsonObject;
  // On the hot path: unlike Object.values, this makes no list. JSON has no inherited fields.
  for (const name in fields) {
    if (!isWritableJson(fields[name] as JsonValue, depth - 1)) return false;
  }
  return true;
}

/** Whether lists and objects nest no deeper. */
export function nestsWithin(value: JsonValue, depth: number): boolean {
  if (typeof value !== "object" || value === null) return true;
  return depth > 0 && Object.values(value).every((item: JsonValue) => nestsWithin(item, depth - 1));
}

/** Whether all its text, names too, is Unicode: JSON can say half of a surrogate pair, which many parsers refuse. */
export function isWellFormedJson(value: JsonValue): boolean {
  if (typeof value === "string") return value.isWellFormed();
  if (typeof value !== "object" || value === null) return true;
  return Object.entries(value).every(
    ([name, item]: [string, JsonValue]) => name.isWellFormed() && isWellFormedJson(item),
  );
}

/** What is wrong with a value: where it is, what would be right there, and what it is. */
export function expectedToBe(where: string, what: string, got: unknown): string {
  return `expected ${where} to be ${what}, got: ${showValue(got)}`;
}

/** A value as an error message shows it: JSON, cut at 60 characters. */
export function showValue(value: unknown): string {
  if (value === undefined) return "nothing";
  if (typeof value === "number") return String(value);
  const text = writeJson(value) ?? "something that can't be written as JSON";
  return text.length > 60 ? `${text.slice(0, 59)}…` : text;
}

/** `undefined` for what JSON has no place for, holds itself, or nests so deep that writing it exhausts the stack. */
function writeJson(value: unknown): string | undefined {
  try {
    return JSON.stringify(value);
  } catch {
    return undefined;
  }
}

/** Equality of JSON values; the order of an object's fields doesn't count. */
export function jsonEqual(left: JsonValue, right: JsonValue): boolean {
  if (left === right) return true;
  if (Array.isArray(left)) {
    return (
      Array.isArray(right) &&
      left.length === right.length &&
      left.every((item, index) => jsonEqual(item, right[index] as JsonValue))
    );
  }
  if (!isJsonObject(left) || !isJsonObject(right)) return false;
  const names = Object.keys(left);
  return (
    names.length === Object.keys(right).length &&
    names.every(
      (name) => Object.hasOwn(right, name) && jsonEqual(left[name] as JsonValue, right[name] as JsonValue),
    )
  );
}
