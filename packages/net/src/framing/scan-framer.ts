/**
 * The framer of all kinds but `raw`: it holds the bytes, keeps the limit and puts packets together that the network
 * cut; a pure function, the scan, says where they end.
 */

import { inspect } from "node:util";
import { toLargerBlock } from "./block.ts";
import { ChunkQueue } from "./chunk-queue.ts";
import type { EndsAhead } from "./ends-ahead.ts";
import { OVERLONG, type Frame, type Framer, type FramingFault, type Overlong } from "./framer.ts";

/**
 * Looks for the end of the packet that begins at `begin`, in `bytes` up to their end. It looked at what is before
 * `from` already when it was called for that packet the last time, and needn't again; at first `from` is `begin`.
 * Its answer depends on nothing but the bytes, and an end it finds depends on none behind it. It keeps no `bytes`.
 */
export type Scan = (bytes: Buffer, begin: number, from: number) => ScanResult;

export type ScanResult =
  /** The packet is what lies between `begin` and this position, and the next one begins there. */
  | number
  /** The packet is what lies between these positions, without what frames it. */
  | { readonly begin: number; readonly end: number; readonly next: number }
  /** Its end isn't there yet. */
  | "more"
  /** Its end isn't there yet, and won't be before so many bytes are, counted from `begin`. */
  | { readonly needsBytes: number }
  /** No packet begins like this. */
  | "malformed";

export interface ScanFramerOptions {
  /** Most bytes of a packet, what frames it included but for `overheadBytes`. */
  readonly maxBytes: number;
  /** Bytes of each packet that the limit doesn't count. Default: 0. */
  readonly overheadBytes?: number;
  /** What a packet over the limit is; `skip` only with a scan that never looks back further than `lookBackBytes`. */
  readonly overlong?: Overlong;
  /** How far before `from` the scan looks. Default: 0. */
  readonly lookBackBytes?: number;
  /** What finds the ends of many short packets at once, exactly those that the scan would find. Default: nothing does. */
  readonly ahead?: EndsAhead | undefined;
}

const NOTHING = Buffer.alloc(0);
/** What `subarray` makes a view of a Buffer with (ECMA-262, TypedArraySpeciesCreate), in two thirds of its time. */
const View = (
  Buffer as unknown as {
    readonly [Symbol.species]: new (memory: ArrayBufferLike, from: number, bytes: number) => Buffer;
  }
)[Symbol.species];
/** How much of a chunk is looked at first for the end of a packet that began before it. */
const MIN_APPEND_BYTES = 256;

export class ScanFramer implements Framer {
  maxBytes: number;
  #fault: FramingFault | undefined;
  readonly #scan: Scan;
  readonly #overheadBytes: number;
  readonly #lookBackBytes: number;
  readonly #skips: boolean;
  readonly #ahead: EndsAhead | undefined;

  /** The window: a chunk, or what was put together in `#block`. Of it, what is before `#begin` was handed out. */
  #bytes: Buffer = NOTHING;
  /** What the last packet was cut out of: the window as it was then, and its memory. */
  #cutFrom: Buffer | undefined;
  #memory: ArrayBufferLike | undefined;
  #begin = 0;
  /** Where the scan goes on. */
  #from = 0;
  /** So many bytes must be in the window before a scan makes sense. */
  #needsBytes = 1;
  #skipping = false;
  /** The memory of a window that was put together, with room behind it. */
  #block: Buffer | undefined;
  /** The chunk whose beginning was put at the window's end last, up to `#sourceEnd`. */
  #source: Buffer = NOTHING;
  #sourceEnd = 0;
  /** Where in the window the source begins. */
  #sourceAt = 0;
  /** What waits behind the window and the source; mostly nothing does. */
  #chunks: ChunkQueue | undefined;

  constructor(scan: Scan, options: ScanFramerOptions) {
    this.#scan = scan;
    this.maxBytes = options.maxBytes;
    this.#overheadBytes = options.overheadBytes ?? 0;
    this.#lookBackBytes = options.lookBackBytes ?? 0;
    this.#skips = options.overlong === "skip";
    this.#ahead = options.ahead;
  }

  get fault(): FramingFault | undefined {
    return this.#fault;
  }

  get memory(): ArrayBufferLike | undefined {
    return this.#memory;
  }

  get heldBytes(): number {
    return this.#windowBytes + this.#source.length - this.#sourceEnd + (this.#chunks?.bytes ?? 0);
  }

  /** Nothing is in the window, and so nothing behind it. */
  get isAtRest(): boolean {
    return this.#bytes === NOTHING && !this.#skipping && this.#fault === undefined;
  }

