/** What is dropped, what is lost, and how much there is. */

import type { Time } from "./time.ts";

/** What retention dropped, and what it came upon for the first time. */
export interface Dropped extends Losses {
  readonly segments: number;
  readonly bytes: number;
}

/** What is lost though nobody dropped it. Files are named as they are in the folder. */
export interface Losses {
  /** Segments whose files are gone: what was in them isn't found any more. */
  readonly missing: readonly string[];
  /** Segments whose files are damaged: what touches the damage does without the file. It is left as it is. */
  readonly damaged: readonly string[];
  /** Indexes that were damaged: what they find is found more slowly until they are made anew. */
  readonly damagedIndexes: number;
}

export interface ProjectStatus {
  readonly project: string;
  readonly bytes: number;
  readonly segments: number;
  /** When the oldest of its log entries, markers and samples was received; null while there are none. */
  readonly oldestAt: Time | null;
}

export interface StorageStatus {
  /** Of all that is stored. */
  readonly bytes: number;
  readonly segments: number;
  readonly oldestAt: Time | null;
  /** Log entries and samples that are stored but not in the index yet; a search reads them one by one. */
  readonly indexLagEntries: number;
  readonly indexLagSamples: number;
  readonly projects: readonly ProjectStatus[];
}
