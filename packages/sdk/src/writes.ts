/**
 * What the game does with the variables that people set: its handlers, and the answers it gave, so that a write the
 * server sends again is answered again and not applied again. They are kept for one session: to a server that begins
 * a new one, whether it lost its data or forgot this device, an id of the old one means nothing.
 */

import { kindOf, showValue, type JsonObject, type JsonValue, type KindName } from "@wheelhouse/protocol";

import type { Result, Results } from "./answers.ts";
import { explain, toText, toValueText } from "./json-text.ts";
import { REMEMBERED_WRITES } from "./limits.ts";

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
  /** The newest value as JSON text, where there is one. */
  value(name: string): string | undefined;
}

export class Writes {
  readonly #known: KnownVariables;
  readonly #tell: (problem: string) => void;
  readonly #handlers = new Map<string, SetHandler>();
  /** The last promise of each variable whose handler is still at work. */
  readonly #busy = new Map<string, Promise<Result>>();
  #answered = new Map<number, Map<string, Result>>();
  #pending = new Set<number>();

  /** `tell` gets what is wrong with what a handler returned, in words. */
  constructor(known: KnownVariables, tell: (problem: string) => void) {
    this.#known = known;
    this.#tell = tell;
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
    const outcomes = Object.entries(values).map(([name, value]): Outcome => {
      const known = before?.get(name);
      return [name, known === undefined ? this.#applyOne(name, value) : this.#again(name, known)];
    });
    if (outcomes.every(isReady)) {
      this.#remember(id, outcomes);
      answer(new Map(outcomes));
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
    answer(new Map(results));
  }

  #remember(id: number, results: readonly (readonly [string, Result])[]): void {
    this.#answered.set(id, new Map([...(this.#answered.get(id) ?? []), ...results]));
    if (this.#answered.size <= REMEMBERED_WRITES) return;
    for (const oldest of this.#answered.keys()) {
      this.#answered.delete(oldest);
      return;
    }
  }

  /** What was answered before. A variable that was declared since may not have that value any more. */
  #again(name: string, result: Result): Result {
    if (result.value === undefined) return result;
    const value = toValueText(JSON.parse(result.value), this.#known.kind(name));
    if (typeof value === "string") return { ...result, value };
    return this.#refused(name, result.error ?? explain(`what the handler of ${name} returned`, value));
  }

  #applyOne(name: string, value: JsonValue): Result | Promise<Result> {
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

  #watch(name: string, result: Result | Promise<Result>): Result | Promise<Result> {
    if (!(result instanceof Promise)) return result;
    this.#busy.set(name, result);
    void result.finally(() => this.#busy.get(name) === result && this.#busy.delete(name));
    return result;
  }

  /** Never throws, and its promise never rejects: a handler that fails rejects the write. */
  #call(name: string, handler: SetHandler, given: JsonValue): Result | Promise<Result> {
    try {
      const outcome = handler(given);
      if (!(outcome instanceof Promise)) return this.#toResult(name, given, outcome);
      return outcome
        .then((later) => this.#toResult(name, given, later))
        .catch((error: unknown) => this.#refused(name, messageOf(error)));
    } catch (error) {
      return this.#refused(name, messageOf(error));
    }
  }

  /** The answer is text from here on: it is remembered, and the game may change what it returned. */
  #toResult(name: string, given: JsonValue, outcome: SetOutcome): Result {
    if (outcome instanceof Rejection) return this.#refused(name, toText(outcome.reason));
    const value = toValueText(outcome === undefined ? given : outcome, this.#known.kind(name));
    if (typeof value === "string") return { value };
    const problem = explain(`what the handler of ${name} returns`, value);
    this.#tell(problem);
    return this.#refused(name, problem);
  }

  #refused(name: string, error: string): Result {
    const value = this.#known.value(name);
    return value === undefined ? { error } : { error, value };
  }
}

function toTriggerOutcome(returned: unknown): SetOutcome {
  return returned instanceof Rejection ? returned : true;
}

type Outcome = readonly [string, Result | Promise<Result>];

function isReady(outcome: Outcome): outcome is readonly [string, Result] {
  return !(outcome[1] instanceof Promise);
}

function messageOf(error: unknown): string {
  return toText(error instanceof Error ? error.message : error);
}
