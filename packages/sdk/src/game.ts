/** A game's connection as the game sees it, and the shell around {@link Session}: the link, the timer, the tick. */

import {
  NAME_RULE,
  isJsonObject,
  isVariableName,
  parseLogLevel,
  type AppliedResult,
  type DeclaredVariable,
  type JsonObject,
  type JsonValue,
  type LogEntryLine,
  type LogLevel,
} from "@wheelhouse/protocol";

import { Batch } from "./batch.ts";
import { toDeclared, type Declaration } from "./declarations.ts";
import type { Environment, Link } from "./environment.ts";
import { CLOSE_TIMEOUT_MS, GOODBYE_TIMEOUT_MS, MAX_BATCH_ITEMS, MAX_SERVER_LINE_LENGTH } from "./limits.ts";
import { LineReader } from "./line-reader.ts";
import { Listeners, type GameEvents, type Listener } from "./listeners.ts";
import type { CheckedOptions } from "./options.ts";
import { StoppedError, type ProblemCode } from "./problem.ts";
import { isSendable } from "./sendable.ts";
import { Session, type Effect, type SessionStats, type Status } from "./session.ts";
import { Writes, type SetHandler, type TriggerHandler } from "./writes.ts";

/** Nothing here blocks. `send`, `log` and `marker` never throw, whatever they are given: what can't be sent is an `error` event. */
export interface Game {
  readonly status: Status;
  readonly stats: SessionStats;
  /**
   * Adds variables, or replaces those of the same name. The server is told again after each reconnect, with the
   * newest value that was sent.
   * @throws DeclarationError for one that no server would take.
   */
  declare(variables: Readonly<Record<string, Declaration>>): void;
  /**
   * Makes a declared, writable variable follow what people set. A value of a declared variable has been checked to
   * be of its kind, so the handler's parameter may be annotated with it; its limits are the handler's to keep.
   */
  onSet<Value extends JsonValue>(name: string, handler: SetHandler<Value>): void;
  /**
   * Makes a declared, writable variable of the kind `trigger` do something when people press it. A press is handled at
   * most once; one that doesn't arrive within seconds never does. The handler rejects as that of `onSet` does.
   */
  onTrigger(name: string, handler: TriggerHandler): void;
  /** Reports values. Those of one tick leave as one line, under the time of the last call. */
  send(values: JsonObject): void;
  log(level: LogLevel, message: string, fields?: JsonObject): void;
  /** Marks this moment, so that people find it again. A name has 1 to 200 characters, and needn't be unique. */
  marker(name: string, fields?: JsonObject): void;
  /** Returns the function that ends it. An exception of a listener is thrown outside, as an uncaught one. */
  on<Name extends keyof GameEvents>(event: Name, listener: Listener<Name>): () => void;
  /**
   * Resolves when everything sent so far is acknowledged, and so durable, or was dropped (`stats` tells), however
   * long the server is away.
   * @throws {@link StoppedError} when it has stopped for good, or does so before that.
   */
  flush(): Promise<void>;
  /** Flushes for at most `timeoutMs` ({@link CLOSE_TIMEOUT_MS}), says `bye` and ends. Never rejects. */
  close(options?: { readonly timeoutMs?: number }): Promise<void>;
}

interface Flush {
  readonly ordinal: number;
  readonly resolve: () => void;
  readonly reject: (error: StoppedError) => void;
}

export class ConnectedGame implements Game {
  readonly #options: CheckedOptions;
  readonly #environment: Environment;
  readonly #session: Session;
  readonly #writes: Writes;
  readonly #batch = new Batch();
  readonly #declared = new Map<string, DeclaredVariable>();
  readonly #listeners: Listeners;
  /** Names whose last value couldn't be sent: told once, not with every tick. */
  readonly #unsendable = new Set<string>();

  #link: Link | undefined;
  #onGone: (() => void) | undefined;
  #timer: { readonly dueMs: number; readonly cancel: () => void } | undefined;
  #isBatchScheduled = false;
  #effects: Effect[] = [];
  #isCarryingOut = false;
  #flushes: Flush[] = [];
  #closing: Promise<void> | undefined;

