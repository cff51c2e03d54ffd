/**
 * What a page is owed: the newest value of each variable, and log entries, markers and writes in full until there are
 * too many log entries or markers. Conflation happens here and nowhere else. Pure.
 */

import type { Changes, Device, Subscribe, Topic, Variable } from "@wheelhouse/api";
import type { LogEntryRecord, MarkerRecord, StoredEntries, WriteRecord } from "@wheelhouse/storage";
import type { ProjectEvent } from "../devices/protocol.ts";
import { toLogEntry, toMarker, toWrite } from "../devices/views.ts";

/** Log entries of one message at the most, and markers; what is more is counted as dropped. */
export const MAX_LOGS = 1_000;
export const MAX_MARKERS = 1_000;

export class Owed {
  readonly #id: number;
  readonly #device: string | undefined;
  readonly #topics: ReadonlySet<Topic>;
  /** Log entries and markers up to here the page asks for by itself, or has caught up with. */
  #known: number;
  /** The newest entry of each write that it has caught up with. */
  #knownWrites: ReadonlyMap<number, number> = new Map();
  /** The highest entry that was sent or is owed. */
  #offset: number;
  #dropped = 0;
  #devices = new Map<string, Device>();
  #variables = new Map<string, Map<string, Variable>>();
  #values = new Map<string, Map<string, readonly [number, unknown]>>();
  /** As they are stored, which all pages share; shown when they are told. */
  #logs: LogEntryRecord[] = [];
  #markers: MarkerRecord[] = [];
  #writes = new Map<number, WriteRecord>();

  constructor({ id, device, topics }: Pick<Subscribe, "id" | "device" | "topics">, offset: number) {
    this.#id = id;
    this.#device = device;
    this.#topics = new Set(topics);
    this.#known = offset;
    this.#offset = offset;
  }

  get isEmpty(): boolean {
    return (
      this.#dropped === 0 &&
      this.#devices.size === 0 &&
      this.#variables.size === 0 &&
      this.#values.size === 0 &&
      this.#logs.length === 0 &&
      this.#markers.length === 0 &&
      this.#writes.size === 0
    );
  }

  /** The writes that are owed, as they are to be told. */
  get writes(): readonly WriteRecord[] {
    return [...this.#writes.values()];
  }

  /** Whether such entries and writes are all new to this page, as they are to one that knows nothing yet. */
  isNews(lowestEntry: number, writes: readonly WriteRecord[]): boolean {
    if (lowestEntry <= this.#known) return false;
    return (
      this.#knownWrites.size === 0 ||
      writes.every(({ id, entry }) => entry > (this.#knownWrites.get(id) ?? 0))
    );
  }

  /** Has what was stored up to there told by another's message; answers with the ids that it needs. */
  skipTo(offset: number): Pick<Changes, "id" | "offset"> {
    this.#offset = Math.max(this.#offset, offset);
    return { id: this.#id, offset: this.#offset };
  }

  add(event: ProjectEvent): void {
    const device = event.type === "device" ? event.device.id : event.device;
    // What is of no device is of the whole project.
    if (this.#device !== undefined && device !== null && this.#device !== device) return;
    switch (event.type) {
      case "device":
        if (this.#topics.has("devices")) this.#devices.set(event.device.id, event.device);
        return;
      case "declared":
        if (this.#topics.has("variables")) this.#addDeclared(event.device, event.variables);
        return;
      case "values":
        if (this.#topics.has("variables"))
          for (const [name, value] of Object.entries(event.values))
            inner(this.#values, event.device).set(name, value);
        return;
      case "stored":
        this.#addStored(event);
    }
  }

  /** Owes what was stored while the page was away. Events that were on their way then and tell of it again add nothing. */
  catchUp({ logs, markers, writes }: StoredEntries): void {
    const nothing = { type: "stored", logs: [], markers: [], writes: [] } as const;
    for (const log of logs) this.add({ ...nothing, device: log.device, logs: [log] });
    for (const marker of markers) this.add({ ...nothing, device: marker.device, markers: [marker] });
    for (const write of writes) this.add({ ...nothing, device: write.device, writes: [write] });
    this.#known = Math.max(this.#known, logs.at(-1)?.id ?? 0, markers.at(-1)?.id ?? 0);
    this.#knownWrites = new Map(writes.map(({ id, entry }) => [id, entry]));
  }

  /** Each has its newest value with it; one of before may be of another kind. */
  #addDeclared(device: string, variables: readonly Variable[]): void {
    const values = this.#values.get(device);
    for (const variable of variables) {
      inner(this.#variables, device).set(variable.name, variable);
      values?.delete(variable.name);
    }
    if (values?.size === 0) this.#values.delete(device);
  }

  #addStored({ logs, markers, writes }: Extract<ProjectEvent, { type: "stored" }>): void {
    this.#addEntries("logs", logs, this.#logs, MAX_LOGS);
    this.#addEntries("markers", markers, this.#markers, MAX_MARKERS);
    // A write is told of even if it was stored before the snapshot: its device may not have known it yet.
    for (const write of writes) {
      this.#offset = Math.max(this.#offset, write.entry);
      const before = this.#writes.get(write.id)?.entry ?? this.#knownWrites.get(write.id) ?? 0;
      if (write.entry > before && this.#topics.has("writes")) this.#writes.set(write.id, write);
    }
  }

  /** Events come in the order of the ids; within one, entries of one kind come before those of the next. */
  #addEntries<R extends { readonly id: number }>(
    topic: Topic,
    entries: readonly R[],
    owed: R[],
    most: number,
  ): void {
    for (const entry of entries) {
      if (entry.id <= this.#known) continue;
      this.#offset = Math.max(this.#offset, entry.id);
      if (!this.#topics.has(topic)) continue;
      if (owed.length < most) owed.push(entry);
      else this.#dropped += 1;
    }
  }

  /** All that is owed, as one message; nothing is owed after it. */
  take(): Changes {
    const changes: Changes = {
      type: "changes",
      id: this.#id,
      offset: this.#offset,
      ...(this.#values.size === 0
        ? {}
        : {
            values: toObject(this.#values, (values) => Object.fromEntries(values)) as NonNullable<
              Changes["values"]
            >,
          }),
      ...(this.#variables.size === 0
        ? {}
        : { variables: toObject(this.#variables, (variables) => [...variables.values()]) }),
      ...(this.#logs.length === 0 ? {} : { logs: this.#logs.map(toLogEntry) }),
      ...(this.#writes.size === 0 ? {} : { writes: this.writes.map(toWrite) }),
      ...(this.#markers.length === 0 ? {} : { markers: this.#markers.map(toMarker) }),
      ...(this.#devices.size === 0 ? {} : { devices: [...this.#devices.values()] }),
      dropped: this.#dropped,
    };
    this.#dropped = 0;
    this.#logs = [];
    this.#markers = [];
    this.#devices = new Map();
    this.#variables = new Map();
    this.#values = new Map();
    this.#writes = new Map();
    return changes;
  }
}

function inner<V>(maps: Map<string, Map<string, V>>, key: string): Map<string, V> {
  const map = maps.get(key) ?? new Map<string, V>();
  maps.set(key, map);
  return map;
}

function toObject<V, R>(map: ReadonlyMap<string, V>, toValue: (value: V) => R): Record<string, R> {
  return Object.fromEntries([...map].map(([key, value]) => [key, toValue(value)]));
}
