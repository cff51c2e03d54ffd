/** The calls that only read; they run in the reader thread, each on one snapshot of the data. */

import type { DatabaseSync } from "node:sqlite";
import type { DeviceAddress, DeviceState, LogQuery, PageQuery, StoredEntries } from "../ports.ts";
import { accountReading } from "./accounts.ts";
import { deviceReading } from "./devices.ts";
import { entryReading } from "./entries.ts";
import { historyReading } from "./history.ts";
import { logReading } from "./logs.ts";
import { writeReading } from "./writes.ts";

export type ReaderCalls = ReturnType<typeof readerCalls>;

export function readerCalls(database: DatabaseSync) {
  const devices = deviceReading(database);
  const logs = logReading(database);
  const writes = writeReading(database);
  return {
    ...accountReading(database),
    ...historyReading(database),
    ...entryReading(database),
    devices: (project: string) => devices.devices(project),
    logs: (query: LogQuery) => logs.logs(query),
    writes: (query: PageQuery) => writes.writes(query),
    deviceState(address: DeviceAddress): DeviceState | undefined {
      const record = devices.device(address);
      if (record === undefined) return undefined;
      return { record, variables: devices.variables(address), writes: writes.newestAndOpen(address) };
    },
    entriesAfter(project: string, entry: number, limit: number): StoredEntries | undefined {
      const stored = {
        logs: logs.logsAfter(project, entry, limit + 1),
        writes: writes.writesAfter(project, entry, limit + 1),
      };
      return stored.logs.length + stored.writes.length > limit ? undefined : stored;
    },
  };
}
