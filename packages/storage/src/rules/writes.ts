/** How a write begins, and what an update or a newer change makes of it. */

import {
  OPEN_WRITE_STATES,
  type NewChange,
  type Time,
  type WriteRecord,
  type WriteUpdate,
} from "../ports.ts";

/** Whether its state can still change. */
export function isOpen(write: WriteRecord): boolean {
  return OPEN_WRITE_STATES.includes(write.state);
}

/** The numbers that a new write gets. */
export type WriteNumbers = Pick<WriteRecord, "id" | "set" | "entry">;

/** What a change makes of one of its values. */
export function newWrite(
  { project, device, by, at, expiresAt }: NewChange,
  { name, from, value }: NewChange["values"][number],
  { id, set, entry }: WriteNumbers,
): WriteRecord {
  return {
    id,
    project,
    device,
    set,
    name,
    from,
    value,
    state: "pending",
    applied: null,
    reason: null,
    by,
    createdAt: at,
    updatedAt: at,
    expiresAt,
    entry,
  };
}

/** Whether it is open and its time is over. */
export function isOverdue(write: WriteRecord, at: Time): boolean {
  return isOpen(write) && write.expiresAt !== null && write.expiresAt <= at;
}

/** The update that ends a write whose time is over. */
export function toExpiry({ id }: Pick<WriteRecord, "id">, at: Time): WriteUpdate {
  return { id, state: "expired", at };
}

/** The open write after an update; `entry` is the entry id that the change takes. */
export function updateWrite(write: WriteRecord, update: WriteUpdate, entry: number): WriteRecord {
  return {
    ...write,
    state: update.state,
    applied: update.applied ?? write.applied,
    reason: update.reason ?? write.reason,
    updatedAt: update.at,
    entry,
  };
}

/** The open write after a newer one of its variable. */
export function replaceWrite(write: WriteRecord, at: Time, entry: number): WriteRecord {
  return { ...write, state: "replaced", updatedAt: at, entry };
}
