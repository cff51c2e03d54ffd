/** What stands for encryption: each piece is marked, so that plain bytes in its place are noticed. No secret is kept. */

const MARK = 0x17;
const HEADER_BYTES = 3;
/** Most bytes of one record (RFC 8446, 5.1). */
const RECORD_BYTES = 16_384;

/** One end's records, sealed for the other end and opened from it. */
export class Records {
  #parts: Buffer[] = [];
  #heldBytes = 0;
  /** So many must be held before it's worth a look. */
  #neededBytes = 1;

  seal(chunks: readonly Uint8Array[]): readonly Uint8Array[] {
    const plain = Buffer.concat(chunks);
    const sealed: Uint8Array[] = [];
    for (let from = 0; from < plain.length; from += RECORD_BYTES) {
      const piece = plain.subarray(from, from + RECORD_BYTES);
      sealed.push(toMessage(MARK, piece));
    }
    return sealed;
  }

  /** What the whole records among it say, together; `undefined` when it isn't records. */
  open(chunk: Buffer): Buffer | undefined {
    this.#parts.push(chunk);
    this.#heldBytes += chunk.length;
    if (this.#heldBytes < this.#neededBytes) return Buffer.alloc(0);
    return this.#openHeld(Buffer.concat(this.#parts));
  }

  #openHeld(held: Buffer): Buffer | undefined {
    const opened: Buffer[] = [];
    let rest = held;
    let message = fromMessage(rest);
    for (; typeof message === "object"; message = fromMessage(rest)) {
      if (message.mark !== MARK) return undefined;
      opened.push(message.body);
      ({ rest } = message);
    }
    if (message === "wrong") return undefined;
    this.#parts = [rest];
    this.#heldBytes = rest.length;
    this.#neededBytes = message;
    return Buffer.concat(opened);
  }
}

/** A mark, the length in two bytes, and the body. */
export function toMessage(mark: number, body: Uint8Array): Buffer {
  const header = Buffer.alloc(HEADER_BYTES);
  header.writeUInt8(mark);
  header.writeUInt16BE(body.length, 1);
  return Buffer.concat([header, body]);
}

export interface Message {
  readonly mark: number;
  readonly body: Buffer;
  readonly rest: Buffer;
}

/** How many bytes it takes, when there are too few; `wrong` as soon as the first one is no mark. */
export function fromMessage(bytes: Buffer): Message | "wrong" | number {
  const [mark = MARK] = bytes;
  if (mark < 0x15 || mark > MARK) return "wrong";
  if (bytes.length < HEADER_BYTES) return HEADER_BYTES;
  const end = HEADER_BYTES + bytes.readUInt16BE(1);
  if (bytes.length < end) return end;
  return { mark, body: bytes.subarray(HEADER_BYTES, end), rest: bytes.subarray(end) };
}
