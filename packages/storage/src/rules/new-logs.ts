/** Log entries on their way to the disk. */

import { LOG_LEVELS, levelRank } from "@wheelhouse/protocol";
import type { NewLogEntry } from "../ports.ts";
import { fromFieldsText, toFieldsText } from "./values.ts";
import { LogPacker, unpackLogs, type LogBlock, type MakeOfLog } from "./log-blocks.ts";
import { packBlocks, unpackBlocks, type PackedBlocks, type PlainLogs } from "./packed-logs.ts";
import { PIECE_BYTES, giveBack } from "./shared-texts.ts";

/**
 * They are packed as they come, as they will be stored. They wait until what came before them is synced, and V8 copies
 * whatever lives so long: where they are many, their texts wait outside of its heap, in memory that `free` gives to others.
 */
export class NewLogs {
  readonly #plain: (LogBlock | PackedBlocks)[] = [];
  #blocks: LogBlock[] = [];
  #letters = 0;
  readonly #packer = new LogPacker((block) => this.#take(block));
  #length = 0;
  #isFree = false;

  static of(entries: Iterable<NewLogEntry>): NewLogs {
    const logs = new NewLogs();
    for (const entry of entries) logs.add(entry);
    return logs;
  }

  get length(): number {
    return this.#length;
  }

  add({ at, receivedAt, level, message, fields }: NewLogEntry): void {
    this.#length += 1;
    this.#packer.add(at, receivedAt, levelRank(level), message, toFieldsText(fields));
  }

  /** All so far; what comes later begins a block of its own. @throws Error after `free` */
  get plain(): PlainLogs {
    if (this.#isFree) throw new Error("these log entries were freed when they were stored");
    this.#packer.flush();
    this.#settle(this.#blocks);
    return this.#plain;
  }

  /** The entries again, made anew each time. @throws Error after `free` */
  unpack(): readonly NewLogEntry[] {
    return unpackBlocks(this.plain).flatMap((block) => unpackLogs(block, toEntry));
  }

  /** To be called once they are stored and nobody reads them any more, if at all. */
  free(): void {
    this.#isFree = true;
    for (const part of this.#plain) if ("texts" in part) giveBack(part.texts);
    this.#plain.length = 0;
  }

  #take(block: LogBlock): void {
    const letters = block.entries.length;
    if (this.#blocks.length > 0 && this.#letters + letters > PIECE_BYTES)
      this.#settle(packBlocks(this.#blocks));
    this.#blocks.push(block);
    this.#letters += letters;
  }

  /** The blocks so far are in that form; others follow. */
  #settle(plain: PlainLogs): void {
    this.#plain.push(...plain);
    this.#blocks = [];
    this.#letters = 0;
  }
}

const toEntry: MakeOfLog<NewLogEntry> = (_, at, delay, level, message, fields) => ({
  at,
  receivedAt: at + delay,
  level: LOG_LEVELS[level] ?? "info",
  message,
  fields: fromFieldsText(fields),
});
