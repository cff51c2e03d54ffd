/** Log entries on their way to the disk. */

import { LOG_LEVELS, levelRank } from "@wheelhouse/protocol";
import type { NewLogEntry } from "../ports.ts";
import { fromFieldsText, toFieldsText } from "./values.ts";
import { LogPacker, unpackLogs, type LogBlock, type MakeOfLog } from "./log-blocks.ts";

/**
 * They are packed as they come, as they will be stored. They wait until what came before them is synced, and V8 copies
 * whatever lives so long: a text of sixteen entries is one thing to copy, instead of eighty.
 */
export class NewLogs {
  readonly #packer = new LogPacker();
  #length = 0;

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

  get blocks(): readonly LogBlock[] {
    return this.#packer.blocks;
  }

  /** The entries again, made anew each time. */
  unpack(): readonly NewLogEntry[] {
    return this.blocks.flatMap((block) => unpackLogs(block, toEntry));
  }
}

const toEntry: MakeOfLog<NewLogEntry> = (_, at, delay, level, message, fields) => ({
  at,
  receivedAt: at + delay,
  level: LOG_LEVELS[level] ?? "info",
  message,
  fields: fromFieldsText(fields),
});
