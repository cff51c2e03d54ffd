/** What a storage is busy with when it is killed. */

import type { SqliteOptions } from "../../src/sqlite/index.ts";

export type CrashMode = "ingest" | "rotation" | "indexing" | "retention";

interface ModeOptions {
  readonly options: Partial<SqliteOptions>;
  readonly maxBytes: number | null;
}

/** An empty segment has 131,072 bytes. */
const SMALL_SEGMENT = { segmentBytes: 160_000 };

export const CRASH_MODES: Readonly<Record<CrashMode, ModeOptions>> = {
  ingest: { options: {}, maxBytes: null },
  rotation: { options: SMALL_SEGMENT, maxBytes: null },
  indexing: { options: { ...SMALL_SEGMENT, indexDelayMs: 0 }, maxBytes: null },
  retention: { options: { ...SMALL_SEGMENT, indexDelayMs: 0 }, maxBytes: 1_000_000 },
};