  push(chunk: Buffer): void {
    if (chunk.length === 0 || this.#fault !== undefined) return;
    if (this.#bytes.length === 0 && this.#chunks === undefined) this.#bytes = chunk;
    else (this.#chunks ??= new ChunkQueue()).push(chunk);
  }

  /** What comes most often comes first, and is short enough for V8 to put it where it is called. */
  next(): Frame | undefined {
    const ahead = this.#ahead;
    if (ahead !== undefined && ahead.bytes === this.#bytes) {
      const begin = this.#begin;
      const end = ahead.take(begin);
      if (end > 0 && end - begin <= this.maxBytes) {
        this.#begin = this.#from = end;
        return this.#view(this.#bytes, begin, end);
      }
    }
    return this.#scanForNext();
  }

  #scanForNext(): Frame | undefined {
    for (;;) {
      const bytes = this.#bytes;
      const begin = this.#begin;
      if (bytes.length - begin < this.#needsBytes) {
        if (!this.#fill()) return undefined;
        continue;
      }
      const result = this.#scan(bytes, begin, this.#from);
      const packet = typeof result === "number" ? this.#foundWhole(result) : this.#other(result);
      if (packet !== undefined) return packet;
    }
  }

  takeRest(): readonly Buffer[] | undefined {
    if (this.#fault !== undefined || this.#skipping) return undefined;
    const window = this.#bytes.subarray(this.#begin);
    const source = this.#source.subarray(this.#sourceEnd);
    const rest = [window, source, ...(this.#chunks?.takeAll() ?? [])].filter((bytes) => bytes.length > 0);
    this.#drop();
    return rest;
  }

  get #windowBytes(): number {
    return this.#bytes.length - this.#begin;
  }

  get #limitBytes(): number {
    return this.maxBytes + this.#overheadBytes;
  }

  /** A way of its own for what comes most often: one more line of a long chunk. */
  #foundWhole(next: number): Frame | undefined {
    const bytes = this.#bytes;
    const begin = this.#begin;
    const isWithin = Number.isInteger(next) && next <= bytes.length && next > begin;
    const isPlain = isWithin && this.#source.length === 0 && !this.#skipping;
    if (!isPlain || next - begin > this.maxBytes) return this.#found(begin, next, next);
    this.#begin = this.#from = next;
    this.#ahead?.look(bytes, next, next - begin);
    return this.#cut(bytes, begin, next);
  }

  #cut(bytes: Buffer, begin: number, end: number): Buffer {
    if (begin === 0 && end === bytes.length) {
      this.#cutFrom = this.#memory = undefined;
      return bytes;
    }
    return this.#view(bytes, begin, end);
  }

  #view(bytes: Buffer, begin: number, end: number): Buffer {
    if (bytes !== this.#cutFrom) {
      this.#cutFrom = bytes;
      this.#memory = bytes.buffer;
    }
    return new View(this.#memory as ArrayBufferLike, bytes.byteOffset + begin, end - begin);
  }

  #other(result: Exclude<ScanResult, number>): Frame | undefined {
    if (result === "more" || result === "malformed") return this.#notFound(result);
    if (typeof result === "object" && result !== null && "next" in result)
      return this.#found(result.begin, result.end, result.next);
    expectNeeds(result);
    return this.#notFound(result);
  }

  #found(begin: number, end: number, next: number): Frame | undefined {
    this.#expectWithin(begin, end, next);
    if (this.#skipping || next - this.#begin > this.#limitBytes) return this.#foundOverlong(begin, next);
    const packet = this.#cut(this.#bytes, begin, end);
    this.#moveTo(next, next);
    return packet;
  }

  #expectWithin(begin: number, end: number, next: number): void {
    const areWhole = [begin, end, next].every(Number.isInteger);
    const areInOrder = begin >= this.#begin && end >= begin && next >= end && next > this.#begin;
    if (areWhole && areInOrder && next <= this.#bytes.length) return;
    throw new RangeError(`expected a scan to find a packet within its bytes, got: ${begin}, ${end}, ${next}`);
  }

  #foundOverlong(begin: number, next: number): Frame | undefined {
    // Only what has a header has told its size; it told the same when the rest wasn't there yet.
    if (!this.#skips) return this.#tooLarge(begin > this.#begin ? next - this.#begin : undefined);
    const isTold = this.#skipping;
    this.#skipping = false;
    this.#moveTo(next, next);
    return isTold ? undefined : OVERLONG;
  }

  #notFound(result: "more" | "malformed" | { readonly needsBytes: number }): Frame | undefined {
    if (result === "malformed") return this.#fail({ code: "malformed" });
    if (result !== "more") return this.#wait(result.needsBytes);
    if (this.#skipping) return this.#skip();
    if (this.#windowBytes < this.#limitBytes) return this.#wait(0);
    if (!this.#skips) return this.#tooLarge(undefined);
    this.#skipping = true;
    this.#skip();
    return OVERLONG;
  }

  #wait(needsBytes: number): undefined {
    if (needsBytes > this.#limitBytes) return this.#tooLarge(needsBytes);
    this.#needsBytes = Math.max(needsBytes, this.#windowBytes + 1);
    this.#from = this.#bytes.length;
  }

  /** Keeps no more of a packet that is skipped than what may be the beginning of its end. */
  #skip(): undefined {
    const end = this.#bytes.length;
    this.#moveTo(Math.max(this.#begin, end - this.#lookBackBytes), end);
    this.#needsBytes = this.#from - this.#begin + 1;
  }

  #tooLarge(packetBytes: number | undefined): undefined {
    const declaredBytes = packetBytes === undefined ? undefined : packetBytes - this.#overheadBytes;
    this.#fail({ code: "too_large", maxBytes: this.maxBytes, declaredBytes });
  }

  #fail(fault: FramingFault): undefined {
    this.#fault = fault;
    this.#drop();
  }

