/** Which samples of a long history are shown. */

import { jsonEqual, type JsonValue, type KindName } from "@wheelhouse/protocol";
import type { Time } from "../ports.ts";

export type Point<Value extends JsonValue = JsonValue> = readonly [at: Time, value: Value];

/** How many samples there are, and the time they span. */
interface Extent {
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
export function thinNumbers(samples: readonly Point<number>[], points: number): readonly Point<number>[] {
  return thinChunks([toChunk(samples)], -Infinity, Infinity, points);
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

/** Samples of one variable that are stored together, with what can be told without reading them. */
export interface Chunk {
  readonly from: Time;
  readonly to: Time;
  readonly count: number;
  /** How many of them are numbers. */
  readonly numbers: number;
  /** Of the numbers, the earliest that is the lowest, and the highest. */
  readonly lowest: Point<number> | null;
  readonly highest: Point<number> | null;
  /** The samples by `at`, those of one time in order of storing. */
  read(): readonly Point[];
  /** The same, but numbers only: histories are long, and objects for all of them take most of the time. */
  visitNumbers(visit: (at: Time, value: number) => void): void;
}

/** Chunks that are read already. Takes samples in order of storing. */
export function toChunk(samples: readonly Point[]): Chunk {
  const sorted = samples.toSorted(byTime);
  const numbers = sorted.filter(isNumber);
  const bucket = numbers[0] === undefined ? undefined : newBucket(...numbers[0]);
  if (bucket !== undefined) for (const [at, value] of numbers) widen(bucket, at, value);
  return {
    from: sorted[0]?.[0] ?? 0,
    to: sorted.at(-1)?.[0] ?? 0,
    count: sorted.length,
    numbers: numbers.length,
    lowest: bucket === undefined ? null : [bucket.lowestAt, bucket.lowest],
    highest: bucket === undefined ? null : [bucket.highestAt, bucket.highest],
    read: () => sorted,
    visitNumbers(visit) {
      for (const [at, value] of numbers) visit(at, value);
    },
  };
}

/** What {@link thinNumbers} makes of all the numbers of chunks between two times; reads as few of them as it can. */
export function thinChunks(
  chunks: readonly Chunk[],
  from: Time,
  to: Time,
  points: number,
): readonly Point<number>[] {
  const clipped = chunks.flatMap((chunk) => clipToNumbers(chunk, from, to));
  const extent = extentOf(clipped);
  if (extent.count <= points) {
    return clipped.flatMap((chunk) => chunk.read() as readonly Point<number>[]).sort(byTime);
  }
  const bucketOf = toBuckets(extent, Math.max(1, Math.floor(points / 2)));
  const buckets: (Bucket | undefined)[] = [];
  const add = (at: Time, value: number): void => {
    const index = bucketOf(at);
    const bucket = buckets[index];
    if (bucket === undefined) buckets[index] = newBucket(at, value);
    else widen(bucket, at, value);
  };
  for (const chunk of clipped) {
    const isWhole = bucketOf(chunk.from) === bucketOf(chunk.to) && !isOfOneMoment(chunk);
    if (isWhole) for (const [at, value] of extremes(chunk)) add(at, value);
    else chunk.visitNumbers(add);
  }
  return buckets.flatMap((bucket) => (bucket === undefined ? [] : peaks(bucket)));
}

/** What {@link newestChanges} takes, from chunks in order of storing; reads no further back than is asked for. */
export function* newestFirst(chunks: readonly Chunk[], from: Time, to: Time): Iterable<Point> {
  const left = chunks
    .map((chunk, place) => ({ chunk, place }))
    .sort((one, other) => one.chunk.to - other.chunk.to);
  for (let last = left.pop(); last !== undefined; last = left.pop()) {
    // Those that overlap are sorted together: which of them was first is told by their order of storing.
    const together = [last];
    let earliest = last.chunk.from;
    for (let next = left.at(-1); next !== undefined && next.chunk.to >= earliest; next = left.at(-1)) {
      together.push(next);
      earliest = Math.min(earliest, next.chunk.from);
      left.pop();
    }
    const inOrder = together.sort((one, other) => one.place - other.place);
    const samples = inOrder.flatMap(({ chunk }) => chunk.read()).sort(byTime);
    for (const sample of samples.toReversed()) if (sample[0] >= from && sample[0] <= to) yield sample;
  }
}

const byTime = ([one]: Point, [other]: Point): number => one - other;

const isNumber = (sample: Point): sample is Point<number> => typeof sample[1] === "number";

/** A chunk as it is if all of it are numbers between the two times, else one of those that are. */
function clipToNumbers(chunk: Chunk, from: Time, to: Time): readonly Chunk[] {
  if (chunk.numbers === 0) return [];
  if (chunk.numbers === chunk.count && chunk.from >= from && chunk.to <= to) return [chunk];
  const inside = chunk.read().filter((sample) => isNumber(sample) && sample[0] >= from && sample[0] <= to);
  return inside.length === 0 ? [] : [toChunk(inside)];
}

function extentOf(chunks: readonly Chunk[]): Extent {
  return {
    count: chunks.reduce((sum, { count }) => sum + count, 0),
    first: chunks.reduce((first, chunk) => Math.min(first, chunk.from), Infinity),
    last: chunks.reduce((last, chunk) => Math.max(last, chunk.to), -Infinity),
  };
}

/** Which of the two came first is told by the samples alone then. */
function isOfOneMoment({ lowest, highest }: Chunk): boolean {
  return lowest?.[0] === highest?.[0] && lowest?.[1] !== highest?.[1];
}

function extremes({ lowest, highest }: Chunk): readonly Point<number>[] {
  return [lowest, highest].filter((sample) => sample !== null);
}

interface Bucket {
  lowest: number;
  lowestAt: Time;
  highest: number;
  highestAt: Time;
  /** Whether the highest came after the lowest; of one moment, their times don't tell. */
  endsHigh: boolean;
}

function newBucket(at: Time, value: number): Bucket {
  return { lowest: value, lowestAt: at, highest: value, highestAt: at, endsHigh: false };
}

function toBuckets({ first, last }: Extent, count: number): (at: Time) => number {
  const span = Math.max(last - first, 1);
  return (at) => Math.min(count - 1, Math.floor(((at - first) / span) * count));
}

/** Of equal ones the earliest counts, whatever the order they come in. Those of one moment come in order of storing. */
function widen(bucket: Bucket, at: Time, value: number): void {
  if (value < bucket.lowest || (value === bucket.lowest && at < bucket.lowestAt)) {
    bucket.lowest = value;
    bucket.lowestAt = at;
    bucket.endsHigh = at < bucket.highestAt;
  }
  if (value > bucket.highest || (value === bucket.highest && at < bucket.highestAt)) {
    bucket.highest = value;
    bucket.highestAt = at;
    bucket.endsHigh = at >= bucket.lowestAt;
  }
}

function peaks({ lowest, lowestAt, highest, highestAt, endsHigh }: Bucket): readonly Point<number>[] {
  const low: Point<number> = [lowestAt, lowest];
  const high: Point<number> = [highestAt, highest];
  if (lowestAt === highestAt && lowest === highest) return [low];
  return endsHigh ? [low, high] : [high, low];
}
