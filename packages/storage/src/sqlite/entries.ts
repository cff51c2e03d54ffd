/** The counter that log entries, markers and changes of writes share. */

import type { DatabaseSync } from "node:sqlite";
import { prepare } from "./statement.ts";

export interface EntryCounter {
  /** The highest id given out. */
  readonly last: number;
  /** Gives out the next `count` ids and returns the first. Those of a request that is rolled back stay unused. */
  take(count: number): number;
  /** To be called between groups: sees to it that there are enough ids for the next. */
  reserve(): void;
  /** To be called when something was undone: perhaps a reservation was. */
  forget(): void;
  /** Gives back what is reserved and wasn't used. */
  close(): void;
}

/**
 * Ids are reserved by the block, so that giving them out writes nothing. After a crash the rest of a block is skipped,
 * and so no id is ever given out twice, whatever was dropped meanwhile.
 */
export function entryCounter(database: DatabaseSync, join: (database: DatabaseSync) => void): EntryCounter {
  const read = prepare<{ entry: number }>(database, "SELECT reserved_entry AS entry FROM data");
  const write = prepare(database, "UPDATE data SET reserved_entry = ?");
  let reserved = read.get()?.entry ?? 0;
  let last = reserved;
  return {
    get last() {
      return last;
    },
    take(count) {
      const first = last + 1;
      last += count;
      if (last > reserved) {
        join(database);
        reserved = last + BLOCK;
        write.run(reserved);
      }
      return first;
    },
    reserve() {
      if (reserved - last >= BLOCK / 2) return;
      write.run(last + BLOCK);
      reserved = last + BLOCK;
    },
    forget() {
      reserved = read.get()?.entry ?? 0;
    },
    close() {
      write.run(last);
    },
  };
}

/** Entries between two reservations: at 150,000 a second, some seconds. */
const BLOCK = 1_000_000;
