/**
 * Reads the golden conversations in `golden/`: what a device and the server say, line by line, for the tests of
 * anything that speaks the wire. For Node.js and for tests only. The format is described in `golden/README.md`.
 */
/// <reference types="node" />

import { readFileSync, readdirSync } from "node:fs";
import { toBase64 } from "./base64.ts";
import { isJsonObject, parseJson, type JsonObject, type JsonValue } from "./json.ts";

export interface Conversation {
  /** The file's name without `.txt`; it begins with the dialect, `d1-`, `d2-` or `any-`. */
  readonly name: string;
  /** The file's first line: the rule that the conversation shows. */
  readonly title: string;
  readonly steps: readonly Step[];
}

/** One step, in the order of the file. `source` says where it stands there, as `name.txt:line`. */
export type Step = { readonly source: string } & (
  | DeviceSends
  | ServerAnswers
  | { readonly type: "another_connection_sends"; readonly template: string }
  | PersonSets
  /** A person asks for a change, and is refused. */
  | { readonly type: "person_is_refused"; readonly code: string; readonly values: JsonObject }
  /** A person cancels the newest write of the variable, which is open, or sets back what it changed. */
  | { readonly type: "person_cancels"; readonly name: string }
  | { readonly type: "person_reverts"; readonly name: string }
  /** Sooner or later a person is shown this as the value that the device reports. */
  | { readonly type: "person_sees"; readonly name: string; readonly value: JsonValue }
  | WriteBecomes
  | { readonly type: "server_drains" }
  /** Without a word, in whichever direction. */
  | { readonly type: "connection_cut" }
  | { readonly type: "reconnects" }
  /** Before this, the server says nothing more. */
  | { readonly type: "server_closes" }
);

export interface DeviceSends {
  readonly type: "device_sends";
  readonly template: string;
}

export interface ServerAnswers {
  readonly type: "server_answers";
  readonly template: string;
  /** Whether acks may come first, lower ones than this where this is one: see {@link isLowerAck}. */
  readonly afterLowerAcks: boolean;
}

/** One change by a person, of one or more variables. */
export interface PersonSets {
  readonly type: "person_sets";
  readonly values: JsonObject;
  /** It expires so long after it was made; as usual where absent. */
  readonly expiresInMs?: number;
}

/** Sooner or later the newest write of the variable is in this state. */
export interface WriteBecomes {
  readonly type: "write_becomes";
  readonly name: string;
  readonly state: (typeof SHOWN_STATES)[number];
  /** The value that the device answered with, once it has. */
  readonly applied?: JsonValue;
}

const SHOWN_STATES = ["pending", "sent", "applied", "rejected", "expired", "cancelled"] as const;

/** What the placeholders of one run stand for. Captures are added as they are seen. */
export interface Bindings {
  /** A valid key. */
  readonly key: string;
  /** The valid key of another project. */
  readonly other: string;
  /** Twelve characters that are nobody's key. */
  readonly wrong: string;
  /** The device's clock, in milliseconds since 1970. */
  now(): number;
  /** What `$session…` and `$set…` were found to be. */
  readonly captures: Map<string, string>;
}

/** The golden conversations, by name. */
export function loadConversations(): Conversation[] {
  const folder = new URL("../golden/", import.meta.url);
  return readdirSync(folder)
    .filter((file) => file.endsWith(".txt"))
    .sort()
    .map((file) =>
      parseConversation(file.slice(0, -".txt".length), readFileSync(new URL(file, folder), "utf8")),
    );
}

/** Bindings for one run: nothing is captured yet. */
export function createBindings(given: Omit<Bindings, "captures">): Bindings {
  return { key: given.key, other: given.other, wrong: given.wrong, now: given.now, captures: new Map() };
}

/**
 * The line that a device sends at this step, without its line feed.
 *
 * @throws {GoldenError} when the line needs a capture that no server line has given yet.
 */
export function expandOutgoing(step: { readonly template: string }, bindings: Bindings): string {
  return readTemplate(step.template)
    .map((part) => (typeof part === "string" ? part : expandPlaceholder(part, bindings)))
    .join("");
}

/** Whether a line of the server (without its line feed) is the one that this step expects; if not, why. */
export function matchIncoming(
  step: { readonly template: string },
  line: string,
  bindings: Bindings,
): true | string {
  const parts = readTemplate(step.template);
  const pattern = parts.map((part) => toPattern(part, step.template, bindings)).join("");
  const match = new RegExp(`^${pattern}$`).exec(line);
  if (match === null) return `expected ${step.template}, got: ${line}`;
  const captured = parts
    .filter((part) => typeof part !== "string")
    .filter((part) => isUncaptured(part, bindings));
  return capture(captured, match.slice(1), bindings);
}

