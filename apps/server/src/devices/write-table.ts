/**
 * A device's writes as its process knows them: the open ones, each variable's newest, and those of changes that somebody
 * waits for. Pure.
 */

import { kindOf, showValue, valuesEqual, type AppliedResult, type JsonValue } from "@wheelhouse/protocol";
import { isOpen, isOverdue, type WriteRecord, type WriteUpdate } from "@wheelhouse/storage";
import type { VariableTable } from "./variable-table.ts";

/** What a device's answer to a set means: new states, and the values it says its variables have. */
export interface Answer {
  readonly updates: readonly WriteUpdate[];
  readonly reported: Readonly<Record<string, JsonValue>>;
  /** What is wrong with the first value that isn't of its variable's kind. It counts for nothing; the others do. */
  readonly problem: string | undefined;
}

/** The writes by what they are looked for. */
interface Tables {
  readonly writes: Map<number, WriteRecord>;
  /** Ids by rising id, so that neither a look at a device nor an answer goes through all that was ever written. */
  readonly byName: Map<string, number[]>;
  readonly open: Set<number>;
  /** A change's writes, by the names of their variables. */
  readonly bySet: Map<number, Map<string, number>>;
  /** Writes whose answers came and aren't stored yet. */
  readonly answered: Set<number>;
}

function emptyTables(): Tables {
  return { writes: new Map(), byName: new Map(), open: new Set(), bySet: new Map(), answered: new Set() };
}

/** Of all devices that nobody ever wrote to, which are many. */
const NO_WRITES = emptyTables();

export class WriteTable {
  #tables: Tables = NO_WRITES;
  /** The highest of a set. */
  #lastSet = 0;

  /** By rising id, as new ones are added. */
  constructor(stored: readonly WriteRecord[]) {
    this.add(stored);
  }

  isOpen(id: number): boolean {
    return this.#tables.open.has(id);
  }

  /** By rising id. */
  get open(): readonly WriteRecord[] {
    return this.#known(this.#tables.open);
  }

  ofSet(set: number): readonly WriteRecord[] {
    return this.#known(this.#tables.bySet.get(set)?.values() ?? []);
  }

  newestOf(name: string): WriteRecord | undefined {
    const id = this.#tables.byName.get(name)?.at(-1);
    return id === undefined ? undefined : this.#tables.writes.get(id);
  }

  /** What is still unanswered though its time is over. */
  overdue(at: number): readonly WriteRecord[] {
    return this.unanswered.filter((write) => isOverdue(write, at));
  }

  /** When the next of the unanswered ones is overdue. */
  get nextExpiry(): number | undefined {
    const times = this.unanswered.flatMap(({ expiresAt }) => (expiresAt === null ? [] : [expiresAt]));
    return times.length === 0 ? undefined : times.reduce((first, time) => Math.min(first, time));
  }

