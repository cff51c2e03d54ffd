/** A page as bare as can be: a socket that did the upgrade, subscribed, and then reads or doesn't. */

import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { Frames, PONG, toTextFrame } from "./frames.ts";
import { Heard, type Parse } from "./heard.ts";

/** What a page connects to, and what it says there. */
export interface Place {
  readonly port: number;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  /** Said after the upgrade. */
  readonly first: string;
}

export interface PageEvents {
  /** The newest change that it has is another one than before. @param since the one it had. */
  changed(page: Page, since: number): void;
}

const HEAD_END = "\r\n\r\n";
/** One for all sockets: what it holds is taken before the next one reads. */
const CHUNK = Buffer.alloc(256 * 1024);
/** A server may limit what one address holds. */
const PAGES_AN_ADDRESS = 250;
const KEY = "dGhlIHNhbXBsZSBub25jZQ==";

export class Page {
  readonly heard = new Heard();
  /** Why it was ended, if it was: the server's code, or the socket's end. */
  ended: string | undefined;
  endedAt = Infinity;
  readonly #socket: Socket;
  readonly #frames: Frames;
  readonly #events: PageEvents;
  readonly #parse: Parse;
  readonly #reads: boolean;
  #head: string | undefined = "";
  readonly #opening = defer();

  /** @param reads whether it reads more than the answer to its upgrade. @param index which of all pages it is. */
  constructor(place: Place, index: number, reads: boolean, events: PageEvents, parse: Parse) {
    this.#reads = reads;
    this.#events = events;
    this.#parse = parse;
    this.#frames = new Frames({
      text: (bytes) => this.#take(bytes),
      close: (code) => (this.ended ??= String(code)),
    });
    const localAddress = `127.0.0.${2 + Math.floor(index / PAGES_AN_ADDRESS)}`;
    const onread = { buffer: CHUNK, callback: (count: number) => this.#hear(count) };
    this.#socket = connect({ host: "127.0.0.1", port: place.port, localAddress, noDelay: true, onread });
    this.#socket.on("error", ({ message }) => this.#end(message));
    this.#socket.on("close", () => this.#end("the socket was closed"));
    this.#socket.write(upgradeOf(place));
    this.#socket.write(toTextFrame(place.first));
  }

  /** With its first message, or the answer to its upgrade where it reads no more. */
  get opened(): Promise<void> {
    return this.#opening.promise;
  }

  /** Shows the server nothing, and itself whether the socket still stands: who doesn't read isn't told. */
  touch(): void {
    if (this.ended === undefined) this.#socket.write(PONG);
  }

  async close(): Promise<void> {
    if (this.#socket.destroyed) return;
    const closed = once(this.#socket, "close");
    this.#socket.destroy();
    await closed;
  }

  #hear(count: number): boolean {
    const chunk = CHUNK.subarray(0, count);
    if (this.#head === undefined) this.#frames.hear(chunk);
    else this.#hearHead(chunk);
    return this.#reads || this.#head !== undefined;
  }

  #hearHead(chunk: Buffer): void {
    const head = (this.#head ?? "") + chunk.toString("latin1");
    const end = head.indexOf(HEAD_END);
    this.#head = head;
    if (end < 0) return;
    this.#head = undefined;
    if (!head.startsWith("HTTP/1.1 101")) this.#end(`refused: ${head}`);
    else if (this.#reads) this.#frames.hear(Buffer.from(head.slice(end + HEAD_END.length), "latin1"));
    else this.#opening.resolve();
  }

  #take(bytes: Buffer): void {
    const before = this.heard.probe;
    if (this.heard.messages === 0) {
      const { offset = 0 } = this.#parse(bytes.toString("utf8"));
      this.heard.offset = offset;
      this.#opening.resolve();
    }
    this.heard.take(bytes, this.#parse);
    if (this.heard.probe > before) this.#events.changed(this, before);
  }

  #end(why: string): void {
    if (this.endedAt < Infinity) return;
    this.ended ??= why;
    this.endedAt = performance.now();
    this.#opening.reject(new Error(this.ended));
    // Most are ended after they were opened, and nobody asks any more.
    this.#opening.promise.catch(() => {});
  }
}

/** A promise with both of its ends. */
function defer() {
  let ends: { resolve(): void; reject(error: Error): void } | undefined;
  const promise = new Promise<void>((resolve, reject) => (ends = { resolve, reject }));
  return { promise, resolve: () => ends?.resolve(), reject: (error: Error) => ends?.reject(error) };
}

function upgradeOf({ port, path, headers }: Place): string {
  const own = { host: `127.0.0.1:${port}`, origin: `http://127.0.0.1:${port}`, ...headers };
  const socket = { connection: "Upgrade", upgrade: "websocket", "sec-websocket-version": "13" };
  const lines = Object.entries({ ...own, ...socket, "sec-websocket-key": KEY });
  return `GET ${path} HTTP/1.1\r\n${lines.map(([name, value]) => `${name}: ${value}\r\n`).join("")}\r\n`;
}
