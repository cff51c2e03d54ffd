/** How log entries are searched, and how a new one becomes a stored one. */

import { LOG_LEVELS, type LogLevel } from "@wheelhouse/protocol";
import type { DeviceAddress, DeviceBatch, LogEntryRecord } from "../ports.ts";

/** A level's place in their order, least first. */
export function levelRank(level: LogLevel): number {
  return LOG_LEVELS.indexOf(level);
}

/**
 * Text for comparing whatever the case of its letters. First to lower case and then to upper, because either
 * alone keeps letters apart that people take for the same (`ς` and `σ`, the Kelvin sign and `k`).
 */
export function foldCase(text: string): string {
  return text.toLowerCase().toUpperCase();
}

/** A batch's log entries as they are stored: one id after the other. */
export function toLogRecords(
  { project, device, session, logs }: DeviceAddress & Pick<DeviceBatch, "session" | "logs">,
  firstId: number,
): readonly LogEntryRecord[] {
  return logs.map(({ at, receivedAt, level, message, fields }, index) => ({
    id: firstId + index,
    project,
    device,
    session,
    at,
    receivedAt,
    level,
    message,
    fields,
  }));
}
