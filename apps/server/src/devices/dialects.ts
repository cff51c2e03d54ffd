/** Both dialects as one: what a line says, and how the answers look. Pure; which dialect it is shows only here. */

import {
  CLOCK_TOLERANCE_MS,
  HEARTBEAT_MS,
  MAX_LINE_BYTES,
  PROTOCOL_VERSION,
  RETRY_AFTER_MS,
  VERIFIED_LINE,
  WINDOW_LINES,
  CODES,
  claimedKey,
  formatError,
  formatMessage,
  formatPush,
  isDialect1,
  isDialect2,
  isJsonObject,
  parseDeviceMessage,
  parseDialect1,
  parseJson,
  refuse,
  type AppliedResult,
  type Code,
  type Hello,
  type JsonObject,
  type LogLevel,
  type Refusal,
} from "@wheelhouse/protocol";
import type { NewLogEntry } from "@wheelhouse/storage";
import type { LineContent, TypedValue } from "./protocol.ts";

/** What a line says, whichever dialect said it. */
export type Said =
  | { readonly type: "identify"; readonly key: string; readonly hello: Hello | undefined }
  | { readonly type: "content"; readonly seq: number | undefined; readonly content: LineContent }
  | {
      readonly type: "answer";
      readonly set: number;
      readonly results: Readonly<Record<string, AppliedResult>>;
    }
  | { readonly type: "ping" }
  | { readonly type: "pong" }
  | { readonly type: "bye" }
  | Refusal;

/** All that a connection can say before it is verified. */
export type SaidByStranger = Extract<Said, { type: "identify" | "bye" | "refused" }>;

/** What reading a line needs to know of its connection. */
export interface LineTimes {
  /** The server's clock when the line came. */
  readonly receivedAt: number;
  /** How far the device's clock is ahead, in milliseconds; 0 when it is right. */
  readonly clockAheadMs: number;
}

export interface WelcomeFacts {
  readonly session: string;
  readonly resumed: boolean;
  readonly acknowledged: number;
  readonly now: number;
}

export interface Dialect {
  /** Whether silence means that the device is gone; else its open socket is all the presence there is. */
  readonly hasHeartbeat: boolean;
  /** Whether a device is told what of it is stored. */
  readonly hasAcks: boolean;
  /** Whether several connections of one device share its key, and none may push another out. */
  readonly isAnonymous: boolean;
  read(line: string, times: LineTimes): Said;
  /** The same of a connection that isn't verified: what doesn't claim to verify it is `unauthorized`, whatever it holds. */
  readStranger(line: string, times: LineTimes): SaidByStranger;
  /** Whether a line of a verified connection claims another key than the connection's. */
  claimsOtherKey(line: string, key: string): boolean;
  welcome(facts: WelcomeFacts): string;
  /** The answer to a right key on a connection that is verified with it already. */
  welcomeAgain(): string | undefined;
  refusal(code: Code, text: string, seq?: number): string;
  /** What is said before the connection is closed for that reason, if anything. */
  farewell(code: Code, text: string): string;
  ack(seq: number): string | undefined;
  set(key: string, set: number, values: readonly TypedValue[]): string;
  ping(): string;
  pong(): string;
}

/** The dialect that a connection's first line begins; `undefined` for neither. */
export function dialectOf(line: string): Dialect | undefined {
  if (isDialect2(line)) return dialect2;
  return isDialect1(line) ? dialect1 : undefined;
}

/** How far a device's clock is ahead of the server's; differences within the tolerance don't count. */
export function clockAhead(deviceNow: number | undefined, serverNow: number): number {
  const ahead = deviceNow === undefined ? 0 : deviceNow - serverNow;
  return Math.abs(ahead) > CLOCK_TOLERANCE_MS ? ahead : 0;
}

/** A device's time as the server's: corrected, and never later than the receipt. */
export function toServerTime(at: number | undefined, { receivedAt, clockAheadMs }: LineTimes): number {
  return at === undefined ? receivedAt : Math.max(0, Math.min(at - clockAheadMs, receivedAt));
}

