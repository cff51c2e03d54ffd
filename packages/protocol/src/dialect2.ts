/** Dialect 2: one JSON object a line, with sessions, acknowledgements and writes that are answered. */

import { refuse, type Code, type Refusal } from "./codes.ts";
import {
  NAME_RULE,
  isVariableName,
  parseDeclaration,
  type DeclaredVariable,
  type VariableDeclaration,
} from "./declaration.ts";
import { isDeviceId } from "./identity.ts";
import {
  expectedToBe,
  isJsonObject,
  parseDeviceJson,
  parseJson,
  showValue,
  type JsonObject,
  type JsonValue,
} from "./json.ts";
import { MAX_HELLO_TEXT_LENGTH, MAX_TAGS, MAX_TAG_LENGTH } from "./limits.ts";
import { parseLogLevel, type LogLevel } from "./log-level.ts";

export const PROTOCOL_VERSION = 2;

/** What a device says of itself when it connects. Times are milliseconds since 1970. */
export interface Hello {
  readonly type: "hello";
  readonly protocol: typeof PROTOCOL_VERSION;
  readonly key: string;
  readonly device: string;
  readonly name?: string;
  readonly app?: string;
  readonly build?: string;
  readonly tags?: readonly string[];
  /** The session to go on with. */
  readonly session?: string;
  /** The device's clock. */
  readonly now?: number;
}

export interface VariablesLine {
  readonly type: "variables";
  readonly seq: number;
  readonly at?: number;
  readonly backlog?: boolean;
  readonly values: JsonObject;
}

export interface LogEntryLine {
  readonly at?: number;
  readonly level: LogLevel;
  readonly message: string;
  readonly fields?: JsonObject;
}

export interface LogsLine {
  readonly type: "logs";
  readonly seq: number;
  readonly backlog?: boolean;
  readonly entries: readonly LogEntryLine[];
}

/** A moment worth finding again. */
export interface MarkerLine {
  readonly type: "marker";
  readonly seq: number;
  readonly at?: number;
  readonly name: string;
  readonly fields?: JsonObject;
}

/** What the game did with one variable of a `set`. */
export type AppliedResult =
  | { readonly value: JsonValue }
  | { readonly error: string; readonly value?: JsonValue };

export interface AppliedLine {
  readonly type: "applied";
  readonly id: number;
  readonly results: Readonly<Record<string, AppliedResult>>;
}

export type DeviceMessage =
  | Hello
  | { readonly type: "declare"; readonly variables: readonly DeclaredVariable[] }
  | VariablesLine
  | LogsLine
  | MarkerLine
  | AppliedLine
  | { readonly type: "ping" }
  | { readonly type: "pong" }
  | { readonly type: "bye" };

export interface Welcome {
  readonly type: "welcome";
  readonly protocol: typeof PROTOCOL_VERSION;
  readonly session: string;
  readonly resumed: boolean;
  /** Everything up to this `seq` is durable or was refused; go on with anything higher. */
  readonly acknowledged: number;
  readonly heartbeatMs: number;
  readonly maxLineBytes: number;
  readonly window: number;
  readonly now: number;
}

export interface SetMessage {
  readonly type: "set";
  readonly id: number;
  readonly values: JsonObject;
}

export interface ErrorMessage {
  readonly type: "error";
  readonly code: Code;
  readonly message: string;
  readonly seq?: number;
  readonly retryAfterMs?: number;
}

export type ServerMessage =
  | Welcome
  | SetMessage
  | ErrorMessage
  | { readonly type: "ack"; readonly seq: number }
  | { readonly type: "ping" }
  | { readonly type: "pong" };

/** Whether a connection's first line makes it speak dialect 2. */
export function isDialect2(line: string): boolean {
  return line.startsWith("{");
}

/** A line of JSON, with its end. */
export function formatMessage(message: ServerMessage | DeviceMessage): string {
  return `${JSON.stringify(message.type === "declare" ? toDeclareLine(message.variables) : message)}\n`;
}

/** Reads a line that a device sent. */
export function parseDeviceMessage(line: string): DeviceMessage | Refusal {
  const input = parseDeviceJson(line);
  if (input === undefined) return refuse("bad_json", "expected one JSON object on the line");
  if (!isJsonObject(input)) return refuse("invalid", `expected a JSON object, got: ${showValue(input)}`);
  const parse = parserOf(UNNUMBERED_PARSERS, input);
  if (parse !== undefined) return toMessage(parse(input));
  const seq = isWhole(input["seq"]) ? input["seq"] : undefined;
  const parseNumbered = parserOf(NUMBERED_PARSERS, input);
  // A type that this server doesn't know may have a number, and then it is used up.
  if (parseNumbered === undefined)
    return refuse("unknown_type", expectedToBe("type", `one of ${TYPES.join(", ")}`, input["type"]), seq);
  if (seq === undefined) return toMessage(expectedToBe("seq", "a whole number from 1", input["seq"]));
  return toMessage(parseNumbered(input, seq), seq);
}

