/**
 * How what was given is checked, and refused: always a `RangeError`, always in one form, `expected NAME to be WHAT, got:
 * VALUE`, and never with a secret in it. Pure.
 */

import { nearestOf } from "./nearest.ts";

/** Says whether a value is right, by throwing when it isn't; `name` is what to call it. */
export type Check = (name: string, value: unknown) => void;

/** The check of each option of an object: as a record, so that the compiler sees to it that none is missing. */
export type Checks<T> = { readonly [K in keyof T]-?: Check };

/** What an object's own name is in errors, and which of its options must be given. */
interface Expected<T> {
  /** Empty where the options need no name before theirs. */
  readonly path?: string;
  readonly required?: readonly (keyof T & string)[];
}

// Objects

/**
 * An option that is `undefined` is as if it weren't given.
 *
 * @throws RangeError that names the first option that is unknown, or wrong, or missing.
 */
export function expectOptions<T>(
  value: unknown,
  checks: Checks<T>,
  { path = "", required = [] }: Expected<T> = {},
): void {
  expectObject(path === "" ? "options" : path, value);
  const given = value as Readonly<Record<string, unknown>>;
  const names = Object.keys(checks) as (keyof T & string)[];
  expectNames(given, names, path);
  // Also those that it has from its class.
  for (const name of names)
    if (given[name] !== undefined || required.includes(name)) checks[name](join(path, name), given[name]);
}

function expectNames(given: object, known: readonly string[], path: string): void {
  const unknown = Object.keys(given).find((name) => !known.includes(name));
  if (unknown === undefined) return;
  const each = path === "" ? "each option" : `each option of ${path}`;
  const nearest = nearestOf(unknown, known);
  const got = toText(join(path, unknown));
  throw nearest === undefined
    ? refusal(each, `one of ${known.join(", ")}`, got)
    : refusal(each, "one that there is", `${got} (did you mean ${nearest}?)`);
}

/** @throws RangeError; lists, maps, dates and promises are no objects with options. */
export function expectObject(name: string, value: unknown): asserts value is object {
  const isObject = typeof value === "object" && Object.prototype.toString.call(value) === "[object Object]";
  // Text that stands where an object with a key should may be that key.
  if (!isObject) throw wrongSecret(name, "an object", value);
}

function join(path: string, name: string): string {
  return path === "" ? name : `${path}.${name}`;
}

/** The check of an option that is an object with options of its own. */
export function optionsOf<T>(checks: Checks<T>, required: readonly (keyof T & string)[] = []): Check {
  return (name, value) => expectOptions(value, checks, { path: name, required });
}

export function listOf(check: Check, right = "a list"): Check {
  return (name, value) => {
    if (!Array.isArray(value)) throw wrong(name, right, value);
    for (let place = 0; place < value.length; place += 1) check(`${name}[${place}]`, value[place]);
  };
}

// Values

export function oneOf(...right: readonly unknown[]): Check {
  return (name, value) => {
    if (!right.includes(value)) throw wrong(name, right.map(toText).join(" or "), value);
  };
}

export const expectFlag: Check = oneOf(true, false);

/** Text that isn't empty, and has no NUL in it, at which the system would end it. */
export function text(right: string): Check {
  return (name, value) => {
    if (typeof value !== "string" || value === "" || value.includes("\0")) throw wrong(name, right, value);
  };
}

/** A Unix socket's path; one in Linux's own namespace begins with a NUL (unix(7)). */
export function socketPath(right: string): Check {
  return (name, value) => {
    const isPath = typeof value === "string" && !["", "\0"].includes(value) && !value.includes("\0", 1);
    if (!isPath) throw wrong(name, right, value);
  };
}

/** A process's address, or a name. */
export const expectAddress: Check = (name, value) => {
  const isAddress =
    typeof value === "object" && value !== null && ("id" in value || "name" in value || "key" in value);
  if (!isAddress) throw wrong(name, "a process's address", value);
};

/** Something of a class of this package's, or of its kind: it can do that. */
export function able(verb: string, right: string): Check {
  return (name, value) => {
    const can = typeof value === "object" && value !== null && verb in value;
    if (!can) throw wrong(name, right, value);
  };
}

export const expectFunction: Check = (name, value) => {
  if (typeof value !== "function") throw wrong(name, "a function", value);
};

/** A whole number in a range, both ends included. */
export function whole(min: number, max = Number.MAX_SAFE_INTEGER): Check {
  const range = max === Number.MAX_SAFE_INTEGER ? `at least ${min}` : `from ${min} to ${max}`;
  return (name, value) => {
    if (Number.isSafeInteger(value) && (value as number) >= min && (value as number) <= max) return;
    throw wrong(name, `a whole number ${range}`, value);
  };
}

/** A whole number from 1, or `Infinity`, for no limit. */
export const expectCount: Check = (name, value) => {
  if (value !== Infinity) whole(1)(name, value);
};

/** Finite. */
export const expectPositive: Check = (name, value) => {
  if (!(typeof value === "number" && value > 0 && value < Infinity))
    throw wrong(name, "a positive number", value);
};

/** `Infinity` too. */
export const expectMilliseconds: Check = (name, value) => {
  if (!(typeof value === "number" && value > 0))
    throw wrong(name, "a positive number of milliseconds", value);
};

/** `Infinity` too. */
export const expectMillisecondsFromZero: Check = (name, value) => {
  if (!(typeof value === "number" && value >= 0)) throw wrong(name, "a number of milliseconds from 0", value);
};

// Refusals

export function wrong(name: string, right: string, value: unknown): RangeError {
  return refusal(name, right, toText(value));
}

/** The same, of what may be somebody's key: it says what kind of value stands there, and not which. */
export function wrongSecret(name: string, right: string, value: unknown): RangeError {
  return refusal(name, right, kindOf(value));
}

export function refusal(name: string, right: string, got: string): RangeError {
  return new RangeError(`expected ${name} to be ${right}, got: ${got}`);
}

/** Longest text that is shown, in characters. */
const MAX_SHOWN = 60;

/** Numbers, flags and short text as they are; of all else what it is. */
export function toText(value: unknown): string {
  if (typeof value === "string") return isPem(value) ? "text in PEM" : quoted(value);
  if (typeof value === "bigint") return cut(`${value}n`);
  if (typeof value === "object" && value !== null) return describe(value);
  return typeof value === "function" ? "a function" : cut(String(value));
}

function quoted(text: string): string {
  return text.length > MAX_SHOWN
    ? `${JSON.stringify(text.slice(0, MAX_SHOWN))}… (${text.length} characters)`
    : JSON.stringify(text);
}

function cut(text: string): string {
  return text.length > MAX_SHOWN ? `${text.slice(0, MAX_SHOWN)}…` : text;
}

/** What is in an object isn't shown: it may be a key that stands in the wrong place. */
function describe(value: object): string {
  if (Array.isArray(value)) return value.length === 0 ? "[]" : `a list of ${value.length}`;
  const kind = Object.prototype.toString.call(value).slice("[object ".length, -1);
  if (kind !== "Object") return `a ${cut(kind)}`;
  const names = Object.keys(value);
  return names.length === 0 ? "{}" : `an object with ${cut(names.join(", "))}`;
}

function kindOf(value: unknown): string {
  if (value === undefined || value === null) return String(value);
  if (value === "") return "no text";
  if (typeof value === "object") return describe(value);
  return typeof value === "string" ? "text" : `a ${typeof value}`;
}

/** Also where its beginning was lost. */
function isPem(text: string): boolean {
  return /-----(BEGIN|END) /.test(text);
}