  /** Whether none of the change's writes is open any more. */
  isSettled(set: number): boolean {
    for (const id of this.#tables.bySet.get(set)?.values() ?? []) if (this.#tables.open.has(id)) return false;
    return true;
  }

  /** Whether a set of that id can have been sent: ids rise, and the newest write is always known. */
  canHaveSent(set: number): boolean {
    return set <= this.#lastSet;
  }

  /** Takes on new writes. */
  add(writes: readonly WriteRecord[]): void {
    for (const write of writes) this.#add(write);
  }

  /** Takes on what is stored of writes that are still known; an older state never takes the place of a newer one. */
  remember(writes: readonly WriteRecord[]): void {
    for (const write of writes) {
      if (!isOpen(write)) this.#tables.answered.delete(write.id);
      const known = this.#tables.writes.get(write.id);
      if (known !== undefined && known.entry <= write.entry) this.#put(write);
    }
  }

  /** Settled writes of variables that were written again are of no more use, unless their change is in `wanted`. */
  forgetBehind(newest: readonly WriteRecord[], wanted: ReadonlySet<number>): void {
    for (const { id: newestId, name } of newest) {
      const ids = this.#tables.byName.get(name) ?? [];
      const isWanted = (id: number) => wanted.has((this.#tables.writes.get(id) as WriteRecord).set);
      const kept = ids.filter((id) => id === newestId || this.#tables.open.has(id) || isWanted(id));
      if (kept.length === ids.length) continue;
      this.#tables.byName.set(name, kept);
      for (const id of ids) if (!kept.includes(id)) this.#forget(id);
    }
  }

  /**
   * Marks writes as sent before that is stored, so that they aren't sent twice. Answers what is to be stored.
   */
  markSent(writes: readonly WriteRecord[], at: number): readonly WriteUpdate[] {
    const pending = writes.filter(({ state }) => state === "pending");
    for (const write of pending) this.#put({ ...write, state: "sent", updatedAt: at });
    return pending.map(({ id }) => ({ id, state: "sent", at }));
  }

  /** Rejects what could be set once and can't any more, since its variable was declared anew; of these variables, or of all. */
  rejectUnfit(variables: VariableTable, at: number, names?: ReadonlySet<string>): readonly WriteUpdate[] {
    const updates: WriteUpdate[] = [];
    for (const { id, name, value } of this.unanswered) {
      if (names?.has(name) === false) continue;
      const fit = variables.fit(name, value);
      if (!("code" in fit)) continue;
      this.#tables.answered.add(id);
      updates.push({ id, state: "rejected", reason: fit.message, at });
    }
    return updates;
  }

  /** Reads a device's answer to a set. It counts once it is stored, and no state is changed here. */
  readAnswer(
    set: number,
    results: Readonly<Record<string, AppliedResult>>,
    variables: VariableTable,
    at: number,
  ): Answer {
    const names = this.#tables.bySet.get(set);
    const updates: WriteUpdate[] = [];
    const reported: [name: string, value: JsonValue][] = [];
    let problem: string | undefined;
    for (const [name, result] of Object.entries(results)) {
      const id = names?.get(name);
      if (id === undefined || !this.#tables.open.has(id)) continue;
      const { value, isUnfit } = readValue(result.value, variables.get(name));
      if (isUnfit) problem ??= unfit(name, result.value, variables);
      if (value !== undefined) reported.push([name, value]);
      // A rejection stands, whatever value came with it.
      if (isUnfit && !("error" in result)) continue;
      this.#tables.answered.add(id);
      updates.push(toUpdate(id, result, value, at));
    }
    return { updates, reported: Object.fromEntries(reported), problem };
  }

  /** Dialect 1 answers a write by reporting an equal value: one of these variables, which were reported just now. */
  appliedBy(names: Iterable<string>, variables: VariableTable, at: number): readonly WriteUpdate[] {
    const updates: WriteUpdate[] = [];
    for (const name of new Set(names)) {
      const entry = variables.get(name);
      if (entry === undefined || entry.reported === null) continue;
      const { value: applied } = entry.reported;
      for (const { id, value, state } of this.#known(this.#tables.byName.get(name) ?? [])) {
        if (state !== "sent" || !valuesEqual(entry.declaration.kind, applied, value)) continue;
        this.#tables.answered.add(id);
        updates.push({ id, state: "applied", applied, at });
      }
    }
    return updates;
  }

  /** Those of the open ones to which no answer came so far. */
  get unanswered(): readonly WriteRecord[] {
    return this.open.filter(({ id }) => !this.#tables.answered.has(id));
  }

  #known(ids: Iterable<number>): readonly WriteRecord[] {
    return Array.from(ids, (id) => this.#tables.writes.get(id) as WriteRecord);
  }

  #add(write: WriteRecord): void {
    if (this.#tables === NO_WRITES) this.#tables = emptyTables();
    const { id, set, name } = write;
    this.#put(write);
    const ofName = this.#tables.byName.get(name);
    if (ofName === undefined) this.#tables.byName.set(name, [id]);
    else ofName.push(id);
    const ofSet = this.#tables.bySet.get(set);
    if (ofSet === undefined) this.#tables.bySet.set(set, new Map([[name, id]]));
    else ofSet.set(name, id);
    this.#lastSet = Math.max(this.#lastSet, set);
  }

  #put(write: WriteRecord): void {
    this.#tables.writes.set(write.id, write);
    if (isOpen(write)) this.#tables.open.add(write.id);
    else this.#tables.open.delete(write.id);
  }

  /** All of it but its place among those of its name. */
  #forget(id: number): void {
    const { set, name } = this.#tables.writes.get(id) as WriteRecord;
    this.#tables.writes.delete(id);
    const ofSet = this.#tables.bySet.get(set);
    ofSet?.delete(name);
    if (ofSet?.size === 0) this.#tables.bySet.delete(set);
  }
}

/** The value as its variable's kind has it: text of a number is a number. */
function readValue(
  value: JsonValue | undefined,
  entry: ReturnType<VariableTable["get"]>,
): { readonly value: JsonValue | undefined; readonly isUnfit: boolean } {
  if (value === undefined || entry === undefined || entry.source === "inferred")
    return { value, isUnfit: false };
  const parsed = kindOf(entry.declaration.kind).parse(value);
  return { value: parsed, isUnfit: parsed === undefined };
}

function unfit(name: string, value: JsonValue | undefined, variables: VariableTable): string {
  const { expects } = kindOf(variables.get(name)?.declaration.kind ?? "json");
  return `expected results.${name}.value to be ${expects}, got: ${showValue(value)}`;
}

function toUpdate(id: number, result: AppliedResult, value: JsonValue | undefined, at: number): WriteUpdate {
  const applied = value === undefined ? {} : { applied: value };
  if ("error" in result) return { id, at, state: "rejected", reason: result.error, ...applied };
  return { id, at, state: "applied", ...applied };
}