function parserOf<Parse>(parsers: Readonly<Record<string, Parse>>, { type }: JsonObject): Parse | undefined {
  return typeof type === "string" && Object.hasOwn(parsers, type) ? parsers[type] : undefined;
}

function toMessage(parsed: Parsed, seq?: number): DeviceMessage | Refusal {
  return typeof parsed === "string" ? refuse("invalid", parsed, seq) : parsed;
}

/** Reads a line that the server sent; `undefined` for one this client doesn't know or can't use, which it ignores. */
export function parseServerMessage(line: string): ServerMessage | undefined {
  const input = parseJson(line);
  if (!isJsonObject(input)) return undefined;
  const { type } = input;
  if (typeof type !== "string" || !Object.hasOwn(SERVER_FIELDS, type)) return undefined;
  // Only what a client can't do without is checked; the rest is the server's promise.
  return SERVER_FIELDS[type]?.(input) === true ? (input as unknown as ServerMessage) : undefined;
}

const SERVER_FIELDS: Readonly<Record<string, (input: JsonObject) => boolean>> = {
  welcome: ({ session, acknowledged }) => typeof session === "string" && typeof acknowledged === "number",
  set: ({ id, values }) => isWhole(id) && isJsonObject(values),
  ack: ({ seq }) => typeof seq === "number",
  error: ({ code }) => typeof code === "string",
  ping: () => true,
  pong: () => true,
};

type Parsed = DeviceMessage | string;

/** A message while it is made. What devices say all the time is made field by field: `present` takes longer than the rest. */
type Draft<Message> = { -readonly [Field in keyof Message]: Message[Field] };

/** By the types of lines that have no `seq`. */
const UNNUMBERED_PARSERS: Readonly<Record<string, (input: JsonObject) => Parsed>> = {
  hello: parseHello,
  declare: parseDeclare,
  applied: parseApplied,
  ping: () => ({ type: "ping" }),
  pong: () => ({ type: "pong" }),
  bye: () => ({ type: "bye" }),
};

/** By the types of those that have one. */
const NUMBERED_PARSERS: Readonly<Record<string, (input: JsonObject, seq: number) => Parsed>> = {
  variables: parseVariables,
  logs: parseLogs,
  marker: parseMarker,
};

const TYPES = [...Object.keys(UNNUMBERED_PARSERS), ...Object.keys(NUMBERED_PARSERS)];

function parseHello(input: JsonObject): Parsed {
  const { protocol, key, device, name, app, build, tags, session, now } = input;
  if (protocol !== PROTOCOL_VERSION) return expectedToBe("protocol", String(PROTOCOL_VERSION), protocol);
  if (typeof key !== "string") return expectedToBe("key", "text", key);
  if (!isDeviceId(device)) {
    return expectedToBe(
      "device",
      "1 to 64 of A-Z a-z 0-9 . _ - that don't begin with anonymous-, and not . or .. or __proto__",
      device,
    );
  }
  for (const [field, text] of Object.entries({ name, app, build, session })) {
    if (text !== undefined && (typeof text !== "string" || text.length > MAX_HELLO_TEXT_LENGTH)) {
      return expectedToBe(field, `text of at most ${MAX_HELLO_TEXT_LENGTH} characters`, text);
    }
  }
  if (tags !== undefined && !isTextList(tags))
    return expectedToBe("tags", `at most ${MAX_TAGS} texts of at most ${MAX_TAG_LENGTH} characters`, tags);
  if (now !== undefined && !isTime(now)) return expectedToBe("now", "milliseconds since 1970", now);
  return {
    type: "hello",
    protocol,
    key,
    device,
    ...present({
      name: toLabel(name),
      app: toLabel(app),
      build: toLabel(build),
      tags: tags === undefined ? tags : toTags(tags),
      session,
      now: now === undefined ? now : toWholeMs(now),
    }),
  };
}

/**
 * An empty text says nothing. One that was cut within a pair is no reason to turn a device away; it is stored as UTF-8, where a
 * half has no place.
 */
function toLabel(text: JsonValue | undefined): JsonValue | undefined {
  return typeof text === "string" && text !== "" ? text.toWellFormed() : undefined;
}

/** An empty tag says nothing, and one twice no more than once. */
function toTags(tags: readonly string[]): readonly string[] {
  return [...new Set(tags.map((tag) => tag.toWellFormed()))].filter((tag) => tag !== "");
}

function parseDeclare({ variables }: JsonObject): Parsed {
  if (!Array.isArray(variables)) return expectedToBe("variables", "a list", variables);
  const declared: DeclaredVariable[] = [];
  for (const [index, entry] of variables.entries()) {
    const variable = parseDeclaration(entry, `variables[${index}]`);
    if ("problem" in variable) return variable.problem;
    declared.push(variable);
  }
  return { type: "declare", variables: declared };
}

