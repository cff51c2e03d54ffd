/** Pub/sub: what is said of topics, subscribers and their bounds. Follows Phoenix.PubSub; the bounds go beyond it. */

import { defineInfo, type Ref, type Topic } from "./protocol.ts";

/** What a subscriber says of itself, left out where its topic asks for nothing. */
export type MetadataArg<D> = [D] extends [undefined] ? [] : [metadata: D];

/** How much of a topic may wait for a subscriber, and what becomes of more. */
export interface Bound<M> {
  /** Most messages of this subscription that wait at a time; a whole number, at least 1. */
  readonly maxQueued: number;
  /**
   * `drop_oldest` makes room for the new one. `disconnect` ends the subscription: what waits is still handled, and
   * {@link SubscriptionEnded} comes after it, in the place of the message that found no room.
   */
  readonly whenFull: "drop_oldest" | "disconnect";
  /**
   * Of the messages with one key only the newest waits, in the place of the oldest: at the end of the queue, one that
   * changes all the time would never be handled. So it may overtake what its sender sent in between.
   */
  readonly keyOf?: (message: M) => string;
}

/** What became of the messages of a bounded subscription so far. */
export interface SubscriptionCounts {
  readonly queued: number;
  readonly handled: number;
  readonly dropped: number;
  /** Those whose place a newer one with their key took. */
  readonly replaced: number;
}

/** A bounded subscription; its counts are those of the moment they are read. */
export interface BoundedSubscription extends SubscriptionCounts {
  readonly topic: { readonly kind: string; readonly key: string };
  /** Whether nothing more will come: it was disconnected, or unsubscribed from. */
  readonly ended: boolean;
}

/** Comes after the last message of a subscription that was disconnected because its subscriber was too slow. */
export const SubscriptionEnded = defineInfo<BoundedSubscription>("subscription_ended");

/** One subscription to a topic, as it is listed. */
export interface SubscriberInfo<out D> {
  readonly ref: Ref;
  readonly metadata: D;
  /** Of a bounded subscription. */
  readonly counts: SubscriptionCounts | undefined;
}

/** One subscription, as a dispatcher sees it. */
export interface Subscriber<in M, out D> {
  readonly ref: Ref;
  readonly metadata: D;
  /** Sends it a message as the topic's: its handler hears the topic's key, and its bound counts. */
  send(message: M): void;
}

/** Verbs to send to topics. There is one node, and so everything here is local. */
export interface BroadcastVerbs {
  /** Sends to every subscriber of a topic, once for each subscription. */
  broadcast<M, D>(topic: Topic<M, D>, message: M): void;
  /**
   * Hands all subscriptions over, so that a message can be made once for many: encoded once for each format that their
   * metadata ask for. Not called when nobody subscribes.
   */
  broadcastWith<M, D>(topic: Topic<M, D>, dispatch: (subscribers: readonly Subscriber<M, D>[]) => void): void;
  /** One entry for each subscription, in the order in which they were made. */
  subscribers<M, D>(topic: Topic<M, D>): readonly SubscriberInfo<D>[];
}

/** Verbs to hear topics, which only processes can. */
export interface SubscribeVerbs {
  /** Hears a topic from now on; twice subscribed hears twice. */
  subscribe<M, D>(topic: Topic<M, D>, ...metadata: MetadataArg<NoInfer<D>>): void;
  /**
   * The same, with no more than so many of the topic's messages waiting.
   *
   * @throws Error when `maxQueued` isn't a positive whole number.
   * @throws NoProcessError when this process has ended.
   */
  subscribeBounded<M, D>(
    topic: Topic<M, D>,
    bound: Bound<NoInfer<M>>,
    ...metadata: MetadataArg<NoInfer<D>>
  ): BoundedSubscription;
  /** Drops all this process's subscriptions to the topic. What already waits is still handled. */
  unsubscribe<M, D>(topic: Topic<M, D>): void;
  /** Sends to every subscriber but this process. */
  broadcastFrom<M, D>(topic: Topic<M, D>, message: M): void;
}
