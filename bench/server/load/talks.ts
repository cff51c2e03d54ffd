/** What a load says in each protocol, made before it is sent, and how it counts what was acknowledged. */

import { once } from "node:events";
import type { Socket } from "node:net";
import type { PatchedLine } from "./patched-line.ts";

/** One connection's side of the conversation. */
export interface Talk {
  /** Resolves when batches may be sent. */
  open(socket: Socket): Promise<void>;
  /** The next batch as bytes. */
  next(): Buffer;
  /** How many batches more these bytes acknowledge. @throws Error at a refusal */
  hear(bytes: Buffer): number;
}

export interface LogEntry {
  readonly at: number;
  readonly level: string;
  readonly message: string;
}

/** Dialect 2 of the device port. */
export class WheelhouseTalk implements Talk {
  readonly #hello: string;
  readonly #lines: readonly PatchedLine[];
  #sent = 0;
  #acknowledged = 0;
  #rest = "";

  /** The lines are sent in turn. @param declaration said once, after the welcome. */
  constructor(key: string, device: string, lines: readonly PatchedLine[], declaration = "") {
    this.#hello = `${JSON.stringify({ type: "hello", protocol: 2, key, device })}\n${declaration}`;
    this.#lines = lines;
  }

  async open(socket: Socket): Promise<void> {
    socket.write(this.#hello);
    const [welcome] = (await once(socket, "data")) as [Buffer];
    if (!welcome.includes('"welcome"')) throw new Error(`expected a welcome, got: ${String(welcome)}`);
  }

  next(): Buffer {
    const line = this.#lines[this.#sent % this.#lines.length] as PatchedLine;
    this.#sent += 1;
    return line.toBytes(this.#sent, Date.now());
  }

  hear(bytes: Buffer): number {
    const before = this.#acknowledged;
    const lines = (this.#rest + bytes.toString("latin1")).split("\n");
    this.#rest = lines.pop() ?? "";
    for (const line of lines) {
      const message = JSON.parse(line) as { type: string; seq?: number };
      if (message.type === "ack") this.#acknowledged = message.seq ?? 0;
      else if (message.type === "error") throw new Error(`refused: ${line}`);
    }
    return this.#acknowledged - before;
  }
}

/** RESP 2: one `XADD` an entry, as many in one write as a batch has. */
export class RedisTalk implements Talk {
  readonly #batch: Buffer;
  readonly #replies: number;
  #heard = 0;

  constructor(stream: string, entries: readonly LogEntry[]) {
    const commands = entries.map(({ at, level, message }) =>
      toCommand(["XADD", stream, "*", "at", String(at), "level", level, "message", message]),
    );
    this.#batch = Buffer.from(commands.join(""));
    this.#replies = entries.length;
  }

  open(): Promise<void> {
    return Promise.resolve();
  }

  next(): Buffer {
    return this.#batch;
  }

  hear(bytes: Buffer): number {
    // Replies are ids such as `$15\r\n1764000000000-0\r\n`, so that only an error has a letter.
    if (bytes.includes("-ERR") || bytes.includes("-MISCONF")) throw new Error(`refused: ${String(bytes)}`);
    const before = Math.floor(this.#heard / this.#replies);
    for (let at = bytes.indexOf("$"); at >= 0; at = bytes.indexOf("$", at + 1)) this.#heard += 1;
    return Math.floor(this.#heard / this.#replies) - before;
  }
}

function toCommand(words: readonly string[]): string {
  const parts = words.map((word) => `$${Buffer.byteLength(word)}\r\n${word}\r\n`);
  return `*${words.length}\r\n${parts.join("")}`;
}

/** Version 3 of PostgreSQL's protocol: one prepared `INSERT` of many rows, bound and committed for each batch. */
export class PostgresTalk implements Talk {
  readonly #statement: string;
  readonly #batch: Buffer;
  #rest: Buffer = Buffer.alloc(0);

  constructor(device: string, entries: readonly LogEntry[]) {
    const rows = entries.map(
      (_, index) => `($${index * 4 + 1},$${index * 4 + 2},$${index * 4 + 3},$${index * 4 + 4})`,
    );
    this.#statement = `INSERT INTO entries (device, at, level, message) VALUES ${rows.join(",")}`;
    const values = entries.flatMap(({ at, level, message }) => [device, String(at), level, message]);
    this.#batch = Buffer.concat([toBind(values), toPacket("E", NUL, int32(0)), SYNC]);
  }

  async open(socket: Socket): Promise<void> {
    const startup = Buffer.from("user\0postgres\0database\0postgres\0\0");
    socket.write(Buffer.concat([int32(startup.length + 8), int32(PROTOCOL_3), startup]));
    await this.#ready(socket);
    socket.write(Buffer.concat([toPacket("P", text("insert"), text(this.#statement), int16(0)), SYNC]));
    await this.#ready(socket);
  }

  async #ready(socket: Socket): Promise<void> {
    for (let ready = 0; ready === 0;) ready = this.hear(((await once(socket, "data")) as [Buffer])[0]);
  }

  next(): Buffer {
    return this.#batch;
  }

  hear(bytes: Buffer): number {
    const all = this.#rest.length === 0 ? bytes : Buffer.concat([this.#rest, bytes]);
    let at = 0;
    let ready = 0;
    while (at + 5 <= all.length) {
      const end = at + 1 + all.readInt32BE(at + 1);
      if (end > all.length) break;
      if (all[at] === READY) ready += 1;
      if (all[at] === ERROR) throw new Error(`refused: ${all.toString("latin1", at, end)}`);
      at = end;
    }
    this.#rest = all.subarray(at);
    return ready;
  }
}

const PROTOCOL_3 = 196_608;
const READY = "Z".charCodeAt(0);
const ERROR = "E".charCodeAt(0);
const NUL = Buffer.from([0]);
const SYNC = toPacket("S");

function toBind(values: readonly string[]): Buffer {
  const parameters = values.flatMap((value) => [int32(Buffer.byteLength(value)), Buffer.from(value)]);
  return toPacket("B", NUL, text("insert"), int16(0), int16(values.length), ...parameters, int16(0));
}

function toPacket(type: string, ...parts: readonly Buffer[]): Buffer {
  const body = Buffer.concat(parts);
  return Buffer.concat([Buffer.from(type), int32(body.length + 4), body]);
}

function text(value: string): Buffer {
  return Buffer.from(`${value}\0`);
}

function int16(value: number): Buffer {
  const bytes = Buffer.alloc(2);
  bytes.writeInt16BE(value);
  return bytes;
}

function int32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeInt32BE(value);
  return bytes;
}
