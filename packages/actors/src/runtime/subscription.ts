/** One process's subscription to one topic; a bounded one keeps count of what waits in the process's mailbox. */

import { BoundedMessage, Envelope } from "../process/message.ts";
import type { Process } from "../process/process.ts";
import {
  SubscriptionEnded,
  type Bound,
  type BoundedSubscription,
  type Subscriber,
  type SubscriberInfo,
} from "../topics.ts";

/** A topic with its types erased. */
export interface AnyTopic {
  readonly kind: string;
  readonly key: string;
}

export class Subscription implements Subscriber<unknown, unknown> {
  readonly process: Process;
  readonly topic: AnyTopic;
  readonly metadata: unknown;
  /** Of a bounded one. */
  readonly queue: BoundedQueue | undefined;

  constructor(process: Process, topic: AnyTopic, metadata: unknown, queue: BoundedQueue | undefined) {
    this.process = process;
    this.topic = topic;
    this.metadata = metadata;
    this.queue = queue;
  }

  get ref(): Process["ref"] {
    return this.process.ref;
  }

  send(message: unknown): void {
    const { kind, key } = this.topic;
    if (this.queue === undefined) this.process.deliver(new Envelope("info", kind, message, key));
    else this.queue.offer(message);
  }

  toInfo(): SubscriberInfo<unknown> {
    const { ref, metadata, queue } = this;
    if (queue === undefined) return { ref, metadata, counts: undefined };
    const { queued, handled, dropped, replaced } = queue;
    return { ref, metadata, counts: { queued, handled, dropped, replaced } };
  }
}

/**
 * The messages of a bounded subscription that wait in its process's mailbox, oldest first. They stand in the mailbox
 * among all others, so that order per sender holds. One that is dropped stays there, empty, until its turn comes or so
 * many are empty that it pays to sweep them out: the mailbox is never more than twice as long as what waits in it.
 */
export class BoundedQueue implements BoundedSubscription {
  readonly topic: AnyTopic;
  queued = 0;
  handled = 0;
  dropped = 0;
  replaced = 0;
  ended = false;
  readonly #process: Process;
  readonly #bound: Bound<unknown>;
  readonly #disconnect: () => void;
  readonly #byKey = new Map<string, BoundedMessage>();
  #first: BoundedMessage | undefined;
  #last: BoundedMessage | undefined;
  /** Messages that were dropped and are still in the mailbox. */
  #empty = 0;

  constructor(process: Process, topic: AnyTopic, bound: Bound<unknown>, disconnect: () => void) {
    if (!Number.isSafeInteger(bound.maxQueued) || bound.maxQueued < 1)
      throw new Error(`expected maxQueued to be a positive whole number, got: ${bound.maxQueued}`);
    this.#process = process;
    this.topic = topic;
    this.#bound = bound;
    this.#disconnect = disconnect;
  }

  offer(message: unknown): void {
    if (this.ended) return;
    let key: string | undefined;
    try {
      key = this.#bound.keyOf?.(message);
    } catch (error) {
      // The defect is the subscriber's: it crashes in its own turn, and whoever broadcasts goes on.
      this.#process.deliver(new Envelope("defect", this.topic.kind, message, error));
      return;
    }
    if (!this.#replace(key, message)) this.#add(key, message);
  }

  #replace(key: string | undefined, message: unknown): boolean {
    const waiting = key === undefined ? undefined : this.#byKey.get(key);
    if (waiting === undefined) return false;
    waiting.body = message;
    this.replaced += 1;
    return true;
  }

  #add(key: string | undefined, message: unknown): void {
    if (this.queued === this.#bound.maxQueued) {
      if (this.#bound.whenFull === "disconnect") {
        this.#giveUp();
        return;
      }
      this.#dropOldest();
    }
    this.#push(new BoundedMessage(this, message, key));
  }

  /** Called when a message's turn has come: whether it is to be handled. */
  take(message: BoundedMessage): boolean {
    if (message.dropped) {
      this.#empty -= 1;
      return false;
    }
    // The mailbox is handled in order, so it is the oldest that waits.
    this.#shift();
    this.handled += 1;
    return true;
  }

  /** Called when an empty message is swept out of the mailbox. */
  swept(): void {
    this.#empty -= 1;
  }

  #push(message: BoundedMessage): void {
    if (this.#last === undefined) this.#first = message;
    else this.#last.nextQueued = message;
    this.#last = message;
    this.queued += 1;
    if (message.key !== undefined) this.#byKey.set(message.key, message);
    this.#process.deliver(message);
  }

  #shift(): BoundedMessage | undefined {
    const message = this.#first;
    if (message === undefined) return undefined;
    this.#first = message.nextQueued;
    if (this.#first === undefined) this.#last = undefined;
    // One that has grown old would keep all that came after it from being collected cheaply.
    message.nextQueued = undefined;
    this.queued -= 1;
    if (message.key !== undefined) this.#byKey.delete(message.key);
    return message;
  }

  #dropOldest(): void {
    const message = this.#shift();
    if (message === undefined) return;
    message.dropped = true;
    message.body = undefined;
    this.dropped += 1;
    this.#empty += 1;
    if (this.#empty > this.#bound.maxQueued && this.#empty * 2 > this.#process.mailbox.length)
      this.#process.mailbox.sweep();
  }

  #giveUp(): void {
    this.dropped += 1;
    this.ended = true;
    this.#disconnect();
    this.#process.deliver(new Envelope("info", SubscriptionEnded.kind, this, undefined));
  }
}
