/** The queue of what a process has still to handle: a linked list, so that its length never costs anything. */

import type { ExitReason } from "../exit-reason.ts";
import type { Ref } from "../protocol.ts";
import type { BoundedQueue } from "../runtime/subscription.ts";
import type { PendingCall } from "./pending-call.ts";

/** A process that was watched, and why it ended. */
export interface Down {
  readonly ref: Ref;
  readonly reason: ExitReason;
}

/** A linked process that ended; reaches only those that trap exits. */
export interface Exit {
  readonly from: Ref;
  readonly reason: ExitReason;
}

/** A message of a bounded subscription, which may be replaced or dropped while it waits. */
export interface BoundedMessage {
  readonly type: "bounded";
  readonly name: string;
  args: readonly unknown[];
  readonly queue: BoundedQueue;
  readonly key: string | undefined;
  dropped: boolean;
  /** The next one of its subscription. */
  nextQueued: BoundedMessage | undefined;
  next: Message | undefined;
}

export type Message =
  | { readonly type: "init"; next: Message | undefined }
  | {
      readonly type: "call";
      readonly name: string;
      readonly args: readonly unknown[];
      readonly pending: PendingCall;
      next: Message | undefined;
    }
  | {
      readonly type: "cast";
      readonly name: string;
      readonly args: readonly unknown[];
      next: Message | undefined;
    }
  | {
      readonly type: "info";
      readonly name: string;
      readonly args: readonly unknown[];
      next: Message | undefined;
    }
  | BoundedMessage
  /** What a process provided failed while somebody else used it: it crashes when its turn comes. */
  | {
      readonly type: "defect";
      readonly name: string;
      readonly args: readonly unknown[];
      readonly error: unknown;
      next: Message | undefined;
    }
  | { readonly type: "down"; readonly down: Down; next: Message | undefined }
  | { readonly type: "exit"; readonly exit: Exit; next: Message | undefined }
  | { readonly type: "timeout"; next: Message | undefined }
  | { readonly type: "continue"; readonly token: unknown; next: Message | undefined };

export class Mailbox {
  #first: Message | undefined;
  #last: Message | undefined;
  #length = 0;

  get length(): number {
    return this.#length;
  }

  push(message: Message): void {
    if (this.#last === undefined) this.#first = message;
    else this.#last.next = message;
    this.#last = message;
    this.#length += 1;
  }

  /** Puts it before everything that waits. */
  unshift(message: Message): void {
    message.next = this.#first;
    this.#first = message;
    this.#last ??= message;
    this.#length += 1;
  }

  shift(): Message | undefined {
    const message = this.#first;
    if (message === undefined) return undefined;
    this.#first = message.next;
    if (this.#first === undefined) this.#last = undefined;
    // One that has grown old would keep all that came after it from being collected cheaply, handled or not.
    message.next = undefined;
    this.#length -= 1;
    return message;
  }

  /** Takes out what was dropped while it waited. */
  sweep(): void {
    let kept: Message | undefined;
    for (let message = this.#first; message !== undefined; message = message.next) {
      if (message.type === "bounded" && message.dropped) {
        if (kept === undefined) this.#first = message.next;
        else kept.next = message.next;
        this.#length -= 1;
        message.queue.swept();
      } else {
        kept = message;
      }
    }
    this.#last = kept;
  }

  /** Takes out all that fit, in their order. */
  takeWhere(fits: (message: Message) => boolean): readonly Message[] {
    const taken: Message[] = [];
    let message = this.#first;
    this.clear();
    while (message !== undefined) {
      const { next } = message;
      message.next = undefined;
      if (fits(message)) taken.push(message);
      else this.push(message);
      message = next;
    }
    return taken;
  }

  clear(): void {
    this.#first = this.#last = undefined;
    this.#length = 0;
  }
}