const dialect1: Dialect = {
  hasHeartbeat: false,
  hasAcks: false,
  isAnonymous: true,

  read(line, times) {
    const message = parseDialect1(line);
    switch (message.type) {
      case "refused":
        return message;
      case "verify":
        return { type: "identify", key: message.key, hello: undefined };
      case "variables":
        return content({ type: "typed_values", at: times.receivedAt, values: message.variables });
      case "logs": {
        const entries = message.entries.map(({ at, level, message: text }) =>
          toLogEntry(at, level, text, null, times),
        );
        return content({ type: "logs", entries });
      }
    }
  },

  readStranger(line, times) {
    const said = dialect1.read(line, times);
    return said.type === "identify" ? said : KEY_FIRST;
  },

  claimsOtherKey: (line, key) => !line.startsWith("v:") && isDialect1(line) && claimedKey(line) !== key,
  welcome: () => VERIFIED_LINE,
  welcomeAgain: () => VERIFIED_LINE,
  refusal: (code, text) => formatError(code, text),
  farewell: (code, text) => (code === "shutting_down" ? "" : formatError(code, text)),
  ack: () => undefined,
  set: (key, _, values) => formatPush(key, values),
  ping: () => "",
  pong: () => "",
};

const dialect2: Dialect = {
  hasHeartbeat: true,
  hasAcks: true,
  isAnonymous: false,

  read(line, times) {
    const message = parseDeviceMessage(line);
    switch (message.type) {
      case "refused":
      case "ping":
      case "pong":
      case "bye":
        return message;
      case "hello":
        return { type: "identify", key: message.key, hello: message };
      case "declare":
        return content({ type: "declare", variables: message.variables });
      case "variables": {
        const { seq, at, backlog = false, values } = message;
        return content({ type: "values", at: toServerTime(at, times), backlog, values }, seq);
      }
      case "logs": {
        const entries = message.entries.map(({ at, level, message: text, fields = null }) =>
          toLogEntry(at, level, text, fields, times),
        );
        return content({ type: "logs", entries }, message.seq);
      }
      case "marker": {
        const { seq, at, name, fields = null } = message;
        return content({ type: "marker", at: toServerTime(at, times), name, fields }, seq);
      }
      case "applied":
        return { type: "answer", set: message.id, results: message.results };
    }
  },

  readStranger(line, times) {
    const said = dialect2.read(line, times);
    switch (said.type) {
      case "identify":
      case "bye":
        return said;
      case "refused":
        return said.code === "bad_json" || isHello(line) ? said : KEY_FIRST;
      default:
        return KEY_FIRST;
    }
  },

  claimsOtherKey: () => false,
  welcome: ({ session, resumed, acknowledged, now }) =>
    formatMessage({
      type: "welcome",
      protocol: PROTOCOL_VERSION,
      session,
      resumed,
      acknowledged,
      heartbeatMs: HEARTBEAT_MS,
      maxLineBytes: MAX_LINE_BYTES,
      window: WINDOW_LINES,
      now,
    }),
  welcomeAgain: () => undefined,
  refusal: (code, text, seq) =>
    formatMessage({ type: "error", code, message: text, ...(seq === undefined ? {} : { seq }) }),
  farewell: (code, text) =>
    formatMessage({
      type: "error",
      code,
      message: text,
      ...(CODES[code].comeBack === "after" || code === "storage_unavailable"
        ? { retryAfterMs: RETRY_AFTER_MS }
        : {}),
    }),
  ack: (seq) => formatMessage({ type: "ack", seq }),
  set: (_, id, values) =>
    formatMessage({
      type: "set",
      id,
      values: Object.fromEntries(values.map(({ name, value }) => [name, value])),
    }),
  ping: () => formatMessage({ type: "ping" }),
  pong: () => formatMessage({ type: "pong" }),
};

const KEY_FIRST = refuse("unauthorized", "expected a right key first");

function isHello(line: string): boolean {
  const input = parseJson(line);
  return isJsonObject(input) && input["type"] === "hello";
}

function toLogEntry(
  at: number | undefined,
  level: LogLevel,
  message: string,
  fields: JsonObject | null,
  times: LineTimes,
): NewLogEntry {
  return { at: toServerTime(at, times), receivedAt: times.receivedAt, level, message, fields };
}

function content(what: LineContent, seq?: number): Said {
  return { type: "content", seq, content: what };
}

/** The refusal of a first line that begins neither dialect. */
export const NEITHER_DIALECT = refuse(
  "protocol",
  "expected a line that begins with { or v: (this port speaks to devices only)",
);
