/** The peer with its pages: as many as ours, sent as many messages of as many bytes. */

import { Child, SERVER_CORE } from "../net/child.ts";
import type { Arrivals, Changing, Opening } from "./load/crowd.ts";
import type { LiveSize } from "./main.ts";
import { measured, type Measured } from "./measured.ts";
import { CHANGE_EVERY_MS, WARM_UP_SHARE } from "./ours.ts";

interface Peer {
  readonly pid: number;
  readonly port: number;
  end(): Promise<void>;
}

export async function startPeer(): Promise<Peer> {
  const { child, ready } = await Child.start("../live/peer.ts", { core: SERVER_CORE });
  return { pid: child.pid, port: Number(ready), end: () => child.end() };
}

export class Peers {
  readonly #size: LiveSize;
  readonly #peer: Peer;
  readonly #pages: Child;

  constructor(size: LiveSize, peer: Peer, pages: Child) {
    this.#size = size;
    this.#peer = peer;
    this.#pages = pages;
  }

  async open(): Promise<void> {
    const first = '{"type":"hello","offset":0}';
    const place = { port: this.#peer.port, path: "/", headers: {}, first };
    await this.#pages.ask("openPages", { place, count: this.#size.pages, reads: true } satisfies Opening);
    await this.#pages.ask("speakOnPeer", { port: this.#peer.port });
  }

  async alone(): Promise<Measured> {
    await this.#change(this.#size.seconds * WARM_UP_SHARE);
    return this.#measured("peer, one change");
  }

  /** Beside the changes, what ours were sent. */
  async stream({ messages, bytes, ms }: Measured): Promise<Measured> {
    const everyMs = 1_000 / Math.max(1, (messages * 1_000) / ms / this.#size.pages - 1_000 / CHANGE_EVERY_MS);
    const size = Math.ceil((bytes / ms / this.#size.pages) * everyMs);
    await this.#pages.ask("speakOnPeer", { port: this.#peer.port, stream: { bytes: size, everyMs } });
    await this.#change(this.#size.seconds * WARM_UP_SHARE);
    return this.#measured("peer, stream");
  }

  close(): Promise<void> {
    return this.#pages.end();
  }

  #measured(what: string): Promise<Measured> {
    const { pid } = this.#peer;
    return measured(what, { pid, pages: this.#pages }, () => this.#change(this.#size.seconds));
  }

  #change(seconds: number): Promise<Arrivals> {
    const forMs = seconds * 1_000;
    const changing: Changing = { by: "peer", everyMs: CHANGE_EVERY_MS, forMs, untilEnded: false };
    return this.#pages.ask("makeChanges", changing);
  }
}
