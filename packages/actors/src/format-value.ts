/** Any value in few words, for people who read a report: bounded in depth and length, and never the cause of another failure. */

import { ProcessRef } from "./process/process-ref.ts";

/** How deep objects within objects are shown. */
const MAX_DEPTH = 4;
/** How many entries of one object are shown. */
const MAX_ENTRIES = 24;
/** How much of one text is shown. */
const MAX_TEXT = 200;

/** A value on one line, much as it would be written in a program. Control characters are escaped. */
export function formatValue(value: unknown): string {
  return format(value, []);
}

/** A list of arguments, with its parentheses. */
export function formatArguments(args: readonly unknown[]): string {
  return `(${list(args, args.length, [])})`;
}

/** What could tear a line of a report apart, or drive the terminal it is shown on, escaped as in a string literal. */
export function escapeControls(text: string): string {
  // oxlint-disable-next-line no-control-regex -- these are what it is about
  return text.replaceAll(/[\u0000-\u001f\u007f-\u009f\u2028\u2029]/g, escapeCharacter);
}

function escapeCharacter(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`;
}

function format(value: unknown, above: readonly object[]): string {
  switch (typeof value) {
    case "string":
      return formatText(value);
    case "bigint":
      return `${value}n`;
    case "symbol":
      return escapeControls(value.toString());
    case "function":
      return `[function ${escapeControls(value.name) || "anonymous"}]`;
    case "object":
      return value === null ? "null" : formatObject(value, above);
    default:
      return String(value);
  }
}

function formatText(text: string): string {
  const shown = text.length > MAX_TEXT ? `${text.slice(0, MAX_TEXT)}…` : text;
  return escapeControls(JSON.stringify(shown));
}

function formatObject(value: object, above: readonly object[]): string {
  if (above.includes(value)) return "[circular]";
  try {
    return formatKnown(value) ?? formatEntries(value, [...above, value]);
  } catch {
    // A proxy may refuse to be looked at.
    return "[unreadable]";
  }
}

function formatKnown(value: object): string | undefined {
  if (value instanceof Error) return `[${escapeControls(`${value.name}: ${value.message}`)}]`;
  if (value instanceof RegExp) return String(value);
  if (ArrayBuffer.isView(value)) return `[${value.constructor.name} of ${value.byteLength} bytes]`;
  if (value instanceof Promise) return "[promise]";
  if (value instanceof ProcessRef) return escapeControls(value.toString());
  return undefined;
}

function formatEntries(value: object, above: readonly object[]): string {
  const name = nameOf(value);
  if (above.length > MAX_DEPTH) return `[${name === "" ? "Object" : name}]`;
  if (Array.isArray(value)) return `[${list(value, value.length, above)}]`;
  if (value instanceof Map) return `${name}(${value.size}) { ${pairs(value, value.size, above)} }`;
  if (value instanceof Set) return `${name}(${value.size}) { ${list(value, value.size, above)} }`;
  const keys = Object.keys(value);
  const body = keys.length === 0 ? "{}" : `{ ${properties(value, keys, above)} }`;
  return name === "" ? body : `${name} ${body}`;
}

function nameOf(value: object): string {
  const { constructor } = value as { readonly constructor?: unknown };
  return typeof constructor === "function" && constructor !== Object ? escapeControls(constructor.name) : "";
}

function list(values: Iterable<unknown>, count: number, above: readonly object[]): string {
  const shown = first(values).map((value) => format(value, above));
  return [...shown, ...more(count)].join(", ");
}

function pairs(
  entries: Iterable<readonly [unknown, unknown]>,
  count: number,
  above: readonly object[],
): string {
  const shown = first(entries).map(([key, value]) => `${format(key, above)} => ${format(value, above)}`);
  return [...shown, ...more(count)].join(", ");
}

function properties(value: object, keys: readonly string[], above: readonly object[]): string {
  const shown = first(keys).map((key) => {
    const property = Object.getOwnPropertyDescriptor(value, key);
    // To ask a getter would run the program's code in the middle of a report.
    const text = property !== undefined && "value" in property ? format(property.value, above) : "[getter]";
    return `${escapeControls(key)}: ${text}`;
  });
  return [...shown, ...more(keys.length)].join(", ");
}

function first<T>(values: Iterable<T>): readonly T[] {
  const taken: T[] = [];
  for (const value of values) {
    if (taken.length === MAX_ENTRIES) break;
    taken.push(value);
  }
  return taken;
}

function more(count: number): readonly string[] {
  return count > MAX_ENTRIES ? [`… ${count - MAX_ENTRIES} more`] : [];
}