  #drop(): void {
    this.#cutFrom = this.#memory = this.#chunks = undefined;
    this.#bytes = NOTHING;
    this.#block = undefined;
    this.#source = NOTHING;
    this.#sourceEnd = 0;
    this.#moveTo(0, 0);
  }

  #moveTo(begin: number, from: number): void {
    const isInSource = this.#source.length > 0 && begin >= this.#sourceAt;
    const movedBytes = isInSource ? this.#sourceAt : 0;
    if (isInSource) this.#lookAtSource();
    this.#begin = begin - movedBytes;
    this.#from = from - movedBytes;
    this.#needsBytes = 1;
  }

  /** From here on packets are views into the chunk itself. */
  #lookAtSource(): void {
    this.#bytes = this.#source;
    this.#block = undefined;
    this.#source = NOTHING;
    this.#sourceEnd = 0;
  }

  /** Brings more bytes into the window; `false` when there are none. */
  #fill(): boolean {
    if (this.#sourceEnd === this.#source.length && !this.#nextSource()) return false;
    if (this.#windowBytes === 0) {
      this.#begin = this.#from = this.#sourceEnd;
      this.#lookAtSource();
    } else {
      this.#append();
    }
    return true;
  }

  #nextSource(): boolean {
    const chunk = this.#chunks?.shift();
    if (this.#chunks?.bytes === 0) this.#chunks = undefined;
    this.#source = chunk ?? NOTHING;
    this.#sourceEnd = 0;
    this.#sourceAt = this.#bytes.length;
    if (chunk === undefined) this.#letGo();
    return chunk !== undefined;
  }

  /** The beginning of a packet mustn't keep the chunk alive that it came with. */
  #letGo(): void {
    this.#cutFrom = this.#memory = undefined;
    if (this.#windowBytes === 0) this.#drop();
    else if (this.#block === undefined) this.#toBlock(0);
  }

  /**
   * Puts the source's next bytes at the window's end: as many as are needed where that is known, else as many as are
   * there already, so that a packet costs no more than twice its size.
   */
  #append(): void {
    const windowBytes = this.#windowBytes;
    const neededBytes = this.#needsBytes - windowBytes;
    const wishedBytes = Math.min(Math.max(windowBytes, MIN_APPEND_BYTES), this.#limitBytes - windowBytes);
    const bytes = Math.min(Math.max(neededBytes, wishedBytes), this.#source.length - this.#sourceEnd);
    const block = this.#toBlock(bytes);
    const end = this.#bytes.length;
    this.#source.copy(block, end, this.#sourceEnd, this.#sourceEnd + bytes);
    this.#sourceEnd += bytes;
    this.#bytes = block.subarray(0, end + bytes);
  }

  /** Moves the window to memory of its own that has room for so many bytes more. */
  #toBlock(moreBytes: number): Buffer {
    if (this.#block !== undefined && this.#block.length - this.#bytes.length >= moreBytes) return this.#block;
    this.#block = toLargerBlock(this.#bytes, this.#begin, moreBytes, this.#limitBytes);
    this.#bytes = this.#block.subarray(0, this.#windowBytes);
    this.#from -= this.#begin;
    this.#sourceAt -= this.#begin;
    this.#begin = 0;
    return this.#block;
  }
}

/** A scan may be a program's own, and what it says wrongly mustn't be asked for ever. */
function expectNeeds(result: unknown): asserts result is { readonly needsBytes: number } {
  const needs =
    typeof result === "object" && result !== null && "needsBytes" in result ? result.needsBytes : 0;
  if (typeof needs === "number" && needs > 0 && (Number.isInteger(needs) || needs === Infinity)) return;
  throw new RangeError(
    'expected a scan to answer with a position, { begin, end, next }, { needsBytes: 1 or more }, "more" or "malformed", ' +
      `got: ${inspect(result)}`,
  );
}
