/**
 * Where a value that a game hands over becomes the JSON text that is sent: at the moment it is given, and checked then.
 * What the game does to the value afterwards changes nothing, and nothing later can fail. Nothing here throws.
 */

import {
  MAX_SET_DEPTH,
  isJsonObject,
  isWritableJson,
  kindOf,
  showValue,
  type JsonValue,
  type KindName,
} from "@wheelhouse/protocol";

/** Why a value can't be sent: {@link explain} puts it into words. */
export interface Unsendable {
  /** What would be right, in words that follow "to be". */
  readonly expected: string;
  readonly got: string;
}

/**
 * Text that the server takes for a value of this kind: `"5"` given for a number is 5, as it is there. Without a kind,
 * any JSON. Numbers that JSON can't hold are found within lists and objects too, where it would make `null` of them.
 */
export function toValueText(value: unknown, kind: KindName = "json"): string | Unsendable {
  const plugin = kindOf(kind);
  const json = writeJson(value);
  if (json === undefined) return { expected: plugin.expects, got: showValue(value) };
  if (!hasFiniteNumbers(value)) return { expected: plugin.expects, got: showNumbers(value) };
  const plain = (typeof value === "object" ? JSON.parse(json) : value) as JsonValue;
  const fitting = plugin.parse(plain);
  if (fitting === undefined) return { expected: plugin.expects, got: showValue(value) };
  if (!isWritableJson(plain, MAX_SET_DEPTH)) return { expected: NESTS_LESS, got: showValue(value) };
  return fitting === plain ? json : JSON.stringify(fitting);
}

/** The fields of a log entry or marker. Numbers that JSON can't hold are `null`: what is logged about them is worth more than they are. */
export function toFieldsText(fields: unknown): string | Unsendable {
  const json = writeJson(fields);
  const plain: unknown = json === undefined ? undefined : JSON.parse(json);
  if (json === undefined || !isJsonObject(plain)) return { expected: "an object", got: showValue(fields) };
  return isWritableJson(plain, MAX_SET_DEPTH) ? json : { expected: NESTS_LESS, got: showValue(fields) };
}

/** `what` names the value: `expected speed to be a number, got: "fast"`. */
export function explain(what: string, { expected, got }: Unsendable): string {
  return `expected ${what} to be ${expected}, got: ${got}`;
}

/** A game without types may log anything, and throw anything. */
export function toText(value: unknown): string {
  if (typeof value === "string") return value;
  try {
    return String(value);
  } catch {
    return showValue(value);
  }
}

/** Fields lie no deeper in their line than a value in the answer to a write. */
const NESTS_LESS = `JSON that nests at most ${MAX_SET_DEPTH} deep`;

/** `undefined` for what JSON has no place for, and for what throws while it is read. */
function writeJson(value: unknown): string | undefined {
  try {
    return JSON.stringify(value);
  } catch {
    return undefined;
  }
}

/** Looks at the value itself, since JSON has `null` in their place. */
function hasFiniteNumbers(value: unknown): boolean {
  try {
    return isWritableJson(value as JsonValue, Number.POSITIVE_INFINITY);
  } catch {
    return false;
  }
}

function showNumbers(value: unknown): string {
  const shown = showValue(value);
  return typeof value === "number" ? shown : `${shown}, with NaN or an infinity in it`;
}