/** Whether this line is an ack that may come before the one this step expects, and is to be skipped. */
export function isLowerAck(step: ServerAnswers, line: string): boolean {
  if (!step.afterLowerAcks) return false;
  const seq = ackedSeq(line);
  return seq !== undefined && seq < (ackedSeq(step.template) ?? Infinity);
}

/** Reads the text of one conversation. */
export function parseConversation(name: string, text: string): Conversation {
  const lines = text.split("\n");
  const title = /^# (.+)$/.exec(lines[0] ?? "")?.[1];
  if (title === undefined) throw new GoldenError(`${name}.txt:1: expected # and what the conversation shows`);
  const steps: Step[] = [];
  for (const [index, line] of lines.entries()) {
    const source = `${name}.txt:${index + 1}`;
    if (line !== "" && !line.startsWith("#")) steps.push({ source, ...parseStep(line, source) });
  }
  return { name, title, steps };
}

/** A conversation that can't be read, or a step that can't be played. */
export class GoldenError extends Error {
  override readonly name = "GoldenError";
  readonly code = "golden";
}

// Steps

type StepBody = Step extends infer S ? (S extends Step ? Omit<S, "source"> : never) : never;

function parseStep(line: string, source: string): StepBody {
  const { mark = "", rest = "" } = /^(?<mark>>|<~|<|!|x)(?: (?<rest>.*))?$/.exec(line)?.groups ?? {};
  switch (mark) {
    case ">":
      return { type: "device_sends", template: checkTemplate(rest, source) };
    case "<":
    case "<~":
      return { type: "server_answers", template: checkTemplate(rest, source), afterLowerAcks: mark === "<~" };
    case "x":
      return { type: "server_closes" };
    default:
      return parseEvent(rest, source);
  }
}

const PLAIN_EVENTS: Readonly<Record<string, StepBody>> = {
  "server drains": { type: "server_drains" },
  "connection cut": { type: "connection_cut" },
  reconnects: { type: "reconnects" },
};

const EVENTS: Readonly<Record<string, (text: string, source: string) => StepBody | undefined>> = {
  "another connection sends": (text, source) => ({
    type: "another_connection_sends",
    template: checkTemplate(text, source),
  }),
  "person sets": parsePersonSets,
  "person is refused": parsePersonIsRefused,
  "person cancels": (name) => ({ type: "person_cancels", name }),
  "person reverts": (name) => ({ type: "person_reverts", name }),
  "person sees": parsePersonSees,
  write: parseWriteBecomes,
};

function parseEvent(text: string, source: string): StepBody {
  const start = Object.keys(EVENTS).find((words) => text.startsWith(`${words} `));
  const event =
    start === undefined ? PLAIN_EVENTS[text] : EVENTS[start]?.(text.slice(start.length + 1), source);
  if (event === undefined) throw new GoldenError(`${source}: expected a step, got: ${text}`);
  return event;
}

function parsePersonSets(text: string): StepBody | undefined {
  const { ms, rest = "" } = /^(?:for (?<ms>\d+) ms )?(?<rest>.*)$/.exec(text)?.groups ?? {};
  const values = parseValues(rest);
  const expiry = ms === undefined ? {} : { expiresInMs: Number(ms) };
  return values && { type: "person_sets", values, ...expiry };
}

function parsePersonIsRefused(text: string): StepBody | undefined {
  const { code, rest = "" } = /^(?<code>[a-z_]+) (?<rest>.*)$/.exec(text)?.groups ?? {};
  const values = parseValues(rest);
  return code === undefined || values === undefined ? undefined : { type: "person_is_refused", code, values };
}

function parseValues(text: string): JsonObject | undefined {
  const several = parseJson(text);
  if (isJsonObject(several)) return several;
  const one = parseNameAndValue(text);
  return one && { [one.name]: one.value };
}

function parsePersonSees(text: string): StepBody | undefined {
  const seen = parseNameAndValue(text);
  return seen && { type: "person_sees", ...seen };
}

function parseNameAndValue(text: string): { readonly name: string; readonly value: JsonValue } | undefined {
  const { name, json } = /^(?<name>[^= ]+)=(?<json>.+)$/.exec(text)?.groups ?? {};
  const value = parseJson(json ?? "");
  return name === undefined || value === undefined ? undefined : { name, value };
}

