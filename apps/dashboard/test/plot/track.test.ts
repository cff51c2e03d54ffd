import { describe, expect, test } from "vitest";
import { addHistory, addPoint, alignTracks, dropBefore, type Point } from "../../src/plot/track.ts";

const points: readonly Point[] = [
  [10, 1],
  [20, 2],
  [30, 3],
];

test("the point before the window stays, for its value still held when the window began", () => {
  expect(dropBefore(points, 25)).toEqual([
    [20, 2],
    [30, 3],
  ]);
  expect(dropBefore(points, 99)).toEqual([[30, 3]]);
  expect(dropBefore(points, 0)).toBe(points);
  expect(dropBefore([], 0)).toEqual([]);
});

test("times never go back, whatever a device's clock says", () => {
  const track = [...points];
  addPoint(track, [25, 9], 0);
  addPoint(track, [40, 4], 0);
  expect(track).toEqual([
    [10, 1],
    [20, 2],
    [30, 9],
    [40, 4],
  ]);
});

test("a track that runs for long stays bounded, and keeps the value that held when its window began", () => {
  const track: Point[] = [];
  for (let at = 1; at <= 10_000; at += 1) addPoint(track, [at, at], at - 100);
  expect(track.length).toBeLessThan(600);
  expect(track[0]?.[0]).toBeLessThan(9_900);
  expect(track.at(-1)).toEqual([10_000, 10_000]);
});

test("history replaces what it covers, and live points after it stay", () => {
  const stored: readonly Point[] = [
    [5, 0],
    [15, 1.5],
    [25, 2.5],
  ];
  expect(addHistory(points, stored)).toEqual([...stored, [30, 3]]);
  expect(addHistory(points, [])).toEqual(points);
});

describe("aligned", () => {
  test("each track holds its value until its next point, up to the present", () => {
    const other: readonly Point[] = [[22, 7]];
    expect(alignTracks([points, other], 15, 40)).toEqual([
      [15, 20, 22, 30, 40],
      [1, 2, 2, 3, 3],
      [null, null, 7, 7, 7],
    ]);
  });

  test("a track without points is empty rather than zero", () => {
    expect(alignTracks([[]], 0, 10)).toEqual([
      [0, 10],
      [null, null],
    ]);
  });
});
