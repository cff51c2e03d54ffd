/** The server's side of a WebSocket as bytes: cuts what comes into frames (RFC 6455, 5.2), which a server never masks. */

const SHORT = 126;
const LONG = 127;
const MASK_BYTES = 4;
const TEXT = 0x1;
const CLOSE = 0x8;

export interface FrameHandlers {
  /** The text of one message as UTF-8, only valid until this returns. */
  text(bytes: Buffer): void;
  close(code: number): void;
}

export class Frames {
  readonly #to: FrameHandlers;
  /** The beginning of a frame whose end hasn't come yet. */
  #rest: Buffer | undefined;

  constructor(to: FrameHandlers) {
    this.#to = to;
  }

  /** @param chunk is only read, and not kept. */
  hear(chunk: Buffer): void {
    const bytes = this.#rest === undefined ? chunk : Buffer.concat([this.#rest, chunk]);
    let at = 0;
    for (let end = this.#endOf(bytes, at); end <= bytes.length; end = this.#endOf(bytes, at)) {
      this.#take(bytes, at, end);
      at = end;
    }
    this.#rest = at === bytes.length ? undefined : Buffer.from(bytes.subarray(at));
  }

  /** Where the frame that begins there ends; `Infinity` while that can't be told. */
  #endOf(bytes: Buffer, at: number): number {
    const body = bodyAt(bytes, at);
    if (bytes.length < at + 2 || bytes.length < body) return Infinity;
    const short = bytes.readUInt8(at + 1);
    if (short < SHORT) return body + short;
    return body + (short === SHORT ? bytes.readUInt16BE(at + 2) : Number(bytes.readBigUInt64BE(at + 2)));
  }

  #take(bytes: Buffer, at: number, end: number): void {
    const body = bodyAt(bytes, at);
    const opcode = bytes.readUInt8(at) & 15;
    if (opcode === TEXT) this.#to.text(bytes.subarray(body, end));
    else if (opcode === CLOSE) this.#to.close(end - body < 2 ? 1005 : bytes.readUInt16BE(body));
  }
}

function bodyAt(bytes: Buffer, at: number): number {
  const short = bytes.length < at + 2 ? 0 : bytes.readUInt8(at + 1);
  return at + (short < SHORT ? 2 : short < LONG ? 4 : 10);
}

/** A client's text frame, masked with zeros. */
export function toTextFrame(text: string): Buffer {
  return toFrame(TEXT, Buffer.from(text));
}

/** A pong that nobody asked for: the server takes it and says nothing. */
export const PONG = toFrame(0xa, Buffer.alloc(0));

function toFrame(opcode: number, body: Buffer): Buffer {
  const { length } = body;
  const extra = length < SHORT ? 0 : length < 65_536 ? 2 : 8;
  const head = Buffer.alloc(2 + extra + MASK_BYTES);
  head.writeUInt8(0x80 | opcode, 0);
  head.writeUInt8(0x80 | (extra === 0 ? length : extra === 2 ? SHORT : LONG), 1);
  if (extra === 2) head.writeUInt16BE(length, 2);
  if (extra === 8) head.writeBigUInt64BE(BigInt(length), 2);
  return Buffer.concat([head, body]);
}
