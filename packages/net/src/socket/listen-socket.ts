/** A port or path that is listened on: it belongs to one process, and closes when that ends. */

import { defineInfo, type Owned } from "@wheelhouse/actors";
import { refusal } from "../expectations.ts";
import { Ear } from "../network/ear.ts";
import type { Endpoint, ListeningPort, Stream } from "../network/network.ts";

/**
 * What reaches the owner of a listening socket: `connection` only with `active`, each to be taken by `adopt`, or refused
 * with `stream.destroy()`. Until then it counts against the `backlog`.
 */
export type ListenMessage =
  | { readonly type: "connection"; readonly listenSocket: ListenSocket; readonly stream: Stream }
  | { readonly type: "failed"; readonly listenSocket: ListenSocket; readonly error: Error };

/** The kind of a listening socket's messages: handle them with `on(ListenInfo, …)`. */
export const ListenInfo = defineInfo<ListenMessage>("net:listen");

/** Which listening socket a stream came from that nobody has taken yet. */
const offeredBy = new WeakMap<Stream, ListenSocket>();

/** Streams of messages that are somebody's socket now. A listener's own, and those of `accept`, nobody can adopt twice. */
const adopted = new WeakSet<Stream>();

/** @throws RangeError */
export function expectUnadopted(stream: Stream): void {
  if (adopted.has(stream)) throw refusal("stream", "one that nobody has adopted", "one that is a socket's");
}

/** From here on somebody else closes the stream. */
export function takeOver(stream: Stream): void {
  const listenSocket = offeredBy.get(stream);
  if (listenSocket === undefined) return;
  listenSocket.taken(stream);
  adopted.add(stream);
}

/** Somebody who waits for a connection; it belongs to a process, and waits no longer than that lives. */
export interface PendingAccept extends Owned {
  accepted(stream: Stream | undefined): void;
}

/** A socket that listens: gen_tcp:listen/2's, owned by the process that opened it. */
export class ListenSocket implements Owned {
  /** Where it listens: the port that was found for 0, too. */
  readonly local: Endpoint;
  readonly #port: ListeningPort;
  readonly #backlog: number;
  /** Streams that nobody owns yet. */
  readonly #untaken = new Set<Stream>();
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
    const [acceptor] = this.#acceptors;
    if (acceptor !== undefined) {
      this.#acceptors.delete(acceptor);
      acceptor.accepted(stream);
      return false;
    }
    const hasRoom = this.#closing === undefined && this.#untaken.size < this.#backlog;
    if (hasRoom) this.#keep(stream);
    else stream.destroy();
    return hasRoom;
  }

  /** Until somebody takes it, or it is gone, whoever has destroyed it: its next owner hears of it instead. */
  #keep(stream: Stream): void {
    this.#untaken.add(stream);
    offeredBy.set(stream, this);
    stream.start(new Ear(() => this.taken(stream)));
  }

  /** @internal Gives the acceptor the next stream; `undefined` when it has closed. */
  accept(acceptor: PendingAccept): void {
    const [stream] = this.#untaken;
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
    this.#untaken.delete(stream);
    offeredBy.delete(stream);
  }

  /** Takes no more connections; those that were accepted live on. Resolves when the address is free again. */
  close(): Promise<void> {
    this.#closing ??= this.#end();
    return this.#closing;
  }

  #end(): Promise<void> {
    for (const stream of this.#untaken) {
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
