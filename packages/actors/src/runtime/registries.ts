/** A runtime's registries: who is entered under which key, by key and by process. Entries go when their process ends. */

import type { Process } from "../process/process.ts";
import type { ProcessRef } from "../process/process-ref.ts";
import type { Via } from "../protocol.ts";
import type { Registration, RegistryEvent, RegistryKeys } from "../registry.ts";
import type { Topics } from "./topics.ts";

/** A registry with its types erased. */
export interface AnyRegistry {
  readonly registry: string;
  readonly keys: RegistryKeys;
}

/** An entry, as it is kept and as it is shown: it never changes, a new value makes a new one. */
export interface Entry {
  readonly registry: string;
  readonly key: string;
  readonly ref: ProcessRef;
  readonly value: unknown;
}

interface Table {
  readonly keys: RegistryKeys;
  /** Sets, so that one of many under a key can go without a look at the others. */
  readonly byKey: Map<string, Set<Entry>>;
  size: number;
}

export class Registries {
  readonly #topics: Topics;
  /** There is a table only while it has entries. */
  readonly #tables = new Map<string, Table>();
  /** By process, and there by registry and key. */
  readonly #entriesOf = new Map<Process, Map<string, Entry[]>>();

  constructor(topics: Topics) {
    this.#topics = topics;
  }

  register(process: Process, registry: AnyRegistry, key: string, value: unknown): Registration {
    const table = this.#find(registry) ?? this.#create(registry);
    const entries = table.byKey.get(key);
    if (table.keys === "unique" && entries !== undefined)
      return { outcome: "taken", holder: first(entries).ref };
    const entry: Entry = { registry: registry.registry, key, ref: process.ref, value };
    if (entries === undefined) table.byKey.set(key, new Set([entry]));
    else entries.add(entry);
    table.size += 1;
    this.#noteOwned(process, entry);
    this.#tell(entry, { type: "registered", key, ref: entry.ref, value });
    return { outcome: "registered" };
  }

  #noteOwned(process: Process, entry: Entry): void {
    let owned = this.#entriesOf.get(process);
    if (owned === undefined) {
      owned = new Map();
      this.#entriesOf.set(process, owned);
    }
    const place = placeOf(entry.registry, entry.key);
    const entries = owned.get(place);
    if (entries === undefined) owned.set(place, [entry]);
    else entries.push(entry);
  }

  /** Drops all that the process has entered under the key. */
  unregister(process: Process, registry: AnyRegistry, key: string): void {
    const owned = this.#entriesOf.get(process);
    const place = placeOf(registry.registry, key);
    const entries = owned?.get(place);
    if (owned === undefined || entries === undefined) return;
    owned.delete(place);
    if (owned.size === 0) this.#entriesOf.delete(process);
    for (const entry of entries) this.#drop(entry);
  }

  /** Gives the process's own entry in a registry of unique keys another value. */
  update(
    process: Process,
    registry: AnyRegistry,
    key: string,
    change: (value: unknown) => unknown,
  ): "updated" | "not_registered" {
    const owned = this.#entriesOf.get(process);
    const place = placeOf(registry.registry, key);
    const [entry] = owned?.get(place) ?? [];
    if (entry === undefined) return "not_registered";
    const updated = { ...entry, value: change(entry.value) };
    owned?.set(place, [updated]);
    this.#find(registry)?.byKey.set(key, new Set([updated]));
    return "updated";
  }

  /** A list of its own: what is done with it may change the registry. */
  lookup(registry: AnyRegistry, key: string): readonly Entry[] {
    return [...(this.#find(registry)?.byKey.get(key) ?? [])];
  }

  dispatch(registry: AnyRegistry, key: string, dispatch: (entries: readonly Entry[]) => void): void {
    const entries = this.lookup(registry, key);
    if (entries.length > 0) dispatch(entries);
  }

  select(registry: AnyRegistry, accept: (entry: Entry) => boolean): readonly Entry[] {
    const all = [...(this.#find(registry)?.byKey.values() ?? [])].flatMap((entries) => [...entries]);
    return all.filter((entry) => accept(entry));
  }

  /** Once for each entry of the process. */
  keysOf(registry: AnyRegistry, process: Process | undefined): readonly string[] {
    if (process === undefined) return [];
    const owned = [...(this.#entriesOf.get(process)?.values() ?? [])].flat();
    return owned.filter((entry) => entry.registry === registry.registry).map(({ key }) => key);
  }

  count(registry: AnyRegistry, key: string | undefined): number {
    const table = this.#find(registry);
    return (key === undefined ? table?.size : table?.byKey.get(key)?.size) ?? 0;
  }

  resolve({ registry, key }: Via): Process | undefined {
    const entries = this.#tables.get(registry)?.byKey.get(key);
    return entries === undefined ? undefined : first(entries).ref.process;
  }

  forget(process: Process): void {
    const owned = this.#entriesOf.get(process);
    if (owned === undefined) return;
    this.#entriesOf.delete(process);
    for (const entries of owned.values()) for (const entry of entries) this.#drop(entry);
  }

  #drop(entry: Entry): void {
    const table = this.#tables.get(entry.registry);
    const entries = table?.byKey.get(entry.key);
    if (table === undefined || entries === undefined) return;
    entries.delete(entry);
    table.size -= 1;
    if (entries.size === 0) table.byKey.delete(entry.key);
    if (table.size === 0) this.#tables.delete(entry.registry);
    this.#tell(entry, { type: "unregistered", key: entry.key, ref: entry.ref });
  }

  #tell({ registry }: Entry, event: RegistryEvent<string, unknown, {}>): void {
    this.#topics.broadcast({ kind: `registry:${registry}`, key: "" }, event, undefined);
  }

  #find({ registry, keys }: AnyRegistry): Table | undefined {
    const table = this.#tables.get(registry);
    if (table !== undefined && table.keys !== keys)
      throw new Error(`expected the registry "${registry}" to have ${table.keys} keys, got: ${keys}`);
    return table;
  }

  #create({ registry, keys }: AnyRegistry): Table {
    const table: Table = { keys, byKey: new Map(), size: 0 };
    this.#tables.set(registry, table);
    return table;
  }
}

function first(entries: ReadonlySet<Entry>): Entry {
  const [entry] = entries;
  return entry as Entry;
}

function placeOf(registry: string, key: string): string {
  return `${registry}\0${key}`;
}
