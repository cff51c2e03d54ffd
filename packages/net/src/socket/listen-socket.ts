/** A port or path that is listened on: it belongs to one process, and closes when that ends. */

import { defineInfo, type Owned } from "@wheelhouse/actors";
import { refusal } from "../expectations.ts";
import { Ear } from "../network/ear.ts";
import type { Endpoint, Keeper, ListeningPort, Stream } from "../network/network.ts";

/**
 * What reaches the owner of a listening socket: `connection` only with `active`, each to be taken by `adopt`, or refused
 * with `stream.destroy()`. Until then it counts against the `backlog`.
 */
export type ListenMessage =
  | { readonly type: "connection"; readonly listenSocket: ListenSocket; readonly stream: Stream }
  | { readonly type: "failed"; readonly listenSocket: ListenSocket; readonly error: Error };

/** The kind of a listening socket's messages: handle them with `on(ListenInfo, …)`. */
export const ListenInfo = defineInfo<ListenMessage>("net:listen");

/** @throws RangeError when somebody has adopted it: a listener's own, and those of `accept`, nobody is offered. */
export function expectUnadopted(stream: Stream): void {
  if (stream.keeper === "adopted")
    throw refusal("stream", "one that nobody has adopted", "one that is a socket's");
}

/** From here on somebody else closes the stream. */
export function takeOver(stream: Stream): void {
  if (stream.keeper === undefined || stream.keeper === "adopted") return;
  stream.keeper.taken(stream);
  stream.keeper = "adopted";
}

/** Somebody who waits for a connection; it belongs to a process, and waits no longer than that lives. */
export interface PendingAccept extends Owned {
  accepted(stream: Stream | undefined): void;
}

/** A socket that listens: gen_tcp:listen/2's, owned by the process that opened it. */
export class ListenSocket implements Owned, Keeper {
  /** Where it listens: the port that was found for 0, too. */
  readonly local: Endpoint;
  readonly #port: ListeningPort;
  readonly #backlog: number;
  /** Streams that nobody owns yet; mostly the first is taken next. */
  readonly #untaken: Stream[] = [];
  readonly #acceptors = new Set<PendingAccept>();
  #closing: Promise<void> | undefined = undefined;

  /** @internal */
  constructor(port: ListeningPort, backlog: number) {
    this.#port = port;
    this.#backlog = backlog;
    this.local = port.local;
  }

  /** @internal Whether it is kept for somebody to take: Node.js accepts all, so the backlog's limit holds here too. */
  offer(stream: Stream): boolean {
    if (this.#acceptors.size > 0) {
      const acceptor = this.#acceptors.values().next().value as PendingAccept;
      this.#acceptors.delete(acceptor);
      acceptor.accepted(stream);
      return false;
    }
    const hasRoom = this.#closing === undefined && this.#untaken.length < this.#backlog;
    if (hasRoom) this.#keep(stream);
    else stream.destroy();
    return hasRoom;
  }

  /** Until somebody takes it, or it is gone, whoever has destroyed it: its next owner hears of it instead. */
  #keep(stream: Stream): void {
    this.#untaken.push(stream);
    stream.keeper = this;
    stream.start(new Ear(() => this.taken(stream)));
  }

  /** @internal Gives the acceptor the next stream; `undefined` when it has closed. */
  accept(acceptor: PendingAccept): void {
    const stream = this.#untaken[0];
    if (stream !== undefined) takeOver(stream);
    if (stream !== undefined || this.#closing !== undefined) acceptor.accepted(stream);
    else this.#acceptors.add(acceptor);
  }

  /** @internal It waits no longer. */
  giveUp(acceptor: PendingAccept): void {
    this.#acceptors.delete(acceptor);
  }

  /** @internal From here on somebody else closes it. */
  taken(stream: Stream): void {
    if (stream.keeper !== this) return;
    stream.keeper = undefined;
    this.#untaken.splice(this.#untaken.indexOf(stream), 1);
  }

  /** Takes no more connections; those that were accepted live on. Resolves when the address is free again. */
  close(): Promise<void> {
    this.#closing ??= this.#end();
    return this.#closing;
  }

  #end(): Promise<void> {
    for (const stream of this.#untaken.slice()) {
      this.taken(stream);
      stream.destroy();
    }
    const closing = this.#port.close();
    for (const acceptor of this.#acceptors) acceptor.accepted(undefined);
    this.#acceptors.clear();
    return closing;
  }

  /** @internal The owner has ended. */
  release(): void {
    void this.close();
  }
}
