/**
 * The client's whole conduct as a state machine: when to connect, what to write, when to give up. Pure: fed with
 * lines and times, it answers with effects for the shell to carry out. No socket, timer or clock.
 */

import {
  CODES,
  HEARTBEAT_MS,
  MAX_LINE_BYTES,
  RETRY_AFTER_MS,
  WINDOW_LINES,
  formatMessage,
  isJsonObject,
  parseServerMessage,
  showValue,
  type Code,
  type ErrorMessage,
  type Hello,
  type JsonObject,
  type ServerMessage,
  type Welcome,
} from "@wheelhouse/protocol";

import { formatAnswer, type Results } from "./answers.ts";
import { backoffMs, retryAfterWithJitterMs } from "./backoff.ts";
import { formatDeclarations, type DeclaredText } from "./declarations.ts";
import { DRAIN_TIMEOUT_MS, HANDSHAKE_TIMEOUT_MS, SILENT_HEARTBEATS } from "./limits.ts";
import { Outbox, type Draft, type OutboxLimits, type OutboxStats, type Refit } from "./outbox.ts";
import type { Problem, ProblemCode } from "./problem.ts";
import { refit } from "./variables-line.ts";
import type { Variables } from "./variables.ts";

/**
 * `connecting`: a connection is being made, or waits for its welcome. `connected`: lines go out as they are made.
 * `waiting`: the server is away; lines are held, and a new attempt follows by itself. `stopped`: for good.
 */
export type Status = "connecting" | "connected" | "waiting" | "stopped";

/** What the device says of itself, without what changes from one connection to the next. */
export type Introduction = Omit<Hello, "session" | "now">;

export interface SessionOptions {
  readonly introduction: Introduction;
  readonly buffer: OutboxLimits;
  /** What each welcome has to be followed by, and what held lines have to fit. */
  readonly variables: Pick<Variables, "list" | "kind">;
  /** Randomness for the jitter: at least 0, less than 1. */
  readonly random: () => number;
}

/** What the shell has to do, in order. */
export type Effect =
  | { readonly type: "open" }
  | { readonly type: "write"; readonly text: string }
  /** Cut the connection; nothing it still reports counts. */
  | { readonly type: "cut" }
  /** End the connection once what was written has left; nothing it still reports counts. */
  | { readonly type: "end" }
  | { readonly type: "status"; readonly status: Status }
  | { readonly type: "problem"; readonly problem: Problem }
  | { readonly type: "set"; readonly id: number; readonly values: JsonObject }
  /** The server began a new session: it knows nothing of the writes answered before. */
  | { readonly type: "fresh" }
  /** Something was acknowledged or given up. */
  | { readonly type: "settled" };

export interface SessionStats extends OutboxStats {
  /** Connections after the first that were welcomed. */
  readonly reconnects: number;
}

type Phase = "new" | "opening" | "greeting" | "connected" | "draining" | "waiting" | "stopped";

const STATUSES: Readonly<Record<Phase, Status>> = {
  new: "connecting",
  opening: "connecting",
  greeting: "connecting",
  connected: "connected",
  draining: "waiting",
  waiting: "waiting",
  stopped: "stopped",
};

/** Times passed in are monotonic milliseconds unless they are called `now`. */
export class Session {
  readonly #introduction: Introduction;
  readonly #outbox: Outbox;
  readonly #variables: SessionOptions["variables"];
  readonly #random: () => number;
  readonly #refit: Refit = (draft) => refit(draft, (name) => this.#variables.kind(name));
  #effects: Effect[] = [];

  #phase: Phase = "new";
  #deadlineMs: number | undefined;
  #stoppedBy: Problem | undefined;

  #session: string | undefined;
  #window = WINDOW_LINES;
  #maxLineBytes = MAX_LINE_BYTES;
  #heartbeatMs = HEARTBEAT_MS;
  #hasPinged = false;

  #welcomes = 0;
  #failedAttempts = 0;
  #retryAfterMs: number | undefined;
  #isOutageTold = false;
  #isOverflowTold = false;

  constructor({ introduction, buffer, variables, random }: SessionOptions) {
    this.#introduction = introduction;
    this.#outbox = new Outbox(buffer);
    this.#variables = variables;
    this.#random = random;
  }

