/** Which log entries a search finds: the same wherever it is done, in what is stored and in what comes live. */

import { levelRank, type LogLevel } from "./log-level.ts";

/** What of an entry is looked at. */
export interface SearchedEntry {
  readonly level: LogLevel;
  readonly message: string;
}

export interface LogSearch {
  /** This level and above; all of them unless given. */
  readonly level?: LogLevel | undefined;
  /** A part of the message, whatever the case of its letters. */
  readonly text?: string | undefined;
}

/** Tells the entries that a search finds. */
export function toLogMatcher({ level = "debug", text = "" }: LogSearch): (entry: SearchedEntry) => boolean {
  const least = levelRank(level);
  const hasText = toTextMatcher(text);
  return (entry) => levelRank(entry.level) >= least && hasText(entry.message);
}

/** Tells the texts that hold that one, whatever the case of their letters; all hold the empty one. */
export function toTextMatcher(part: string): (text: string) => boolean {
  const folded = foldCase(part);
  return folded === "" ? () => true : (text) => foldCase(text).includes(folded);
}

/**
 * Text for comparing whatever the case of its letters. First to lower case and then to upper, because either
 * alone keeps letters apart that people take for the same (`ς` and `σ`, the Kelvin sign and `k`).
 */
export function foldCase(text: string): string {
  return text.toLowerCase().toUpperCase();
}
