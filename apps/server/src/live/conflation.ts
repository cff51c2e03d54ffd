/**
 * What a page is owed: the newest value of each variable, and log entries and writes in full until there are too many
 * log entries. Conflation happens here and nowhere else. Pure.
 */

import type { Changes, Device, LogEntry, Subscribe, Topic, Variable, Write } from "@wheelhouse/api";
import type { ProjectEvent } from "../devices/protocol.ts";
import { toLogEntry, toWrite } from "../devices/views.ts";

/** Log entries of one message at the most; what is more is counted as dropped. */
export const MAX_LOGS = 1_000;

export class Owed {
  readonly #id: number;
  readonly #device: string | undefined;
  readonly #topics: ReadonlySet<Topic>;
  /** Everything up to here has been sent or is owed. */
  #offset: number;
  #dropped = 0;
  #devices = new Map<string, Device>();
  #variables = new Map<string, Map<string, Variable>>();
  #values = new Map<string, Map<string, readonly [number, unknown]>>();
  #logs: LogEntry[] = [];
  #writes = new Map<number, Write>();

  constructor({ id, device, topics }: Subscribe, offset: number) {
    this.#id = id;
    this.#device = device;
    this.#topics = new Set(topics);
    this.#offset = offset;
  }

  get isEmpty(): boolean {
    return (
      this.#dropped === 0 &&
      this.#devices.size === 0 &&
      this.#variables.size === 0 &&
      this.#values.size === 0 &&
      this.#logs.length === 0 &&
      this.#writes.size === 0
    );
  }

  add(event: ProjectEvent): void {
    const device = event.type === "device" ? event.device.id : event.device;
    if (this.#device !== undefined && this.#device !== device) return;
    switch (event.type) {
      case "device":
        if (this.#topics.has("devices")) this.#devices.set(device, event.device);
        return;
      case "declared":
        if (this.#topics.has("variables")) for (const variable of event.variables) inner(this.#variables, device).set(variable.name, variable);
        return;
      case "values":
        if (this.#topics.has("variables")) for (const [name, value] of Object.entries(event.values)) inner(this.#values, device).set(name, value);
        return;
      case "stored":
        this.#addStored(event);
    }
  }

  /** Entries that were stored before the page's snapshot are in it, or were sent already. */
  #addStored({ logs, writes }: Extract<ProjectEvent, { type: "stored" }>): void {
    const before = this.#offset;
    for (const log of logs) {
      this.#offset = Math.max(this.#offset, log.id);
      if (log.id <= before || !this.#topics.has("logs")) continue;
      if (this.#logs.length < MAX_LOGS) this.#logs.push(toLogEntry(log));
      else this.#dropped += 1;
    }
    for (const write of writes) {
      this.#offset = Math.max(this.#offset, write.entry);
      if (write.entry > before && this.#topics.has("writes")) this.#writes.set(write.id, toWrite(write));
    }
  }

  /** All that is owed, as one message; nothing is owed after it. */
  take(): Changes {
    const changes: Changes = {
      type: "changes",
      id: this.#id,
      offset: this.#offset,
      ...(this.#values.size === 0 ? {} : { values: toObject(this.#values, (values) => Object.fromEntries(values)) as NonNullable<Changes["values"]> }),
      ...(this.#variables.size === 0 ? {} : { variables: toObject(this.#variables, (variables) => [...variables.values()]) }),
      ...(this.#logs.length === 0 ? {} : { logs: this.#logs }),
      ...(this.#writes.size === 0 ? {} : { writes: [...this.#writes.values()] }),
      ...(this.#devices.size === 0 ? {} : { devices: [...this.#devices.values()] }),
      dropped: this.#dropped,
    };
    this.#dropped = 0;
    this.#logs = [];
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
