/** What a measurement prints: one row for each floor, with what was measured beside it and whether it is met. */

import { loadavg } from "node:os";

export interface Figure {
  readonly what: string;
  readonly ours: string;
  /** What it is compared with; `-` where the floor is absolute. */
  readonly peer: string;
  readonly ratio: string;
  readonly floor: string;
  /** `undefined` where the peer is absent. */
  readonly met: boolean | undefined;
}

/** How much is done, how often. */
export interface Size {
  readonly count: number;
  /** Of these, the median counts. */
  readonly runs: number;
}

const NO_PEER = "absent";

/** A floor for our own number, whatever the peer's. */
export function atLeast(what: string, ours: number, floor: number, unit: string): Figure {
  return {
    what,
    ours: formatCount(ours, unit),
    peer: "-",
    ratio: "-",
    floor: `≥ ${formatCount(floor, unit)}`,
    met: ours >= floor,
  };
}

/** A floor for how many times the peer's number ours is; the aim lies beyond it. */
export function atLeastTimes(
  what: string,
  ours: number,
  peer: number | undefined,
  floor: number,
  unit: string,
  aim?: number,
): Figure {
  return {
    what,
    ours: formatCount(ours, unit),
    ...compared(ours, peer, (value) => formatCount(value, unit)),
    floor: `≥ ${floor} ×${formatAim(aim)}`,
    met: peer === undefined ? undefined : ours / peer >= floor,
  };
}

/** A ceiling for our own number, whatever the peer's. */
export function atMost(what: string, ours: number, ceiling: number, unit: string, peer?: number): Figure {
  return {
    what,
    ours: formatSmall(ours, unit),
    ...(peer === undefined
      ? { peer: "-", ratio: "-" }
      : compared(ours, peer, (value) => formatSmall(value, unit))),
    floor: `≤ ${ceiling} ${unit}`,
    met: ours <= ceiling,
  };
}

/** A ceiling for how many times the peer's number ours is; the aim lies below it. */
export function atMostTimes(
  what: string,
  ours: number,
  peer: number | undefined,
  ceiling: number,
  unit: string,
  aim?: number,
): Figure {
  return {
    what,
    ours: formatSmall(ours, unit),
    ...compared(ours, peer, (value) => formatSmall(value, unit)),
    floor: `≤ ${ceiling} ×${formatAim(aim)}`,
    met: peer === undefined ? undefined : ours / peer <= ceiling,
  };
}

function compared(
  ours: number,
  peer: number | undefined,
  format: (value: number) => string,
): Pick<Figure, "peer" | "ratio"> {
  if (peer === undefined) return { peer: NO_PEER, ratio: "-" };
  return { peer: format(peer), ratio: `${(ours / peer).toFixed(2)} ×` };
}

function formatCount(value: number, unit: string): string {
  if (value < 1e3) return `${value.toFixed(0)} ${unit}`;
  return value < 1e6 ? `${(value / 1e3).toFixed(1)} k ${unit}` : `${(value / 1e6).toFixed(2)} M ${unit}`;
}

/** What is wished for beyond the floor. */
function formatAim(aim: number | undefined): string {
  return aim === undefined ? "" : ` (aim ${aim})`;
}

function formatSmall(value: number, unit: string): string {
  return `${value.toFixed(value < 10 && !Number.isInteger(value) ? 2 : 0)} ${unit}`;
}

/** The median of each measurement; they take turns, so that a machine that slows down slows them all. */
export async function medians<K extends string>(
  runs: number,
  measurements: Readonly<Record<K, () => Promise<number>>>,
): Promise<Readonly<Record<K, number>>> {
  const names = Object.keys(measurements) as K[];
  const taken = new Map<K, number[]>(names.map((name) => [name, []]));
  for (let run = 0; run < runs; run += 1)
    for (const name of names) taken.get(name)?.push(await measurements[name]());
  return Object.fromEntries(names.map((name) => [name, quantile(taken.get(name) ?? [], 0.5)])) as Record<
    K,
    number
  >;
}

export function quantile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
}

/** Of what `read` finds in each run; `undefined` where there were none. */
export function median<T>(runs: readonly T[], read: (run: T) => number): number;
export function median<T>(runs: readonly T[] | undefined, read: (run: T) => number): number | undefined;
export function median<T>(runs: readonly T[] | undefined, read: (run: T) => number): number | undefined {
  return runs === undefined ? undefined : quantile(runs.map(read), 0.5);
}

/** The rows as a table, with how busy the machine was: on one that does other work too, all figures are too low. */
export function printFigures(figures: readonly Figure[]): void {
  const heads = ["what", "ours", "peer", "ratio", "floor", "met"];
  const rows = figures.map(({ what, ours, peer, ratio, floor, met }) => [
    what,
    ours,
    peer,
    ratio,
    floor,
    met === undefined ? "-" : met ? "yes" : "NO",
  ]);
  const widths = heads.map((head, column) =>
    Math.max(head.length, ...rows.map((row) => row[column]?.length ?? 0)),
  );
  for (const row of [heads, widths.map((width) => "-".repeat(width)), ...rows])
    console.log(`| ${row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join(" | ")} |`);
  console.log(`load of the machine in the last minute: ${loadavg()[0]?.toFixed(1)}`);
}