  constructor(options: CheckedOptions, environment: Environment) {
    this.#options = options;
    this.#environment = environment;
    this.#listeners = new Listeners((error) =>
      environment.defer(() => {
        throw error;
      }),
    );
    const { introduction, buffer } = options;
    this.#session = new Session({ introduction, buffer, random: () => environment.random() });
    this.#writes = new Writes({
      kind: (name) => this.#declared.get(name)?.declaration.kind,
      value: (name) => this.#declared.get(name)?.value,
    });
    this.#carryOut(this.#session.start(environment.monotonicMs()));
  }

  get status(): Status {
    return this.#session.status;
  }

  get stats(): SessionStats {
    return this.#session.stats;
  }

  // What the game says

  declare(variables: Readonly<Record<string, Declaration>>): void {
    const declared = Object.entries(variables).map(([name, declaration]) => toDeclared(name, declaration));
    for (const variable of declared) this.#declared.set(variable.declaration.name, variable);
    this.#carryOut(this.#session.declare(declared));
  }

  onSet<Value extends JsonValue>(name: string, handler: SetHandler<Value>): void {
    // The value is checked against the declared kind before the handler sees it.
    this.#writes.onSet(name, handler as unknown as SetHandler);
  }

  onTrigger(name: string, handler: TriggerHandler): void {
    this.#writes.onTrigger(name, handler);
  }

  send(values: JsonObject): void {
    const now = this.#environment.now();
    if (!isJsonObject(values))
      return this.#tell("invalid", "the values aren't an object of names and values");
    for (const [name, value] of Object.entries(values)) this.#addValue(name, value, now);
    this.#scheduleBatch();
  }

  log(level: LogLevel, message: string, fields?: JsonObject): void {
    const entry: LogEntryLine = {
      at: this.#environment.now(),
      level: parseLogLevel(level) ?? "info",
      message: toText(message),
    };
    this.#batch.addEntry({ ...entry, ...this.#sendableFields(fields, `a log entry: ${entry.message}`) });
    this.#scheduleBatch();
  }

  marker(name: string, fields?: JsonObject): void {
    const at = this.#environment.now();
    if (!isVariableName(name)) return this.#tell("invalid", `expected a marker's name to be ${NAME_RULE}`);
    this.#batch.addMarker({ at, name, ...this.#sendableFields(fields, `the marker ${name}`) });
    this.#scheduleBatch();
  }

  on<Name extends keyof GameEvents>(event: Name, listener: Listener<Name>): () => void {
    return this.#listeners.add(event, listener);
  }

  flush(): Promise<void> {
    this.#postBatch();
    const ordinal = this.stats.sent;
    return new Promise((resolve, reject) => {
      this.#flushes.push({ ordinal, resolve, reject });
      this.#settle();
    });
  }

  close({ timeoutMs = CLOSE_TIMEOUT_MS }: { readonly timeoutMs?: number } = {}): Promise<void> {
    this.#closing ??= this.#close(timeoutMs);
    return this.#closing;
  }

  /** What can't be sent is left out, and told. */
  #sendableFields(fields: JsonObject | undefined, what: string): { readonly fields?: JsonObject } {
    if (fields === undefined) return {};
    if (isJsonObject(fields) && isSendable(fields)) return { fields };
    this.#tell("invalid", `the fields can't be sent as JSON: those of ${what}`);
    return {};
  }

  #addValue(name: string, value: JsonValue, at: number): void {
    if (!isVariableName(name) || !isSendable(value)) {
      if (!this.#unsendable.has(name)) this.#tell("invalid", `the value of ${name} can't be sent as JSON`);
      this.#unsendable.add(name);
      return;
    }
    this.#unsendable.delete(name);
    this.#batch.addValue(name, value, at);
    this.#hold(name, value);
  }

  /** Declares it with its newest value from now on. A trigger has none: it would go off again with each declaration. */
  #hold(name: string, value: JsonValue): void {
    const declaration = this.#declared.get(name)?.declaration;
    if (declaration !== undefined && declaration.kind !== "trigger")
      this.#declared.set(name, { declaration, value });
  }

  #scheduleBatch(): void {
    if (this.#batch.size >= MAX_BATCH_ITEMS) this.#postBatch();
    if (this.#isBatchScheduled || this.#batch.size === 0) return;
    this.#isBatchScheduled = true;
    this.#environment.defer(() => {
      this.#isBatchScheduled = false;
      this.#postBatch();
    });
  }

  #postBatch(): void {
    if (this.#batch.size === 0) return;
    const { drafts, oversized } = this.#batch.take(this.#session.maxLineBytes);
    this.#carryOut(this.#session.post(drafts, oversized));
  }

  async #close(timeoutMs: number): Promise<void> {
    await this.#withTimeout(
      timeoutMs,
      this.flush().catch(() => undefined),
    );
    const link = this.#link;
    const gone = new Promise<void>((resolve) => {
      this.#onGone = resolve;
    });
    this.#carryOut(this.#session.end());
    if (link === undefined) return;
    await this.#withTimeout(GOODBYE_TIMEOUT_MS, gone);
    link.destroy();
  }

  /** Resolves when `done` does, or after the time. */
  #withTimeout(timeoutMs: number, done: Promise<void>): Promise<void> {
    return new Promise((resolve) => {
      const cancel = this.#environment.after(timeoutMs, resolve);
      void done.finally(cancel).then(resolve);
    });
  }

  // What the session wants done

  /** Effects in order, also those that come while others are carried out because a handler or listener said something. */
  #carryOut(effects: readonly Effect[]): void {
    this.#effects.push(...effects);
    if (this.#isCarryingOut) return;
    this.#isCarryingOut = true;
    for (let effect = this.#effects.shift(); effect !== undefined; effect = this.#effects.shift())
      this.#carryOutOne(effect);
    this.#isCarryingOut = false;
    this.#setTimer();
  }

  #carryOutOne(effect: Effect): void {
    switch (effect.type) {
      case "open":
        return this.#open();
      case "write":
        return this.#link?.write(effect.text);
      case "cut":
        this.#link?.destroy();
        this.#link = undefined;
        return;
      case "end":
        return this.#link?.end();
      case "status":
        return this.#listeners.tell("status", effect.status);
      case "problem":
        return this.#listeners.tell("error", effect.problem);
      case "set":
        return this.#writes.apply(effect.id, effect.values, (results) => this.#answer(effect.id, results));
      case "fresh":
        return this.#writes.forget();
      case "settled":
        return this.#settle();
    }
  }

  #open(): void {
    const reader = new LineReader(MAX_SERVER_LINE_LENGTH);
    const environment = this.#environment;
    // What a connection that was cut still reports is of no interest.
    const ifCurrent = (react: () => void) => {
      if (this.#link === link) react();
    };
    const link: Link = environment.open(this.#options.address, {
      opened: () =>
        ifCurrent(() => this.#carryOut(this.#session.opened(environment.monotonicMs(), environment.now()))),
      received: (text) => ifCurrent(() => this.#received(reader.push(text), link)),
      closed: (reason) => ifCurrent(() => this.#lost(reason)),
    });
    this.#link = link;
  }

  #received(lines: readonly string[] | "too_long", link: Link): void {
    if (lines === "too_long") {
      link.destroy();
      return this.#lost("the server sends lines without an end");
    }
    for (const line of lines) {
      if (this.#link !== link) return;
      const declared = [...this.#declared.values()];
      this.#carryOut(this.#session.received(line, this.#environment.monotonicMs(), declared));
    }
  }

  #lost(reason: string | undefined): void {
    this.#link = undefined;
    this.#carryOut(this.#session.lost(this.#environment.monotonicMs(), reason));
    this.#onGone?.();
  }

  #answer(id: number, results: Readonly<Record<string, AppliedResult>>): void {
    for (const [name, { value }] of Object.entries(results)) if (value !== undefined) this.#hold(name, value);
    this.#carryOut(this.#session.answer(id, results));
  }

  /** One timer, for the session's deadline. One that is due earlier finds nothing to do and is set anew. */
  #setTimer(): void {
    const dueMs = this.#session.deadlineMs;
    if (dueMs === undefined) {
      this.#timer?.cancel();
      this.#timer = undefined;
      return;
    }
    if (this.#timer !== undefined && this.#timer.dueMs <= dueMs) return;
    this.#timer?.cancel();
    const delayMs = Math.max(0, Math.ceil(dueMs - this.#environment.monotonicMs()));
    const cancel = this.#environment.after(delayMs, () => {
      this.#timer = undefined;
      this.#carryOut(this.#session.tick(this.#environment.monotonicMs()));
    });
    this.#timer = { dueMs, cancel };
  }

  #settle(): void {
    const waiting = this.#flushes;
    this.#flushes = [];
    for (const flush of waiting) {
      if (this.status === "stopped") flush.reject(new StoppedError(this.#session.stoppedBy));
      else if (this.#session.isSettled(flush.ordinal)) flush.resolve();
      else this.#flushes.push(flush);
    }
  }

  #tell(code: ProblemCode, message: string): void {
    this.#carryOut([{ type: "problem", problem: { code, message, final: false } }]);
  }
}

/** A game without types may log anything. */
function toText(message: unknown): string {
  return typeof message === "string" ? message : String(message);
}
