/** When a project's segments end: earlier where little of it is kept, since they are dropped as a whole. Pure. */

import type { Retention } from "../../ports.ts";

/** When a segment is full. */
export interface SegmentLimits {
  readonly maxBytes: number;
  /** Between the first and the last receipt. */
  readonly maxAgeMs: number;
}

/** Of what a project keeps, by size and by age, the part that one segment may have. */
const SHARE = 1 / 4;
/** However little is kept, so that it isn't scattered over more files than it is worth. */
const LEAST_BYTES = 1_048_576;
const LEAST_AGE_MS = 60_000;

/** Those of a project that keeps so much; `most` are those of one that keeps everything. */
export function limitsWithin(most: SegmentLimits, { maxBytes, maxAgeMs }: Retention): SegmentLimits {
  return {
    maxBytes: shareOf(maxBytes, LEAST_BYTES, most.maxBytes),
    maxAgeMs: shareOf(maxAgeMs, LEAST_AGE_MS, most.maxAgeMs),
  };
}

function shareOf(kept: number | null, least: number, most: number): number {
  return kept === null ? most : Math.min(Math.max(kept * SHARE, least), most);
}