  get status(): Status {
    return STATUSES[this.#phase];
  }

  get stats(): SessionStats {
    return { ...this.#outbox.stats, reconnects: Math.max(0, this.#welcomes - 1) };
  }

  /** The problem that stopped it for good. */
  get stoppedBy(): Problem | undefined {
    return this.#stoppedBy;
  }

  get maxLineBytes(): number {
    return this.#maxLineBytes;
  }

  /** When `tick` wants to be called; earlier does nothing. */
  get deadlineMs(): number | undefined {
    return this.#deadlineMs;
  }

  isSettled(ordinal: number): boolean {
    return this.#outbox.isSettled(ordinal);
  }

  get #isWelcomed(): boolean {
    return this.#phase === "connected" || this.#phase === "draining";
  }

  // What happens on the connection

  start(atMs: number): Effect[] {
    this.#open(atMs);
    return this.#takeEffects();
  }

  /** The connection is open. `now` is the device's clock, in milliseconds since 1970. */
  opened(atMs: number, now: number): Effect[] {
    if (this.#phase !== "opening") return [];
    this.#enter("greeting", atMs + HANDSHAKE_TIMEOUT_MS);
    const session = this.#session === undefined ? {} : { session: this.#session };
    this.#write(formatMessage({ ...this.#introduction, ...session, now }));
    return this.#takeEffects();
  }

  received(line: string, atMs: number): Effect[] {
    if (this.#phase === "stopped") return [];
    const message = parseServerMessage(line);
    if (this.#phase === "connected") this.#heard(atMs);
    if (message !== undefined) this.#handle(message, atMs);
    return this.#takeEffects();
  }

  /** The connection is over, or never came to be. */
  lost(atMs: number, reason = "the server ended the connection"): Effect[] {
    this.#wait(atMs, reason);
    return this.#takeEffects();
  }

  tick(atMs: number): Effect[] {
    if (this.#deadlineMs !== undefined && atMs >= this.#deadlineMs) this.#overdue(atMs);
    return this.#takeEffects();
  }

  // What the game does

  /** Lines to send; `oversized` are those that were too long to become one. */
  post(drafts: readonly Draft[], oversized: readonly string[]): Effect[] {
    for (const message of oversized) {
      this.#outbox.refuse();
      this.#tell("too_large", message);
    }
    let dropped = 0;
    for (const draft of drafts) dropped += this.#outbox.put(draft);
    if (this.#phase === "stopped") this.#outbox.clear();
    if (dropped > 0) {
      this.#tellOverflow();
      this.#effects.push({ type: "settled" });
    }
    this.#pump();
    return this.#takeEffects();
  }

  declare(declared: readonly DeclaredText[]): Effect[] {
    this.#outbox.declare();
    if (this.#phase === "connected") this.#declare(declared);
    return this.#takeEffects();
  }

  /** Says what became of a write. Away from the server it says nothing: the server asks again. */
  answer(id: number, results: Results): Effect[] {
    if (this.#isWelcomed) this.#writeAll(formatAnswer(id, results, this.#maxLineBytes));
    return this.#takeEffects();
  }

  /** Ends it for good, with a `bye` where somebody hears it. */
  end(): Effect[] {
    if (this.#isWelcomed) this.#write(formatMessage({ type: "bye" }));
    this.#stop();
    return this.#takeEffects();
  }

  // The server's messages

  #handle(message: ServerMessage, atMs: number): void {
    switch (message.type) {
      case "welcome":
        if (this.#phase === "greeting") this.#welcomed(message, atMs);
        return;
      case "error":
        this.#refused(message, atMs);
        return;
      case "ack":
        if (this.#isWelcomed) this.#acknowledged(message.seq);
        return;
      case "set":
        if (this.#isWelcomed && Number.isSafeInteger(message.id) && isJsonObject(message.values))
          this.#effects.push({ type: "set", id: message.id, values: message.values });
        return;
      case "ping":
        if (this.#isWelcomed) this.#write(formatMessage({ type: "pong" }));
        return;
      case "pong":
        return;
    }
  }

  #welcomed(welcome: Welcome, atMs: number): void {
    this.#session = welcome.session;
    this.#window = positiveOr(WINDOW_LINES, welcome.window);
    this.#maxLineBytes = positiveOr(MAX_LINE_BYTES, welcome.maxLineBytes);
    this.#heartbeatMs = positiveOr(HEARTBEAT_MS, welcome.heartbeatMs);
    this.#welcomes++;
    this.#failedAttempts = 0;
    this.#isOutageTold = false;
    if (welcome.resumed) {
      this.#outbox.resume(positiveOr(0, welcome.acknowledged));
      this.#effects.push({ type: "settled" });
    } else {
      this.#outbox.restart();
      this.#effects.push({ type: "fresh" });
    }
    this.#enter("connected");
    this.#heard(atMs);
    this.#declare(this.#variables.list());
    this.#pump();
  }

  #acknowledged(seq: unknown): void {
    this.#outbox.acknowledge(positiveOr(0, seq));
    if (this.#outbox.stats.buffered === 0) this.#isOverflowTold = false;
    this.#effects.push({ type: "settled" });
    this.#pump();
  }

  #refused(error: ErrorMessage, atMs: number): void {
    const text = typeof error.message === "string" ? error.message : "";
    if (this.#isFinal(error.code)) {
      this.#effects.push({ type: "cut" });
      this.#stop(toProblem(error.code, text, true, error.seq));
      return;
    }
    this.#tell(error.code, text, error.seq);
    // Whatever the code, it is said where the connection ends: as the answer to a hello, one that else leaves it open ends it.
    if (typeof error.retryAfterMs === "number") this.#retryAfterMs = error.retryAfterMs;
    if (ruleOf(error.code)?.comeBack !== "after") return;
    this.#retryAfterMs ??= RETRY_AFTER_MS;
    // Acknowledgements of what is on its way may still come before the server ends the connection.
    this.#enter("draining", atMs + DRAIN_TIMEOUT_MS);
  }

  /** A refused hello would be refused again, except for what the server says goes by itself. */
  #isFinal(code: Code): boolean {
    const rule = ruleOf(code);
    if (rule === undefined) return false;
    if (rule.comeBack !== "unneeded") return rule.comeBack === "no";
    return this.#phase === "greeting" && code !== "rate_limited" && code !== "storage_unavailable";
  }

  // Coming and going

  #open(atMs: number): void {
    this.#enter("opening", atMs + HANDSHAKE_TIMEOUT_MS);
    this.#effects.push({ type: "open" });
  }

  #wait(atMs: number, reason: string): void {
    if (this.#phase === "stopped" || this.#phase === "waiting") return;
    this.#tellOutage(reason);
    const chance = this.#random();
    const askedMs = retryAfterWithJitterMs(this.#retryAfterMs ?? 0, chance);
    const delayMs = Math.max(askedMs, backoffMs(this.#failedAttempts, chance));
    this.#retryAfterMs = undefined;
    this.#failedAttempts++;
    this.#enter("waiting", atMs + delayMs);
  }

  #overdue(atMs: number): void {
    if (this.#phase === "waiting") {
      this.#open(atMs);
    } else if (this.#phase === "connected" && !this.#hasPinged) {
      this.#write(formatMessage({ type: "ping" }));
      this.#hasPinged = true;
      this.#deadlineMs = atMs + (SILENT_HEARTBEATS - 1) * this.#heartbeatMs;
    } else {
      this.#effects.push({ type: "cut" });
      this.#wait(atMs, OVERDUE_REASONS[this.#phase] ?? "");
    }
  }

  /** Any line is life. */
  #heard(atMs: number): void {
    this.#hasPinged = false;
    this.#deadlineMs = atMs + this.#heartbeatMs;
  }

  #stop(problem?: Problem): void {
    if (this.#phase === "stopped") return;
    this.#stoppedBy = problem;
    this.#outbox.clear();
    if (problem === undefined) this.#effects.push({ type: "end" });
    this.#enter("stopped");
    if (problem !== undefined) this.#effects.push({ type: "problem", problem });
    this.#effects.push({ type: "settled" });
  }

  #enter(phase: Phase, deadlineMs?: number): void {
    const before = this.status;
    this.#phase = phase;
    this.#deadlineMs = deadlineMs;
    if (this.status !== before) this.#effects.push({ type: "status", status: this.status });
  }

  // Writing

  #pump(): void {
    if (this.#phase !== "connected") return;
    const { lines, oversized, unfit } = this.#outbox.take(this.#window, this.#maxLineBytes, this.#refit);
    if (lines.length > 0) this.#write(lines.join(""));
    if (oversized > 0) this.#tell("too_large", `${oversized} held lines are longer than this server takes`);
    if (unfit > 0) this.#tell("invalid", `${unfit} held values aren't of the kinds declared since`);
    if (oversized + unfit > 0) this.#effects.push({ type: "settled" });
  }

  #declare(declared: readonly DeclaredText[]): void {
    this.#writeAll(formatDeclarations(declared, this.#maxLineBytes));
  }

  #writeAll({
    lines,
    oversized,
  }: {
    readonly lines: readonly string[];
    readonly oversized: readonly string[];
  }): void {
    if (lines.length > 0) this.#write(lines.join(""));
    for (const what of oversized) this.#tell("too_large", `${what} is longer than a line may be`);
  }

  #write(text: string): void {
    this.#effects.push({ type: "write", text });
  }

  // Telling

  #tell(code: ProblemCode, message: string, seq?: number): void {
    this.#effects.push({ type: "problem", problem: toProblem(code, message, false, seq) });
  }

  #tellOutage(reason: string): void {
    // A server that said that it ends the connection needs no second explanation.
    if (!this.#isOutageTold && this.#phase !== "draining")
      this.#tell(this.#isWelcomed ? "disconnected" : "unreachable", reason);
    this.#isOutageTold = true;
  }

  #tellOverflow(): void {
    if (this.#isOverflowTold) return;
    this.#isOverflowTold = true;
    this.#tell("buffer_full", "the oldest unacknowledged lines are being dropped");
  }

  #takeEffects(): Effect[] {
    const effects = this.#effects;
    this.#effects = [];
    return effects;
  }
}

const OVERDUE_REASONS: Partial<Record<Phase, string>> = {
  opening: "the server can't be reached in time",
  greeting: "the server doesn't welcome this device in time",
  connected: "the server is silent",
};

/** A newer server may send a code that this client doesn't know. */
function ruleOf(code: string): (typeof CODES)[Code] | undefined {
  return Object.hasOwn(CODES, code) ? CODES[code as Code] : undefined;
}

function toProblem(code: ProblemCode, message: string, final: boolean, seq?: number): Problem {
  const known = typeof code === "string" ? code : (showValue(code) as ProblemCode);
  return seq === undefined ? { code: known, message, final } : { code: known, message, final, seq };
}

/** A number of the server's, where it is one that makes sense. */
function positiveOr(otherwise: number, value: unknown): number {
  return typeof value === "number" && value > 0 && Number.isFinite(value) ? value : otherwise;
}
