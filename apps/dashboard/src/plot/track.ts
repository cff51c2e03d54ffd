/** The points of one plotted variable: what was stored, then what came live. Without clock or network. */

/** Time and value. Times rise. */
export type Point = readonly [atMs: number, value: number];

/** How many points that are too old may pile up before they are dropped, so that not each new one moves all others. */
const DROP_AT_ONCE = 256;

/**
 * Adds a live point to the list itself. One that isn't newer than the last is not a step forward in time and takes
 * the last one's place. Points that were over before `keepFromMs` go in time.
 */
export function addPoint(points: Point[], [at, value]: Point, keepFromMs: number): void {
  const last = points.at(-1);
  if (last !== undefined && at <= last[0]) points[points.length - 1] = [last[0], value];
  else points.push([at, value]);
  const firstKept = points[DROP_AT_ONCE];
  if (firstKept !== undefined && firstKept[0] < keepFromMs) points.splice(0, DROP_AT_ONCE);
}

/** What was stored replaces everything up to its last point; live points after it stay. A new list. */
export function addHistory(points: readonly Point[], stored: readonly Point[]): Point[] {
  const end = stored.at(-1)?.[0] ?? -1;
  return [...stored, ...points.filter(([at]) => at > end)];
}

/** The points from that time on, and the one before, whose value still held then. */
export function dropBefore(points: readonly Point[], fromMs: number): readonly Point[] {
  const first = points.findIndex(([at]) => at >= fromMs);
  if (first === -1) return points.slice(-1);
  return first <= 1 ? points : points.slice(first - 1);
}

/** Times, then for each track its value at each time. `null` before its first point. */
export type Columns = [number[], ...(number | null)[][]];

/** Puts tracks on one row of times: a value holds until the next one, up to `toMs`. */
export function alignTracks(tracks: readonly (readonly Point[])[], fromMs: number, toMs: number): Columns {
  const shown = tracks.map((points) => dropBefore(points, fromMs));
  const times = new Set([fromMs, toMs]);
  for (const points of shown) {
    for (const [at] of points) if (at > fromMs && at < toMs) times.add(at);
  }
  const row = [...times].sort((left, right) => left - right);
  return [row, ...shown.map((points) => holdValues(points, row))];
}

function holdValues(points: readonly Point[], times: readonly number[]): (number | null)[] {
  let next = 0;
  let value: number | null = null;
  return times.map((time) => {
    for (let point = points[next]; point !== undefined && point[0] <= time; point = points[next]) {
      value = point[1];
      next += 1;
    }
    return value;
  });
}
