/** One subscription of a page: what it is owed and hasn't been sent, and whether the message for many is right for it. Pure. */

import type { Subscribe } from "@wheelhouse/api";
import type { StoredEntries } from "@wheelhouse/storage";
import { filterKeyOf, type Batch } from "./batch.ts";
import { Owed } from "./conflation.ts";
import { Message } from "./message.ts";

export class Subscription {
  readonly request: Subscribe;
  readonly #filterKey: string;
  readonly #owed: Owed;

  /** @param offset up to where the page asks for stored entries by itself. */
  constructor(request: Subscribe, offset: number) {
    this.request = request;
    this.#filterKey = filterKeyOf(request);
    this.#owed = new Owed(request, offset);
  }

  catchUp(missed: StoredEntries): void {
    this.#owed.catchUp(missed);
  }

  /** Keeps what happened for a later message. */
  owe(batch: Batch): void {
    for (const event of batch.events) this.#owed.add(event);
  }

  /** What is owed, as one message; `undefined` if nothing is. */
  take(): Message | undefined {
    return this.#owed.isEmpty ? undefined : new Message(JSON.stringify(this.#owed.take()));
  }

  /** The same together with a batch, of which nothing is owed then: where nothing else is, the message that others are sent, too. */
  takeWith(batch: Batch): Message | undefined {
    if (this.#owed.isEmpty) {
      const digest = batch.digestOf(this.request, this.#filterKey);
      if (this.#owed.isNews(batch.lowestEntry, digest.writes)) {
        const position = this.#owed.skipTo(digest.offset);
        return digest.isEmpty ? undefined : digest.message(position);
      }
    }
    this.owe(batch);
    return this.take();
  }
}