function parseWriteBecomes(text: string): StepBody | undefined {
  const [, name, word, json] = /^(\S+) (\S+)(?: (.+))?$/.exec(text) ?? [];
  const state = SHOWN_STATES.find((known) => known === word);
  if (name === undefined || state === undefined) return undefined;
  const step = { type: "write_becomes", name, state } as const;
  if (json === undefined) return step;
  const applied = parseJson(json);
  return applied === undefined ? undefined : { ...step, applied };
}

// Templates: text with placeholders

interface Placeholder {
  readonly name: string;
  /** What stands in its brackets. */
  readonly argument: string;
}

type Part = string | Placeholder;

const PLAIN = /^(?:key|other|wrong|now|text|cr|session\d*|set\d*)$/;
const CAPTURED = /^(?:session|set)/;

function checkTemplate(template: string, source: string): string {
  try {
    readTemplate(template);
    return template;
  } catch (error) {
    throw new GoldenError(`${source}: ${error instanceof Error ? error.message : String(error)}`);
  }
}

function readTemplate(template: string): Part[] {
  const parts: Part[] = [];
  let from = 0;
  for (const { 0: whole, 1: name = "", index } of template.matchAll(/\$([a-z]+\d*)/g)) {
    if (index < from) continue; // inside the brackets of the last placeholder
    const after = index + whole.length;
    const argument = readArgument(name, template.slice(after));
    parts.push(template.slice(from, index), { name, argument });
    from = after + (argument === "" ? 0 : argument.length + 2);
  }
  parts.push(template.slice(from));
  return parts;
}

/** What stands in the brackets of `$b64(…)`, which ends where its JSON does, and of `$repeat(…)`. */
function readArgument(name: string, after: string): string {
  if (PLAIN.test(name)) return "";
  const repeat = /^\((.,\d+)\)/.exec(after)?.[1];
  if (name === "repeat" && repeat !== undefined) return repeat;
  const json = name === "b64" ? readBracketedJson(after) : undefined;
  if (json !== undefined) return json;
  throw new GoldenError(`expected a placeholder, got: $${name}${after.slice(0, 20)}`);
}

/** A bracket may stand in the JSON too: the first one that leaves good JSON before it is the end. */
function readBracketedJson(after: string): string | undefined {
  for (let end = after.indexOf(")"); end > 0; end = after.indexOf(")", end + 1)) {
    const json = after.slice(1, end);
    if (parseJson(json) !== undefined) return json;
  }
  return undefined;
}

function expandPlaceholder({ name, argument }: Placeholder, bindings: Bindings): string {
  switch (name) {
    case "key":
    case "other":
    case "wrong":
      return bindings[name];
    case "now":
      return String(bindings.now());
    case "cr":
      return "\r";
    case "b64":
      return toBase64(argument);
    case "repeat":
      return argument.slice(0, 1).repeat(Number(argument.slice(2)));
    default:
      return bindings.captures.get(name) ?? failToExpand(name);
  }
}

function failToExpand(name: string): never {
  throw new GoldenError(`expected $${name} to be captured from a line of the server before it is sent`);
}

function toPattern(part: Part, template: string, bindings: Bindings): string {
  if (typeof part === "string") return escapePattern(part);
  if (isUncaptured(part, bindings)) return part.name.startsWith("set") ? "(\\d+)" : '([^"\\\\]+)';
  if (part.name === "now") return "-?\\d+";
  if (part.name === "text") return template.startsWith("E:") ? ".+" : '(?:[^"\\\\]|\\\\.)+';
  return escapePattern(expandPlaceholder(part, bindings));
}

function escapePattern(text: string): string {
  return text.replaceAll(/[\\^$.*+?()[\]{}|/]/g, String.raw`\$&`);
}

function isUncaptured({ name }: Placeholder, { captures }: Bindings): boolean {
  return CAPTURED.test(name) && !captures.has(name);
}

/** Different names stand for different things: `$session2` isn't the `$session` seen before. */
function capture(
  parts: readonly Placeholder[],
  found: readonly string[],
  { captures }: Bindings,
): true | string {
  for (const [index, { name }] of parts.entries()) {
    const value = found[index] ?? "";
    const same = [...captures].find(([, known]) => known === value);
    if (same !== undefined) return `expected $${name} to differ from $${same[0]}, got: ${value}`;
    captures.set(name, value);
  }
  return true;
}

function ackedSeq(line: string): number | undefined {
  const seq = /^\{"type":"ack","seq":(\d+)\}$/.exec(line)?.[1];
  return seq === undefined ? undefined : Number(seq);
}
