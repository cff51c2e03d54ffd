/** The world that one random program runs in: its runtime, who holds which slot, and the trace of all that happens. */

import {
  CallTimeoutError,
  NoProcessError,
  ProcessExitedError,
  SelfCallError,
  TaskTimeoutError,
  defineInfo,
  defineRegistry,
  defineTopic,
  describe,
  formatReason,
  processName,
  type Address,
  type Context,
  type ExitReason,
  type InfoKind,
  type ProcessName,
  type ProcessNode,
  type Ref,
  type ReplyTo,
  type RuntimeEvent,
  type TaskSupervisorProtocol,
  type Timer,
  type TopicFamily,
  type UniqueRegistry,
} from "@wheelhouse/actors";
import { simulation, type SimulatedRuntime } from "@wheelhouse/actors/simulation";
import { KEYS, TOPICS, type Act, type Answer, type Route, type Target } from "./plan.ts";
import { OUTSIDE, type Entry, type Happening, type Outcome, type ProcessId, type Sight } from "./trace.ts";

/** What the workers of a random program understand. */
export interface WorkerProtocol {
  calls: { ask(message: Message, answer: Answer): number };
  casts: { tell(message: Message): void; timer(timer: number): void; answer(call: number): void };
}

export interface Message {
  readonly number: number;
  readonly acts: readonly Act[];
}

export const Keys: UniqueRegistry<string, void, WorkerProtocol> = defineRegistry<
  string,
  void,
  WorkerProtocol
>("keys", { keys: "unique" });
export const News: TopicFamily<Message> = defineTopic<Message>("news");

/** A message outside the protocol. */
export const Note: InfoKind<Message> = defineInfo<Message>("note");

/** What a task supervisor of that slot is known by. */
export function taskSupervisorName(slot: string): ProcessName<TaskSupervisorProtocol> {
  return processName(slot);
}

export type WorkerContext = Context<WorkerProtocol, null>;

export class World {
  readonly runtime: SimulatedRuntime;
  readonly trace: Entry[] = [];
  /** What went wrong with the player itself. */
  readonly defects: unknown[] = [];
  /** Of each slot all who held it, the latest last. */
  readonly #holders = new Map<string, Ref<WorkerProtocol>[]>();
  readonly #names = new Set<string>();
  readonly #births = new Map<string, number>();
  /** Calls that wait for an answer given later. */
  readonly open = new Map<number, ReplyTo<number>>();
  /** Of each process its timers, the latest last. */
  readonly timers = new Map<ProcessId, { readonly number: number; readonly timer: Timer }[]>();
  #lastNumber = 0;

  constructor(seed: number) {
    this.runtime = simulation({ seed });
    this.runtime.on((event) => this.#noteEvent(event));
  }

  note(happening: Happening): void {
    this.trace.push({ at: this.runtime.now(), ...happening });
  }

  /** For a message, a timer or a task: no two are alike, and later ones are greater. */
  newNumber(): number {
    this.#lastNumber += 1;
    return this.#lastNumber;
  }

  #noteEvent(event: RuntimeEvent): void {
    switch (event.type) {
      case "process_started": {
        const { process, parent } = event;
        this.note({ type: "started", process: process.id, parent: parent?.id ?? OUTSIDE });
        return;
      }
      case "process_ended": {
        const { process, reason } = event;
        const left = this.#leftOf(process.id);
        this.note({ type: "ended", process: process.id, reason: formatReason(reason), left });
        return;
      }
      case "child_restarted":
      case "supervisor_gave_up": {
        const { supervisor } = event as Extract<RuntimeEvent, { type: "child_restarted" }>;
        this.note({
          type: event.type === "child_restarted" ? "restarted" : "gave_up",
          supervisor: supervisor.id,
        });
      }
    }
  }

  #leftOf(process: ProcessId): readonly string[] {
    const found = [...this.#namesHeld(), ...this.#entries(), ...this.#subscribers()];
    return found.filter((text) => text.endsWith(` ${process}`));
  }

