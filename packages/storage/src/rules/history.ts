/** Which samples of a long history are shown. */

import { jsonEqual, type JsonValue, type KindName } from "@wheelhouse/protocol";
import type { Time } from "../ports.ts";

export type Point<Value extends JsonValue = JsonValue> = readonly [at: Time, value: Value];

/** How many samples there are, and the time they span. */
export interface Extent {
  readonly count: number;
  readonly first: Time;
  readonly last: Time;
}

/** Whether a history of this kind is thinned by lowest and highest. */
export function isNumeric(kind: KindName): boolean {
  return kind === "integer" || kind === "float";
}

/**
 * All the samples while there are at most `points`, else the lowest and highest of each bucket of time, so that
 * no peak is lost. Takes and gives them oldest first.
 */
export function thinNumbers(
  samples: Iterable<Point<number>>,
  extent: Extent,
  points: number,
): readonly Point<number>[] {
  if (extent.count <= points) return [...samples];
  const thinned: Point<number>[] = [];
  const bucketOf = toBuckets(extent, Math.max(1, Math.floor(points / 2)));
  let bucket: Bucket | undefined;
  for (const sample of samples) {
    const index = bucketOf(sample[0]);
    if (bucket?.index === index) {
      widen(bucket, sample);
    } else {
      if (bucket !== undefined) thinned.push(...peaks(bucket));
      bucket = { index, lowest: sample, highest: sample, endsHigh: false };
    }
  }
  if (bucket !== undefined) thinned.push(...peaks(bucket));
  return thinned;
}

/** The newest `points` samples that differ from the one before. Takes them newest first, gives them oldest first. */
export function newestChanges(newestFirst: Iterable<Point>, points: number): readonly Point[] {
  const changes: Point[] = [];
  let newer: Point | undefined;
  for (const sample of newestFirst) {
    if (newer !== undefined && !jsonEqual(newer[1], sample[1])) changes.push(newer);
    if (changes.length >= points) return changes.toReversed();
    newer = sample;
  }
  if (newer !== undefined && changes.length < points) changes.push(newer);
  return changes.toReversed();
}

interface Bucket {
  readonly index: number;
  lowest: Point<number>;
  highest: Point<number>;
  /** Whether the highest came after the lowest; of one moment, their times don't tell. */
  endsHigh: boolean;
}

function toBuckets({ first, last }: Extent, count: number): (at: Time) => number {
  const span = Math.max(last - first, 1);
  return (at) => Math.min(count - 1, Math.floor(((at - first) / span) * count));
}

function widen(bucket: Bucket, sample: Point<number>): void {
  if (sample[1] < bucket.lowest[1]) {
    bucket.lowest = sample;
    bucket.endsHigh = false;
  }
  if (sample[1] > bucket.highest[1]) {
    bucket.highest = sample;
    bucket.endsHigh = true;
  }
}

function peaks({ lowest, highest, endsHigh }: Bucket): readonly Point<number>[] {
  if (lowest === highest) return [lowest];
  return endsHigh ? [lowest, highest] : [highest, lowest];
}
