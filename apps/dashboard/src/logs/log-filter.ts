/** Which log entries are shown. The server filters in the same way. Pure. */

import type { LogEntry } from "@wheelhouse/api";
import { toLogMatcher, type LogLevel } from "@wheelhouse/protocol";

export interface LogFilter {
  /** Entries below it are left out. */
  readonly level: LogLevel;
  readonly text: string;
}

export function matches({ level, text }: LogFilter): (entry: LogEntry) => boolean {
  return toLogMatcher({ level, text: text.trim() });
}

/** How many entries came after the one with that id. */
export function countAfter(entries: readonly LogEntry[], id: number): number {
  return entries.reduce((count, entry) => (entry.id > id ? count + 1 : count), 0);
}
