/**
 * What the game does with the variables that people set: its handlers, and the answers it gave, so that a write the
 * server sends again is answered again and not applied again. They are kept for one session: to a server that begins
 * a new one, whether it lost its data or forgot this device, an id of the old one means nothing.
 */

import {
  kindOf,
  showValue,
  type AppliedResult,
  type JsonObject,
  type JsonValue,
  type KindName,
} from "@wheelhouse/protocol";

import { REMEMBERED_WRITES } from "./limits.ts";
import { isSendable } from "./sendable.ts";

/** A write the game won't follow. Made by {@link reject}. */
export class Rejection {
  readonly reason: string;

  constructor(reason: string) {
    this.reason = reason;
  }
}

/** To be returned by a handler: the variable keeps its value, and who set it is told why. */
export function reject(reason: string): Rejection {
  return new Rejection(reason);
}

export type SetOutcome = JsonValue | Rejection | undefined;

/**
 * Applies a value that a person set and returns what was really applied, or nothing when that is the value as it
 * came. Rejects by returning {@link reject} or by throwing. The next write of the same variable waits for it.
 */
export type SetHandler<Value extends JsonValue = JsonValue> = (
  value: Value,
) => SetOutcome | Promise<SetOutcome>;

/** Does what a trigger stands for. Rejects by returning {@link reject} or by throwing; nothing else it returns counts. */
export type TriggerHandler = () => unknown;

/** What the game said of its variables, as far as writes need it. */
export interface KnownVariables {
  kind(name: string): KindName | undefined;
  /** The newest value, where there is one. */
  value(name: string): JsonValue | undefined;
}

export type Results = Readonly<Record<string, AppliedResult>>;

export class Writes {
  readonly #known: KnownVariables;
  readonly #handlers = new Map<string, SetHandler>();
  /** The last promise of each variable whose handler is still at work. */
  readonly #busy = new Map<string, Promise<AppliedResult>>();
  #answered = new Map<number, Map<string, AppliedResult>>();
  #pending = new Set<number>();

  constructor(known: KnownVariables) {
    this.#known = known;
  }

  onSet(name: string, handler: SetHandler): void {
    this.#handlers.set(name, handler);
  }

  onTrigger(name: string, handler: TriggerHandler): void {
    this.#handlers.set(name, () => {
      const outcome = handler();
      return outcome instanceof Promise ? outcome.then(toTriggerOutcome) : toTriggerOutcome(outcome);
    });
  }

  /** Begins with no memory of writes. Handlers still at work come to their end, but answer nobody. */
  forget(): void {
    this.#answered = new Map();
    this.#pending = new Set();
  }

  /** Applies what wasn't applied before and calls `answer` once: at once, unless a handler takes its time. */
  apply(id: number, values: JsonObject, answer: (results: Results) => void): void {
    const pending = this.#pending;
    if (pending.has(id)) return;
    const before = this.#answered.get(id);
    const outcomes = Object.entries(values).map(
      ([name, value]): Outcome => [name, before?.get(name) ?? this.#applyOne(name, value)],
    );
    if (outcomes.every(isReady)) {
      this.#remember(id, outcomes);
      answer(Object.fromEntries(outcomes));
      return;
    }
    pending.add(id);
    void this.#answerLater(id, outcomes, answer);
  }

  async #answerLater(
    id: number,
    outcomes: readonly Outcome[],
    answer: (results: Results) => void,
  ): Promise<void> {
    const pending = this.#pending;
    const results = await Promise.all(outcomes.map(async ([name, result]) => [name, await result] as const));
    if (pending !== this.#pending) return;
    pending.delete(id);
    this.#remember(id, results);
    answer(Object.fromEntries(results));
  }

  #remember(id: number, results: readonly (readonly [string, AppliedResult])[]): void {
    this.#answered.set(id, new Map([...(this.#answered.get(id) ?? []), ...results]));
    if (this.#answered.size <= REMEMBERED_WRITES) return;
    for (const oldest of this.#answered.keys()) {
      this.#answered.delete(oldest);
      return;
    }
  }

  #applyOne(name: string, value: JsonValue): AppliedResult | Promise<AppliedResult> {
    const handler = this.#handlers.get(name);
    if (handler === undefined) return this.#refused(name, "not writable here");
    const kind = this.#known.kind(name);
    const parsed = kind === undefined ? value : kindOf(kind).parse(value);
    if (kind !== undefined && parsed === undefined)
      return this.#refused(name, `expected ${kindOf(kind).expects}, got: ${showValue(value)}`);
    const given = parsed ?? value;
    const before = this.#busy.get(name);
    return this.#watch(
      name,
      before === undefined
        ? this.#call(name, handler, given)
        : before.then(() => this.#call(name, handler, given)),
    );
  }

  #watch(
    name: string,
    result: AppliedResult | Promise<AppliedResult>,
  ): AppliedResult | Promise<AppliedResult> {
    if (!(result instanceof Promise)) return result;
    this.#busy.set(name, result);
    void result.finally(() => this.#busy.get(name) === result && this.#busy.delete(name));
    return result;
  }

  /** Never throws, and its promise never rejects: a handler that fails rejects the write. */
  #call(name: string, handler: SetHandler, given: JsonValue): AppliedResult | Promise<AppliedResult> {
    try {
      const outcome = handler(given);
      if (!(outcome instanceof Promise)) return this.#toResult(name, given, outcome);
      return outcome.then(
        (later) => this.#toResult(name, given, later),
        (error: unknown) => this.#refused(name, messageOf(error)),
      );
    } catch (error) {
      return this.#refused(name, messageOf(error));
    }
  }

  #toResult(name: string, given: JsonValue, outcome: SetOutcome): AppliedResult {
    if (outcome instanceof Rejection) return this.#refused(name, outcome.reason);
    const value = outcome === undefined ? given : outcome;
    return isSendable(value) ? { value } : this.#refused(name, "the game's answer can't be sent as JSON");
  }

  #refused(name: string, error: string): AppliedResult {
    const value = this.#known.value(name);
    return value === undefined ? { error } : { error, value };
  }
}

function toTriggerOutcome(returned: unknown): SetOutcome {
  return returned instanceof Rejection ? returned : true;
}

type Outcome = readonly [string, AppliedResult | Promise<AppliedResult>];

function isReady(outcome: Outcome): outcome is readonly [string, AppliedResult] {
  return !(outcome[1] instanceof Promise);
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
