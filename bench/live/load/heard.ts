/** What one page has heard: which log entries, how many changes of the probe, and in the end the newest values. Pure. */

import type { Changes } from "@wheelhouse/api";

/** What a change of the probe looks like in a message: its name before the time and the number. */
export const PROBE = "probe";
const PROBE_MARK = Buffer.from(`"${PROBE}":[`);
const LOGS_MARK = Buffer.from('"logs":[');
/** What follows the log entries, where there is any. */
const WRITES_MARK = Buffer.from('],"writes":[');
const ID_MARK = Buffer.from('{"id":');
const NOTHING_DROPPED = Buffer.from('"dropped":0}');
const [ZERO, NINE, COMMA] = [48, 57, 44];

/** The message as an object; one that many pages were sent is parsed once. */
export type Parse = (text: string) => Partial<Omit<Changes, "type">>;

export class Heard {
  messages = 0;
  bytes = 0;
  /** Log entries that the server says it left out. */
  dropped = 0;
  /** Entries that came more than once. */
  doubled = 0;
  /** Since when entries count: where the page joined. */
  offset = 0;
  /** The newest change of the probe. */
  probe = 0;
  /** While true each message is parsed, and its values are kept. */
  keepsValues = false;
  readonly values = new Map<string, unknown>();
  /** One bit for each entry after the page joined. */
  #logs = new Uint8Array(1_024);

  /** Takes a `changes` message. Searched rather than parsed: a thousand pages hear thirty a second. */
  take(bytes: Buffer, parse: Parse): void {
    this.messages += 1;
    this.bytes += bytes.length;
    const probe = bytes.indexOf(PROBE_MARK);
    if (probe >= 0) this.probe = Math.max(this.probe, this.#probeAt(bytes, probe + PROBE_MARK.length));
    const logs = bytes.indexOf(LOGS_MARK);
    if (logs >= 0) this.#takeLogs(bytes, logs, bytes.indexOf(WRITES_MARK, logs));
    const isWhole = bytes.subarray(-NOTHING_DROPPED.length).equals(NOTHING_DROPPED);
    if (isWhole && !this.keepsValues) return;
    const message = parse(bytes.toString("utf8"));
    this.dropped += message.dropped ?? 0;
    if (this.keepsValues) this.#keep(message);
  }

  hasLog(id: number): boolean {
    const bit = id - this.offset;
    return ((this.#logs[bit >> 3] ?? 0) & (1 << (bit & 7))) !== 0;
  }

  /** `[time,number]` */
  #probeAt(bytes: Buffer, at: number): number {
    return readDigits(bytes, bytes.indexOf(COMMA, at) + 1);
  }

  #takeLogs(bytes: Buffer, from: number, end: number): void {
    const logs = bytes.subarray(from, end < 0 ? bytes.length : end);
    for (let at = logs.indexOf(ID_MARK); at >= 0; at = logs.indexOf(ID_MARK, at + 1))
      this.#note(readDigits(logs, at + ID_MARK.length));
  }

  #note(id: number): void {
    const bit = id - this.offset;
    if (bit <= 0) return;
    if (this.hasLog(id)) this.doubled += 1;
    if (bit >> 3 >= this.#logs.length) {
      const more = new Uint8Array(2 * (bit >> 3));
      more.set(this.#logs);
      this.#logs = more;
    }
    this.#logs[bit >> 3] = (this.#logs[bit >> 3] ?? 0) | (1 << (bit & 7));
  }

  #keep({ values = {} }: ReturnType<Parse>): void {
    for (const [device, named] of Object.entries(values))
      for (const [name, [, value]] of Object.entries(named)) this.values.set(`${device} ${name}`, value);
  }
}

/** 0 where there is no number: other entities have ids that are texts. */
function readDigits(bytes: Buffer, from: number): number {
  let number = 0;
  for (let at = from; at < bytes.length; at += 1) {
    const digit = bytes[at] ?? 0;
    if (digit < ZERO || digit > NINE) break;
    number = number * 10 + (digit - ZERO);
  }
  return number;
}
