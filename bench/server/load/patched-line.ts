/** A line of dialect 2 that is made once; of each copy only its number and its time differ. */

const SEQ_DIGITS = 12;
const AT_DIGITS = 13;
const ZERO = 48;
const SPACE = 32;

export class PatchedLine {
  readonly #bytes: Buffer;
  readonly #seqEnd: number;
  /** `undefined`: nothing in it has a time of sending. */
  readonly #atEnd: number | undefined;

  /** @param fields without `type` and `seq`. @param isTimed whether it has an `at`, the time it is sent. */
  constructor(type: string, fields: object, isTimed: boolean) {
    const head = `{"type":"${type}","seq":${" ".repeat(SEQ_DIGITS)}`;
    const timed = isTimed ? `${head},"at":${" ".repeat(AT_DIGITS)}` : head;
    this.#seqEnd = head.length;
    this.#atEnd = isTimed ? timed.length : undefined;
    this.#bytes = Buffer.from(`${timed},${JSON.stringify(fields).slice(1)}\n`);
  }

  toBytes(seq: number, at: number): Buffer {
    const copy = Buffer.from(this.#bytes);
    writeNumber(copy, this.#seqEnd, SEQ_DIGITS, seq);
    if (this.#atEnd !== undefined) writeNumber(copy, this.#atEnd, AT_DIGITS, at);
    return copy;
  }
}

/** Right-aligned: JSON takes spaces before a number. */
function writeNumber(bytes: Buffer, end: number, digits: number, value: number): void {
  let rest = value;
  for (let index = end - 1; index >= end - digits; index -= 1) {
    bytes[index] = rest > 0 ? ZERO + (rest % 10) : SPACE;
    rest = Math.floor(rest / 10);
  }
}
