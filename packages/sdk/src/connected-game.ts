/** The shell around {@link Session}: the link, the timer, the tick, and what the game says in it. */

import {
  NAME_RULE,
  isJsonObject,
  isVariableName,
  parseLogLevel,
  showValue,
  type JsonValue,
  type LogLevel,
} from "@wheelhouse/protocol";

import type { Results } from "./answers.ts";
import { Batch } from "./batch.ts";
import type { Declaration } from "./declarations.ts";
import type { Environment, Link } from "./environment.ts";
import type { Game } from "./game.ts";
import { explain, toFieldsText, toText, toValueText } from "./json-text.ts";
import {
  CLOSE_TIMEOUT_MS,
  GOODBYE_TIMEOUT_MS,
  MAX_BATCH_ITEMS,
  MAX_SERVER_LINE_LENGTH,
  MAX_TOLD_NAMES,
} from "./limits.ts";
import { LineReader } from "./line-reader.ts";
import { Listeners, type GameEvents, type Listener } from "./listeners.ts";
import type { CheckedOptions } from "./options.ts";
import { StoppedError, type ProblemCode } from "./problem.ts";
import { Session, type Effect, type SessionStats, type Status } from "./session.ts";
import { Variables } from "./variables.ts";
import { Writes, type SetHandler, type TriggerHandler } from "./writes.ts";

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
  readonly #variables = new Variables();
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
    this.#session = new Session({
      introduction,
      buffer,
      variables: this.#variables,
      random: () => environment.random(),
    });
    this.#writes = new Writes(this.#variables, (problem) => this.#tell("invalid", problem));
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
    const declared = this.#variables.declare(variables);
    // Values of this tick that were sent before their declaration go before it.
    if (declared.some(({ name }) => this.#batch.hasValue(name))) this.#postBatch();
    this.#carryOut(this.#session.declare(declared));
  }

  onSet<Value extends JsonValue>(name: string, handler: SetHandler<Value>): void {
    // The value is checked against the declared kind before the handler sees it.
    this.#writes.onSet(name, handler as unknown as SetHandler);
  }

  onTrigger(name: string, handler: TriggerHandler): void {
    this.#writes.onTrigger(name, handler);
  }

  send(values: object): void {
    const at = this.#environment.now();
    const names = namesOf(values);
    if (names === undefined) return this.#tell("invalid", "the values aren't an object of names and values");
    for (const name of names) this.#addValue(values, name, at);
    this.#scheduleBatch();
  }

  log(level: LogLevel, message: string, fields?: object): void {
    const text = toText(message);
    const entry = { at: this.#environment.now(), level: parseLogLevel(level) ?? "info", message: text };
    this.#batch.addEntry({ name: text, json: this.#withFields(entry, fields, "a log entry", text) });
    this.#scheduleBatch();
  }

  marker(name: string, fields?: object): void {
    const at = this.#environment.now();
    if (!isVariableName(name))
      return this.#tell("invalid", explain("a marker's name", { expected: NAME_RULE, got: showValue(name) }));
    this.#batch.addMarker({ name, json: this.#withFields({ at, name }, fields, "the marker", name) });
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

  /** What was logged or marked, with its fields. Those that can't be sent are left out, and told. */
  #withFields(what: object, fields: unknown, type: string, name: string): string {
    const json = JSON.stringify(what);
    if (fields === undefined) return json;
    const text = toFieldsText(fields);
    if (typeof text === "string") return `${json.slice(0, -1)},"fields":${text}}`;
    this.#tell("invalid", explain(`the fields of ${type} (${name.slice(0, 60)})`, text));
    return json;
  }

  /** The value becomes text here, once, and is checked: nothing that comes later can fail because of it. */
  #addValue(values: object, name: string, at: number): void {
    if (!isVariableName(name))
      return this.#leaveOut(
        name,
        explain("a variable's name", { expected: NAME_RULE, got: showValue(name) }),
      );
    let value: unknown;
    try {
      value = values[name as keyof typeof values];
    } catch (error) {
      return this.#leaveOut(name, `the value of ${name} can't be read: ${toText(error)}`);
    }
    const json = toValueText(value, this.#variables.kind(name));
    if (typeof json !== "string") return this.#leaveOut(name, explain(name, json));
    this.#unsendable.delete(name);
    this.#batch.addValue(name, json, at);
    this.#variables.hold(name, json);
  }

  #leaveOut(name: string, problem: string): void {
    if (this.#unsendable.has(name)) return;
    // Names that no variable has could be ever new ones.
    if (this.#unsendable.size >= MAX_TOLD_NAMES) this.#unsendable.clear();
    this.#unsendable.add(name);
    this.#tell("invalid", problem);
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
      this.#carryOut(this.#session.received(line, this.#environment.monotonicMs()));
    }
  }

  #lost(reason: string | undefined): void {
    this.#link = undefined;
    this.#carryOut(this.#session.lost(this.#environment.monotonicMs(), reason));
    this.#onGone?.();
  }

  #answer(id: number, results: Results): void {
    for (const [name, { value }] of results) if (value !== undefined) this.#variables.hold(name, value);
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

/** `undefined` for what isn't an object of names and values, whatever it does when it is looked at. */
function namesOf(values: unknown): readonly string[] | undefined {
  try {
    return isJsonObject(values) ? Object.keys(values) : undefined;
  } catch {
    return undefined;
  }
}
