/**
 * What happened in a project between two sends, as all its pages are told of it. For those that ask for the same and are
 * owed nothing else it comes to the same message, which is made once. Pure.
 */

import type { Changes, Subscribe } from "@wheelhouse/api";
import type { WriteRecord } from "@wheelhouse/storage";
import type { ProjectEvent } from "../devices/protocol.ts";
import { Owed } from "./conflation.ts";
import { Message } from "./message.ts";

/** What of a project a subscription is about. */
export type Filter = Pick<Subscribe, "device" | "topics">;

/** The same for all subscriptions that are about the same. */
export function filterKeyOf({ device, topics }: Filter): string {
  return JSON.stringify([device ?? null, topics.toSorted()]);
}

export class Batch {
  readonly events: readonly ProjectEvent[];
  /** When it left, by the runtime's clock. At least the time between two sends after the one before. */
  readonly at: number;
  /** The lowest id of its log entries and markers, whoever's; `Infinity` without any. */
  readonly lowestEntry: number;
  readonly #digests = new Map<string, Digest>();

  constructor(events: readonly ProjectEvent[], at: number) {
    this.events = events;
    this.at = at;
    this.lowestEntry = lowestOf(events);
  }

  /** @param key of the filter, by {@link filterKeyOf}. */
  digestOf(filter: Filter, key: string): Digest {
    const known = this.#digests.get(key);
    if (known !== undefined) return known;
    const digest = new Digest(this.events, filter);
    this.#digests.set(key, digest);
    return digest;
  }
}

/** Of the messages that differ in their ids only, so many are kept: most pages have the same. */
const MAX_MESSAGES = 8;

/** What a batch comes to for one filter. */
export class Digest {
  /** The highest entry that it tells of; 0 without any. */
  readonly offset: number;
  readonly isEmpty: boolean;
  /** As they are told. */
  readonly writes: readonly WriteRecord[];
  /** The message from behind its ids to its end. */
  readonly #rest: string;
  /** By the subscription's id. */
  readonly #messages = new Map<number, { readonly offset: number; readonly message: Message }>();

  constructor(events: readonly ProjectEvent[], filter: Filter) {
    const owed = new Owed({ id: 0, ...filter }, 0);
    for (const event of events) owed.add(event);
    this.isEmpty = owed.isEmpty;
    this.writes = owed.writes;
    const { type: _, id: __, offset, ...rest } = owed.take();
    this.offset = offset;
    this.#rest = this.isEmpty ? "" : JSON.stringify(rest).slice(1);
  }

  message({ id, offset }: Pick<Changes, "id" | "offset">): Message {
    const known = this.#messages.get(id);
    if (known?.offset === offset) return known.message;
    const message = new Message(`{"type":"changes","id":${id},"offset":${offset},${this.#rest}`);
    if (this.#messages.size < MAX_MESSAGES) this.#messages.set(id, { offset, message });
    return message;
  }
}

function lowestOf(events: readonly ProjectEvent[]): number {
  let lowest = Infinity;
  for (const event of events) {
    if (event.type !== "stored") continue;
    for (const { id } of event.logs) lowest = Math.min(lowest, id);
    for (const { id } of event.markers) lowest = Math.min(lowest, id);
  }
  return lowest;
}
