/**
 * The writing half of a socket: gathers a burst's writes for one system call, says when there is too much, and keeps
 * files and handshakes apart from what is sent around them.
 */

import { isUint8Array } from "node:util/types";
import { SendFileError, SendTimeoutError } from "../errors.ts";
import { wrong } from "../expectations.ts";
import { packetHeader } from "../framing/packet.ts";
import type { Stream } from "../network/network.ts";
import { Burst } from "./burst.ts";
import type { Settings } from "./options.ts";
import { Room } from "./room.ts";
import type { Socket } from "./socket.ts";

/** What can be sent: a packet, or the parts of one. Bytes aren't copied, so whoever sends them leaves them as they are. */
export type Sendable = string | Uint8Array | readonly (string | Uint8Array)[];

/**
 * `closed`: it can't arrive any more. `full`: more than `maxUnsentBytes` is unsent. `too_large`: the packet's header can't
 * say so many bytes; nothing was written.
 */
export type SendResult = "sent" | "closed" | "full" | "too_large";

/** From so many bytes on a burst's writes leave before its end: one system call more costs nothing beside them. */
const FLUSH_BYTES = 65_536;

/** A file or a handshake that waits until it has the stream for itself, with what was sent before it. */
interface Turn {
  readonly before: Burst | undefined;
  readonly begin: () => void;
}

export class Outgoing {
  bytesWritten = 0;
  packetsWritten = 0;
  readonly #socket: Socket;
  readonly #stream: Stream;
  /** What was sent and not given to the stream yet. */
  #burst: Burst | undefined = undefined;
  /** Of that, and of what waits before a file or a handshake. */
  #heldBytes = 0;
  /** What the stream held when this burst began. */
  #streamBytes = 0;
  #flushPlanned = false;
  /** Those who wait to have the stream for themselves; `undefined` when nobody has it. */
  #turns: Turn[] | undefined = undefined;
  /** What is owed, while there isn't enough. */
  #room: Room | undefined = undefined;
  #ending = false;
  #closed = false;

  constructor(socket: Socket, stream: Stream) {
    this.#socket = socket;
    this.#stream = stream;
  }

  // Sending

