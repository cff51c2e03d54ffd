/** How a new log entry becomes a stored one. */

import type { DeviceAddress, DeviceBatch, LogEntryRecord } from "../ports.ts";

/** A batch's log entries as they are stored: one id after the other. */
export function toLogRecords(
  { project, device, session, logs }: DeviceAddress & Pick<DeviceBatch, "session" | "logs">,
  firstId: number,
): readonly LogEntryRecord[] {
  return logs.unpack().map(({ at, receivedAt, level, message, fields }, index) => ({
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
