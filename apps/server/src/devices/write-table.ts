/**
 * A device's writes as its process knows them: the open ones, each variable's newest, and those of changes that somebody
 * waits for. Pure.
 */

import { valuesEqual, type AppliedResult, type JsonValue } from "@wheelhouse/protocol";
import { OPEN_WRITE_STATES, type WriteRecord, type WriteUpdate } from "@wheelhouse/storage";
import type { VariableTable } from "./variable-table.ts";

/** What a device's answer to a set means: new states, and the values it says its variables have. */
export interface Answer {
  readonly updates: readonly WriteUpdate[];
  readonly reported: Readonly<Record<string, JsonValue>>;
}

const isOpen = ({ state }: WriteRecord): boolean => OPEN_WRITE_STATES.includes(state);

export class WriteTable {
  readonly #writes: Map<number, WriteRecord>;
  /** Writes whose answers came and aren't stored yet. */
  readonly #answered = new Set<number>();

  constructor(stored: readonly WriteRecord[]) {
    this.#writes = new Map(stored.map((write) => [write.id, write]));
  }

  get(id: number): WriteRecord | undefined {
    return this.#writes.get(id);
  }

  isOpen(id: number): boolean {
    const write = this.#writes.get(id);
    return write !== undefined && isOpen(write);
  }

  /** By rising id. */
  get open(): readonly WriteRecord[] {
    return this.#all.filter(isOpen);
  }

  ofSet(set: number): readonly WriteRecord[] {
    return this.#all.filter((write) => write.set === set);
  }

  newestOf(name: string): WriteRecord | undefined {
    return this.#all.findLast((write) => write.name === name);
  }

  /** What is still unanswered though its time is over. */
  overdue(at: number): readonly WriteRecord[] {
    return this.#unanswered.filter(({ expiresAt }) => expiresAt !== null && expiresAt <= at);
  }

  /** When the next of the unanswered ones is overdue. */
  get nextExpiry(): number | undefined {
    const times = this.#unanswered.flatMap(({ expiresAt }) => (expiresAt === null ? [] : [expiresAt]));
    return times.length === 0 ? undefined : Math.min(...times);
  }

  /** Whether none of the change's writes is open any more. */
  isSettled(set: number): boolean {
    return !this.ofSet(set).some(isOpen);
  }

  /** Whether a set of that id can have been sent: ids rise, and the newest write is always known. */
  canHaveSent(set: number): boolean {
    return this.#all.some((write) => write.set >= set);
  }

  /** Takes on new writes. */
  add(writes: readonly WriteRecord[]): void {
    for (const write of writes) this.#writes.set(write.id, write);
  }

  /** Takes on what is stored of writes that are still known; an older state never takes the place of a newer one. */
  remember(writes: readonly WriteRecord[]): void {
    for (const write of writes) {
      if (!isOpen(write)) this.#answered.delete(write.id);
      const known = this.#writes.get(write.id);
      if (known !== undefined && known.entry <= write.entry) this.#writes.set(write.id, write);
    }
  }

  /** Settled writes of variables that were written again are of no more use, unless their change is in `wanted`. */
  forgetBehind(newest: readonly WriteRecord[], wanted: ReadonlySet<number>): void {
    const names = new Set(newest.map(({ name }) => name));
    const ids = new Set(newest.map(({ id }) => id));
    for (const write of this.#all) {
      if (names.has(write.name) && !ids.has(write.id) && !isOpen(write) && !wanted.has(write.set)) {
        this.#writes.delete(write.id);
      }
    }
  }

  /**
   * Marks writes as sent before that is stored, so that they aren't sent twice. Answers what is to be stored.
   */
  markSent(writes: readonly WriteRecord[], at: number): readonly WriteUpdate[] {
    const pending = writes.filter(({ state }) => state === "pending");
    for (const write of pending) this.#writes.set(write.id, { ...write, state: "sent", updatedAt: at });
    return pending.map(({ id }) => ({ id, state: "sent", at }));
  }

  /** Reads a device's answer to a set. It counts once it is stored, and no state is changed here. */
  readAnswer(set: number, results: Readonly<Record<string, AppliedResult>>, at: number): Answer {
    const answered = this.ofSet(set).flatMap((write) => {
      const result = Object.hasOwn(results, write.name) ? results[write.name] : undefined;
      return result === undefined || !isOpen(write) ? [] : [{ write, result }];
    });
    const reported = answered.flatMap(({ write: { name }, result: { value } }) =>
      value === undefined ? [] : [[name, value] as const],
    );
    for (const { write } of answered) this.#answered.add(write.id);
    return {
      updates: answered.map(({ write: { id }, result }) => toUpdate(id, result, at)),
      reported: Object.fromEntries(reported),
    };
  }

  /** Dialect 1 answers a write by reporting an equal value. */
  appliedBy(variables: VariableTable, at: number): readonly WriteUpdate[] {
    return this.#all.flatMap(({ id, name, value, state }): WriteUpdate[] => {
      const entry = variables.get(name);
      if (state !== "sent" || entry === undefined || entry.reported === null) return [];
      const { value: applied } = entry.reported;
      if (!valuesEqual(entry.declaration.kind, applied, value)) return [];
      this.#answered.add(id);
      return [{ id, state: "applied", applied, at }];
    });
  }

  get #unanswered(): readonly WriteRecord[] {
    return this.open.filter(({ id }) => !this.#answered.has(id));
  }

  /** By rising id: new writes come last, and what is known keeps its place. */
  get #all(): WriteRecord[] {
    return [...this.#writes.values()];
  }
}

function toUpdate(id: number, result: AppliedResult, at: number): WriteUpdate {
  const applied = result.value === undefined ? {} : { applied: result.value };
  if ("error" in result) return { id, at, state: "rejected", reason: result.error, ...applied };
  return { id, at, state: "applied", ...applied };
}