  send(data: Sendable): SendResult {
    if (this.#closed || this.#ending) return "closed";
    if (isParts(data)) return this.#sendParts(data.map(toBytes));
    return this.sendBytes(toBytes(data), undefined);
  }

  /** `memory` is what they are a view into, where that is known. */
  sendBytes(bytes: Uint8Array, memory: ArrayBufferLike | undefined): SendResult {
    if (this.#closed || this.#ending) return "closed";
    if (this.#socket.settings.hasHeader) return this.#sendParts([bytes]);
    if (this.#isFull()) return this.#refuse();
    this.packetsWritten += 1;
    this.#push(bytes, memory);
    return "sent";
  }

  #sendParts(parts: readonly Uint8Array[]): SendResult {
    const header = packetHeader(this.#socket.settings.packet, totalBytes(parts));
    if (header === "too_large") return "too_large";
    if (this.#isFull()) return this.#refuse();
    this.packetsWritten += 1;
    if (header !== undefined) this.#push(header, undefined);
    for (const part of parts) this.#push(part, undefined);
    return "sent";
  }

  /** The stream is asked once a burst, in which nothing leaves; but for a file, which goes its own way. */
  #isFull(): boolean {
    if (this.#burst === undefined || this.#turns !== undefined) this.#streamBytes = this.#stream.unsentBytes;
    return this.#heldBytes + this.#streamBytes > this.#socket.settings.maxUnsentBytes;
  }

  #refuse(): "full" {
    if (this.#socket.settings.whenFull === "close") this.#socket.abort();
    else this.#toRoom().isOwed = true;
    return "full";
  }

  #push(bytes: Uint8Array, memory: ArrayBufferLike | undefined): void {
    const { length } = bytes;
    if (length === 0) return;
    this.#burst ??= new Burst();
    this.#burst.add(bytes, memory);
    this.#heldBytes += length;
    if (this.#turns !== undefined) this.#noteHeldUp();
    else if (this.#heldBytes >= FLUSH_BYTES) this.#writeBurst();
    else this.#planFlush();
  }

  get unsentBytes(): number {
    return this.#closed ? 0 : this.#heldBytes + this.#stream.unsentBytes;
  }

  #planFlush(): void {
    if (this.#flushPlanned) return;
    this.#flushPlanned = true;
    this.#socket.owner.afterBurst(this);
  }

  /** Called at the end of a burst. */
  flush(): void {
    this.#flushPlanned = false;
    this.#writeOut();
  }

  #writeOut(): void {
    if (this.#turns !== undefined || this.#closed) return;
    this.#writeBurst();
    if (this.#ending) this.#stream.end();
    this.#tellRoom();
  }

  #writeBurst(): void {
    this.#writeHeld(this.#takeBurst());
  }

  #takeBurst(): Burst | undefined {
    const burst = this.#burst;
    this.#burst = undefined;
    return burst;
  }

  #writeHeld(burst: Burst | undefined): void {
    if (burst === undefined || this.#closed) return;
    this.#heldBytes -= burst.bytes;
    this.#write(burst.takePieces(), burst.bytes);
  }

  #write(chunks: readonly Uint8Array[], bytes: number): void {
    this.bytesWritten += bytes;
    if (!this.#stream.write(chunks)) this.#rise();
  }

  // Room

  get isWritable(): boolean {
    return this.#room === undefined || !this.#room.isOwed;
  }

  drained(): Promise<"drained" | "closed"> {
    if (this.#closed) return Promise.resolve("closed");
    if (!this.isWritable && this.#turns === undefined) this.#writeBurst();
    this.#tellRoom();
    return this.isWritable ? Promise.resolve("drained") : this.#toRoom().wait();
  }

  #toRoom(): Room {
    this.#room ??= new Room({
      owner: () => this.#socket.owner,
      goneBytes: () => this.bytesWritten - this.#stream.unsentBytes,
      taken: () => this.#stream.taken(),
      timedOut: (timeoutMs) => this.#socket.breakOff(new SendTimeoutError(timeoutMs)),
    });
    return this.#room;
  }

  /** More than the high watermark is unsent: the stream tells when it has fallen to the low one. */
  #rise(): void {
    const room = this.#toRoom();
    if (!room.isAbove) room.rise(this.#socket.settings.sendTimeoutMs);
  }

  #noteHeldUp(): void {
    if (this.#isHeldUp) this.#toRoom().isOwed = true;
  }

  /** A watermark that was lowered is passed without a write, and a peer that is watched is so by the new time-out. */
  settingsChanged({ sendTimeoutMs: before }: Settings): void {
    const { highWatermarkBytes, sendTimeoutMs } = this.#socket.settings;
    if (this.#room?.isAbove === true) {
      if (sendTimeoutMs !== before) this.#room.watch(sendTimeoutMs);
    } else if (this.#stream.unsentBytes > highWatermarkBytes) {
      this.#rise();
    }
  }

  /** What is unsent has fallen to the low watermark. */
  roomCame(): void {
    this.#room?.fall();
    this.#tellRoom();
  }

  #tellRoom(): void {
    const room = this.#room;
    if (room === undefined || !room.isOwed || room.isAbove || this.#isHeldUp) return;
    this.#room = undefined;
    this.#socket.tell({ type: "drained", socket: this.#socket });
    room.tell("drained");
  }

  /** Too much waits for the end of the burst, or behind a file. */
  get #isHeldUp(): boolean {
    const { highWatermarkBytes, maxUnsentBytes } = this.#socket.settings;
    return this.#heldBytes > highWatermarkBytes || this.unsentBytes > maxUnsentBytes;
  }

  // Files, and whatever else has the stream for itself

  /** What was sent before leaves before, what is sent meanwhile afterwards. */
  async exclusively<T>(work: () => Promise<T>): Promise<T> {
    const turn = this.#takeTurn();
    if (turn !== undefined) await turn;
    try {
      return await work();
    } finally {
      this.#endTurn();
    }
  }

  #takeTurn(): Promise<void> | undefined {
    const before = this.#takeBurst();
    const turns = this.#turns;
    if (turns !== undefined) return new Promise((begin) => turns.push({ before, begin }));
    this.#turns = [];
    this.#writeHeld(before);
    return undefined;
  }

  #endTurn(): void {
    const next = this.#turns?.shift();
    if (next === undefined) {
      this.#turns = undefined;
      this.#writeOut();
    } else {
      this.#writeHeld(next.before);
      next.begin();
    }
  }

  /** Writes a file's pieces, each when the one before has found room. */
  async sendPieces(path: string, pieces: AsyncIterable<Uint8Array>): Promise<number | "closed"> {
    let sentBytes = 0;
    try {
      for await (const piece of pieces) {
        if (this.#closed) return "closed";
        this.#write([piece], piece.length);
        sentBytes += piece.length;
        if (this.#room?.isAbove === true) await this.#room.fallen();
      }
    } catch (error) {
      throw new SendFileError(path, sentBytes, error);
    }
    return this.#closed ? "closed" : sentBytes;
  }

  // Its end

  get isEnding(): boolean {
    return this.#ending;
  }

  get isClosed(): boolean {
    return this.#closed;
  }

  /** Sends FIN after what was sent. Nothing is added to the burst any more, so it leaves at once, and counts. */
  end(): void {
    if (this.#ending) return;
    this.#ending = true;
    this.#writeOut();
  }

  /** Whoever waits until it may write again waits for nothing now. */
  streamClosed(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#burst = undefined;
    this.#heldBytes = 0;
    this.#room?.fall();
    this.#room?.tell("closed");
    this.#tellRoom();
    this.#socket.gone();
  }
}

function isParts(data: Sendable): data is readonly (string | Uint8Array)[] {
  return Array.isArray(data);
}

function toBytes(data: string | Uint8Array): Uint8Array {
  if (data instanceof Uint8Array) return data;
  if (typeof data === "string") return Buffer.from(data);
  // Of another realm.
  if (isUint8Array(data)) return data;
  throw wrong("data", "a string, bytes or an array of them", data);
}

function totalBytes(chunks: readonly Uint8Array[]): number {
  let bytes = 0;
  for (const chunk of chunks) bytes += chunk.length;
  return bytes;
}
