/** Values as they are typed on a command line, and as they are shown there. Pure. */

import { limitsOf, type Variable } from "@wheelhouse/api";
import {
  fitValue,
  formatValue,
  kindOf,
  parseJson,
  type JsonValue,
  type KindName,
} from "@wheelhouse/protocol";
import { CommandError, wrongUsage } from "./errors.ts";

export interface Assignment {
  readonly name: string;
  readonly text: string;
}

/** `NAME=VALUE`; everything after the first `=` is the value. */
export function readAssignment(argument: string): Assignment {
  const at = argument.indexOf("=");
  if (at <= 0) throw wrongUsage(`expected NAME=VALUE, got: ${argument}`);
  return { name: argument.slice(0, at), text: argument.slice(at + 1) };
}

/**
 * Reads a value of the variable's kind: a number, a word, JSON, or for a vector `1,2,3` too.
 *
 * @throws CommandError for what the variable can't take.
 */
export function readValue(variable: Variable, text: string): JsonValue {
  const fitted = fitValue({ kind: variable.kind, ...limitsOf(variable) }, toInput(variable.kind, text));
  if ("value" in fitted) return fitted.value;
  throw new CommandError(`${variable.name}: ${fitted.message}`);
}

export function showValueOf(kind: KindName, value: JsonValue): string {
  return value === null && kind !== "json" ? "" : formatValue(kind, value);
}

function toInput(kind: KindName, text: string): JsonValue {
  if (kind === "json") return readJson(text);
  if (kind === "vector") return parseJson(/^\s*\[/.test(text) ? text : `[${text}]`) ?? text;
  // As the value it stands for, so that a message says 12 rather than "12".
  return kindOf(kind).parse(text) ?? text;
}

function readJson(text: string): JsonValue {
  const value = parseJson(text);
  if (value === undefined) throw new CommandError(`expected JSON, got: ${text}`);
  return value;
}
