/** A message that one page or many are sent: encoded and framed (RFC 6455, 5.2) once, however many it goes to. Pure. */

const FINAL_TEXT = 0x81;
/** Lengths beyond these need 2 and 8 bytes of their own. */
const MOST_SHORT = 125;
const MOST_MEDIUM = 65_535;

export class Message {
  readonly text: string;
  /** The whole of it as a server sends it. Shared by all sockets: nobody may change it. */
  readonly frame: Buffer;

  constructor(text: string) {
    this.text = text;
    this.frame = toTextFrame(text);
  }
}

function toTextFrame(text: string): Buffer {
  const length = Buffer.byteLength(text);
  const head = headOf(length);
  const frame = Buffer.allocUnsafe(head.length + length);
  head.copy(frame);
  frame.write(text, head.length);
  return frame;
}

function headOf(length: number): Buffer {
  if (length <= MOST_SHORT) return Buffer.from([FINAL_TEXT, length]);
  if (length <= MOST_MEDIUM) return Buffer.from([FINAL_TEXT, 126, length >> 8, length & 255]);
  const head = Buffer.alloc(10);
  head.writeUInt16BE((FINAL_TEXT << 8) | 127);
  head.writeBigUInt64BE(BigInt(length), 2);
  return head;
}