  // Who is where

  /** Notes that a process takes a slot; answers how many have before it. */
  enter(slot: string, ref: Ref, name: string | undefined): number {
    const holders = this.#holders.get(slot);
    if (holders === undefined) this.#holders.set(slot, [ref as Ref<WorkerProtocol>]);
    else holders.push(ref as Ref<WorkerProtocol>);
    if (name !== undefined) this.#names.add(name);
    const births = this.#births.get(slot) ?? 0;
    this.#births.set(slot, births + 1);
    return births;
  }

  holder({ slot, former }: Target): Ref<WorkerProtocol> | undefined {
    return this.#holders.get(slot)?.at(former ? -2 : -1);
  }

  /** An address, and who is there now; undefined where nobody has been yet. */
  resolve(route: Route): { readonly address: Address<WorkerProtocol>; readonly to: ProcessId } | undefined {
    const { runtime } = this;
    switch (route.by) {
      case "ref": {
        const ref = this.holder(route.target);
        return ref && { address: ref, to: ref.id };
      }
      case "name": {
        const address: ProcessName<WorkerProtocol> = processName(route.slot);
        return { address, to: runtime.whereis(address)?.id ?? OUTSIDE };
      }
      case "key":
        return {
          address: Keys.via(route.key),
          to: runtime.lookup(Keys, route.key)[0]?.ref.id ?? OUTSIDE,
        };
    }
  }

  // A look at all of it

  /** Whether nobody has anything to do, but for timers that are still to come. */
  isQuiet(): boolean {
    const rests = ({ phase, busy, queueLength, children }: ProcessNode): boolean =>
      phase === "running" && !busy && queueLength === 0 && children.every(rests);
    return describe(this.runtime).every(rests);
  }

  look(when: Pick<Sight, "quiet" | "over">): void {
    this.note({
      type: "seen",
      ...when,
      alive: this.runtime.processes().map(({ id }) => id),
      described: describe(this.runtime).flatMap(idsOf),
      names: this.#namesHeld(),
      entries: this.#entries(),
      subscribers: this.#subscribers(),
    });
  }

  #namesHeld(): readonly string[] {
    return [...this.#names].flatMap((name) => {
      const ref = this.runtime.whereis(processName(name));
      return ref === undefined ? [] : [`${name} ${ref.id}`];
    });
  }

  #entries(): readonly string[] {
    return KEYS.flatMap((key) => this.runtime.lookup(Keys, key).map(({ ref }) => `${key} ${ref.id}`));
  }

  #subscribers(): readonly string[] {
    return TOPICS.flatMap((topic) =>
      this.runtime.subscribers(News.of(topic)).map(({ ref }) => `${topic} ${ref.id}`),
    );
  }
}

function idsOf({ ref, children }: ProcessNode): readonly ProcessId[] {
  return [ref.id, ...children.flatMap(idsOf)];
}

/** What a call or an awaited task came to. */
function toOutcome(result: PromiseSettledResult<unknown>): Outcome {
  if (result.status === "fulfilled") return { kind: "value", value: result.value };
  const error: unknown = result.reason;
  if (error instanceof ProcessExitedError) return { kind: "exited", reason: formatReason(error.reason) };
  if (error instanceof CallTimeoutError || error instanceof TaskTimeoutError) return { kind: "timeout" };
  if (error instanceof NoProcessError) return { kind: "noproc" };
  if (error instanceof SelfCallError) return { kind: "self_call" };
  return { kind: "other", error: formatReason(error as ExitReason) };
}

/** Has `note` told what the promise comes to, at once when it is settled. */
export function whenSettled(promise: Promise<unknown>, note: (outcome: Outcome) => void): Promise<void> {
  return promise.then(
    (value) => note(toOutcome({ status: "fulfilled", value })),
    (reason: unknown) => note(toOutcome({ status: "rejected", reason })),
  );
}
