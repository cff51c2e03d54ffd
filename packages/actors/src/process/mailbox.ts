/** The queue of what a process has still to handle: a linked list, so that its length never costs anything. */

import type { Message } from "./message.ts";

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
        message.tag.swept();
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