function parseVariables({ at, backlog, values }: JsonObject, seq: number): Parsed {
  if (at !== undefined && !isTime(at)) return expectedToBe("at", "milliseconds since 1970", at);
  if (backlog !== undefined && typeof backlog !== "boolean")
    return expectedToBe("backlog", "true or false", backlog);
  if (!isJsonObject(values)) return expectedToBe("values", "an object of names and values", values);
  const wrongName = Object.keys(values).find((name) => !isVariableName(name));
  if (wrongName !== undefined) return expectedToBe("values", `named with ${NAME_RULE}`, wrongName);
  const line: Draft<VariablesLine> = { type: "variables", seq, values };
  if (at !== undefined) line.at = toWholeMs(at);
  if (backlog !== undefined) line.backlog = backlog;
  return line;
}

function parseLogs({ backlog, entries }: JsonObject, seq: number): Parsed {
  if (backlog !== undefined && typeof backlog !== "boolean")
    return expectedToBe("backlog", "true or false", backlog);
  if (!Array.isArray(entries)) return expectedToBe("entries", "a list", entries);
  const parsed: LogEntryLine[] = [];
  for (let index = 0; index < entries.length; index += 1) {
    const log = parseLogEntry(entries[index] as JsonValue, index);
    if (typeof log === "string") return log;
    parsed.push(log);
  }
  const line: Draft<LogsLine> = { type: "logs", seq, entries: parsed };
  if (backlog !== undefined) line.backlog = backlog;
  return line;
}

function parseLogEntry(input: JsonValue, index: number): LogEntryLine | string {
  const where = (field: string) => `entries[${index}]${field}`;
  if (!isJsonObject(input)) return expectedToBe(where(""), "an object", input);
  const { at, level, message, fields } = input;
  if (at !== undefined && !isTime(at)) return expectedToBe(where(".at"), "milliseconds since 1970", at);
  if (typeof message !== "string") return expectedToBe(where(".message"), "text", message);
  if (fields !== undefined && !isJsonObject(fields))
    return expectedToBe(where(".fields"), "an object", fields);
  const known = level === undefined ? "info" : parseLogLevel(level);
  if (known === undefined) return expectedToBe(where(".level"), "debug, info, warn, error or fatal", level);
  const entry: Draft<LogEntryLine> = { level: known, message };
  if (at !== undefined) entry.at = toWholeMs(at);
  if (fields !== undefined) entry.fields = fields;
  return entry;
}

function parseMarker({ at, name, fields }: JsonObject, seq: number): Parsed {
  if (at !== undefined && !isTime(at)) return expectedToBe("at", "milliseconds since 1970", at);
  if (!isVariableName(name)) return expectedToBe("name", NAME_RULE, name);
  if (fields !== undefined && !isJsonObject(fields)) return expectedToBe("fields", "an object", fields);
  const line: Draft<MarkerLine> = { type: "marker", seq, name };
  if (at !== undefined) line.at = toWholeMs(at);
  if (fields !== undefined) line.fields = fields;
  return line;
}

function parseApplied({ id, results }: JsonObject): Parsed {
  if (!isWhole(id)) return expectedToBe("id", "the id of the set", id);
  if (!isJsonObject(results)) return expectedToBe("results", "an object of names and results", results);
  for (const [name, result] of Object.entries(results)) {
    if (!isJsonObject(result)) return expectedToBe(`results.${name}`, "an object", result);
    const { error, value } = result;
    if (error !== undefined && typeof error !== "string")
      return expectedToBe(`results.${name}.error`, "text", error);
    if (error === undefined && value === undefined)
      return expectedToBe(`results.${name}.value`, "the applied value", value);
  }
  // Each result was checked above; JsonObject can't say so.
  return { type: "applied", id, results: results as unknown as AppliedLine["results"] };
}

function isWhole(value: JsonValue | undefined): value is number {
  return typeof value === "number" && Number.isSafeInteger(value) && value >= 1;
}

function isTime(value: JsonValue): value is number {
  return typeof value === "number" && value >= 0 && value <= Number.MAX_SAFE_INTEGER;
}

/** Some clocks count in fractions; what is stored counts in whole milliseconds. */
function toWholeMs(time: number): number {
  return Math.round(time);
}

function isTextList(value: JsonValue): value is readonly string[] {
  return (
    Array.isArray(value) &&
    value.length <= MAX_TAGS &&
    value.every((item) => typeof item === "string" && item.length <= MAX_TAG_LENGTH)
  );
}

/** The fields that are there: a line never carries `undefined`. */
function present(fields: Record<string, unknown>): object {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined));
}

function toDeclareLine(variables: readonly DeclaredVariable[]): object {
  return {
    type: "declare",
    variables: variables.map(({ declaration, value }): VariableDeclaration & { value?: JsonValue } =>
      value === undefined ? declaration : { ...declaration, value },
    ),
  };
}
