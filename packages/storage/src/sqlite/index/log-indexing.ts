/** Adding log entries to an index. Everything here runs inside one transaction of the indexer. */

import type { DatabaseSync } from "node:sqlite";
import type { Time } from "../../ports.ts";
import { FIRST_NOTE } from "../log-search.ts";
import type { LogRow } from "../segments/log-blocks.ts";
import { prepare } from "../statement.ts";
import { GROUP_SIZE } from "./read-index.ts";
import { toIndexedText } from "./text-query.ts";

/** Entries of which the index knows only the times between which they are. */
const BLOCK_SIZE = 1_024;
/** Entries of others that a device's range may span: looking at them costs less than another range. */
const MOST_OTHERS = 32;

interface Range {
  readonly first: number;
  last: number;
}

interface Block extends Range {
  min: Time;
  max: Time;
  count: number;
}

/** Gives the function that adds entries, by rising id. */
export function logIndexing(index: DatabaseSync): (logs: readonly LogRow[]) => void {
  const addText = prepare(index, "INSERT INTO texts (rowid, messages) VALUES (?, ?)");
  const addNote = prepare(index, "INSERT INTO notes (id, device, level) VALUES (?, ?, ?)");
  const addDeviceRange = prepare(
    index,
    "INSERT INTO device_ranges (device, first_id, last_id) VALUES (?, ?, ?)",
  );
  const widenSession = prepare(
    index,
    `INSERT INTO session_ranges (session, first_id, last_id) VALUES (?, ?, ?)
     ON CONFLICT (session) DO UPDATE SET last_id = excluded.last_id`,
  );
  const saveBlock = prepare(
    index,
    "INSERT OR REPLACE INTO blocks (first_id, last_id, min_at, max_at) VALUES (?, ?, ?, ?)",
  );

  function addTexts(logs: readonly LogRow[]): void {
    let first = 0;
    for (let next = 1; next <= logs.length; next += 1) {
      if (groupOf(logs[next]) === groupOf(logs[first])) continue;
      const group = logs.slice(first, next);
      addText.run(group[0]?.id ?? 0, group.map(({ message }) => toIndexedText(message)).join("\n"));
      first = next;
    }
  }

  function addRanges(logs: readonly LogRow[]): void {
    const ofDevices = new Map<number, Range>();
    const ofSessions = new Map<number, Range>();
    for (const { id, device, session } of logs) {
      const range = ofDevices.get(device);
      if (range === undefined || id - range.last > MOST_OTHERS) {
        if (range !== undefined) addDeviceRange.run(device, range.first, range.last);
        ofDevices.set(device, { first: id, last: id });
      } else {
        range.last = id;
      }
      if (session === null) continue;
      const run = ofSessions.get(session);
      if (run === undefined) ofSessions.set(session, { first: id, last: id });
      else run.last = id;
    }
    for (const [device, { first, last }] of ofDevices) addDeviceRange.run(device, first, last);
    for (const [session, { first, last }] of ofSessions) widenSession.run(session, first, last);
  }

  function addBlocks(logs: readonly LogRow[]): void {
    let block: Block | undefined;
    const save = () => {
      if (block !== undefined) saveBlock.run(block.first, block.last, block.min, block.max);
    };
    for (const { id, at } of logs) {
      if (block === undefined || block.count === BLOCK_SIZE) {
        save();
        block = { first: id, last: id, min: at, max: at, count: 0 };
      }
      block.last = id;
      block.min = Math.min(block.min, at);
      block.max = Math.max(block.max, at);
      block.count += 1;
    }
    save();
  }

  return (logs) => {
    addTexts(logs);
    addRanges(logs);
    addBlocks(logs);
    for (const { id, device, level } of logs) if (level >= FIRST_NOTE) addNote.run(id, device, level);
  };
}

function groupOf(log: LogRow | undefined): number {
  return log === undefined ? -1 : Math.floor(log.id / GROUP_SIZE);
}
