/**
 * Dialect 1, compatible with existing observer clients: `v:`, `i:` and `l:` lines with base64 payloads.
 * Pure: a line comes in without its line feed and becomes a message; a message becomes a line.
 */

import { fromBase64, toBase64 } from "./base64.ts";
import { refuse, type Code, type Refusal } from "./codes.ts";
import { NAME_RULE, isVariableName } from "./declaration.ts";
import { isDeviceKey } from "./identity.ts";
import { expectedToBe, isJsonObject, parseDeviceJson, showValue, type JsonValue } from "./json.ts";
import { formatValue, kindOf, type KindName } from "./kinds/index.ts";
import { parseLogLevel, type LogLevel } from "./log-level.ts";

export interface Dialect1Variable {
  readonly name: string;
  /** The type as the device sent it; it is sent back so. */
  readonly type: string;
  readonly kind: KindName;
  readonly value: JsonValue;
}

export interface Dialect1Log {
  readonly message: string;
  readonly level: LogLevel;
  /** Milliseconds since 1970, where the device gave a time. */
  readonly at?: number;
}

export type Dialect1Message =
  | { readonly type: "verify"; readonly key: string }
  | { readonly type: "variables"; readonly key: string; readonly variables: readonly Dialect1Variable[] }
  | { readonly type: "logs"; readonly key: string; readonly entries: readonly Dialect1Log[] };

/** Whether a connection's first line makes it speak dialect 1. */
export function isDialect1(line: string): boolean {
  return /^[vil]:/.test(line);
}

/**
 * Which key an `i:` or `l:` line claims, without reading the rest. The server checks it against the connection
 * before anything else of the line is looked at.
 */
export function claimedKey(line: string): string {
  return line.slice(2).split(":", 1)[0] ?? "";
}

/** Reads one line. Whether its key is the connection's is for the server to check. */
export function parseDialect1(line: string): Dialect1Message | Refusal {
  const key = claimedKey(line);
  switch (line.slice(0, 2)) {
    case "v:":
      return { type: "verify", key: line.slice(2) };
    case "i:":
      return parsePayload(line, key, parseVariable, (variables) => ({ type: "variables", key, variables }));
    case "l:":
      return parsePayload(line, key, parseLog, (entries) => ({ type: "logs", key, entries }));
    default:
      return refuse(
        "unknown_type",
        `expected a line that begins with v:, i: or l:, got: ${showValue(line.slice(0, 16))}`,
      );
  }
}

export const VERIFIED_LINE = "OK\n";

/** `E:` with the code and why, on one line. */
export function formatError(code: Code, text: string): string {
  return `E:${code}:${text.replaceAll(/[\r\n]+/g, " ")}\n`;
}

/** The push of variables that a person changed; values are always JSON strings. */
export function formatPush(key: string, variables: readonly Dialect1Variable[]): string {
  const payload = variables.map(({ name, type, kind, value }) => ({
    name,
    type,
    value: formatValue(kind, value),
  }));
  return `v:${key}:${toBase64(JSON.stringify(payload))}\n`;
}

/** The kind that a dialect-1 type name stands for. */
export function kindOfType(type: string): KindName {
  switch (type) {
    case "integer":
      return "integer";
    case "float":
    case "number":
    case "numeric":
    case "range":
      return "float";
    case "boolean":
    case "bool":
      return "boolean";
    default:
      return "string";
  }
}

type ItemProblem = { readonly problem: string };

function parsePayload<Item extends object>(
  line: string,
  key: string,
  parseItem: (item: JsonValue, where: string) => Item | ItemProblem,
  toMessage: (items: readonly Item[]) => Dialect1Message,
): Dialect1Message | Refusal {
  if (!isDeviceKey(key)) return refuse("unauthorized", "expected a key of 12 letters and digits");
  const text = fromBase64(line.slice(2 + key.length + 1));
  if (text === undefined) return refuse("bad_base64", "expected padded base64 of UTF-8 text after the key");
  const list = parseDeviceJson(text);
  if (list === undefined) return refuse("bad_json", "expected a JSON array inside the base64");
  if (!Array.isArray(list)) return refuse("invalid", `expected a JSON array, got: ${showValue(list)}`);
  const items: Item[] = [];
  for (const [index, entry] of list.entries()) {
    const item = parseItem(entry as JsonValue, `[${index}]`);
    if ("problem" in item) return refuse("invalid", item.problem);
    items.push(item);
  }
  return toMessage(items);
}

function parseVariable(item: JsonValue, where: string): Dialect1Variable | ItemProblem {
  if (!isJsonObject(item)) return expected(where, "an object", item);
  const { name, type, value } = item;
  if (!isVariableName(name)) return expected(`${where}.name`, NAME_RULE, name);
  if (typeof type !== "string") return expected(`${where}.type`, "text", type);
  if (value === undefined || (typeof value === "object" && value !== null)) {
    return expected(`${where}.value`, "text, a number, true or false", value);
  }
  const kind = kindOfType(type);
  return {
    name,
    type,
    kind,
    value: kindOf(kind).parse(value) ?? (typeof value === "string" ? value : String(value)),
  };
}

function parseLog(item: JsonValue, where: string): Dialect1Log | ItemProblem {
  if (!isJsonObject(item)) return expected(where, "an object", item);
  const { message, timestamp, level } = item;
  if (typeof message !== "string") return expected(`${where}.message`, "text", message);
  const at = parseTimestamp(timestamp);
  if (at === "wrong") return expected(`${where}.timestamp`, "seconds or milliseconds since 1970", timestamp);
  return { message, level: parseLogLevel(level) ?? "info", ...(at === undefined ? {} : { at }) };
}

/** Seconds until the year 5138 are less than milliseconds since 1973, so the size tells which it is. */
const FIRST_MILLISECONDS = 100_000_000_000;

function parseTimestamp(timestamp: JsonValue | undefined): number | undefined | "wrong" {
  if (timestamp === undefined || timestamp === null) return undefined;
  const number = kindOf("float").parse(timestamp) as number | undefined;
  if (number === undefined || number < 0 || number > Number.MAX_SAFE_INTEGER) return "wrong";
  return number < FIRST_MILLISECONDS ? Math.round(number * 1000) : Math.round(number);
}

function expected(where: string, what: string, got: unknown): ItemProblem {
  return { problem: expectedToBe(where, what, got) };
}
