/** What waits in a process's mailbox. All have one shape, so that the engine's way through them costs the same whatever they are. */

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

export class Envelope<T extends string, B, W = undefined> {
  readonly type: T;
  /** Which handler of its type it is for; empty where there is but one. */
  readonly name: string;
  body: B;
  readonly tag: W;
  /** The one behind it in the mailbox. */
  next: Message | undefined = undefined;

  constructor(type: T, name: string, body: B, tag: W) {
    this.type = type;
    this.name = name;
    this.body = body;
    this.tag = tag;
  }
}

/** One of a bounded subscription, which may be replaced or dropped while it waits. */
export class BoundedMessage extends Envelope<"bounded", unknown, BoundedQueue> {
  readonly key: string | undefined;
  dropped = false;
  /** The next one of its subscription. */
  nextQueued: BoundedMessage | undefined = undefined;

  constructor(queue: BoundedQueue, message: unknown, key: string | undefined) {
    super("bounded", queue.topic.kind, message, queue);
    this.key = key;
  }
}

/** Hears when a message's turn has come. */
export interface Tracker {
  taken(): void;
}

export type Message =
  | Envelope<"init", undefined>
  | Envelope<"call", readonly unknown[], PendingCall>
  | Envelope<"cast", readonly unknown[]>
  /** With the key of its topic, where it is a topic's. */
  | Envelope<"info", unknown, string | undefined>
  /** Of whose turn somebody wants to hear. */
  | Envelope<"tracked", unknown, Tracker>
  | BoundedMessage
  /** What a process provided failed while somebody else used it: it crashes when its turn comes. */
  | Envelope<"defect", unknown, unknown>
  | Envelope<"down", Down>
  | Envelope<"exit", Exit>
  | Envelope<"timeout", undefined>
  /** It has said itself that it stops, while no handler ran that it could have stopped after. */
  | Envelope<"stop", ExitReason>
  | Envelope<"continue", unknown>;

/** In words, for reports: `call join`. */
export function describeMessage({ type, name }: Message): string {
  if (type === "tracked" || type === "bounded" || type === "defect") return `info ${name}`;
  return name === "" ? type : `${type} ${name}`;
}

/** What came with it, for reports. */
export function argsOf(message: Message): readonly unknown[] {
  switch (message.type) {
    case "call":
    case "cast":
      return message.body;
    case "info":
      return message.tag === undefined ? [message.body] : [message.body, message.tag];
    case "bounded":
      return [message.body, message.tag.topic.key];
    case "tracked":
    case "defect":
      return [message.body];
    case "continue":
      return message.body === undefined ? [] : [message.body];
    default:
      return [];
  }
}
