import { expect, test } from "vitest";
import { hasText, toLines, type Line } from "../../src/logs/lines.ts";
import { entry, marker } from "../live/fixtures.ts";

const show = (lines: readonly Line[]) => lines.map(({ type, id }) => `${type} ${id}`);

test("markers stand between the entries, in the order in which both were stored", () => {
  expect(show(toLines([entry(2), entry(5)], [marker(1), marker(3), marker(9)], 500))).toEqual([
    "marker 1",
    "entry 2",
    "marker 3",
    "entry 5",
    "marker 9",
  ]);
  expect(show(toLines([], [marker(3)], 500))).toEqual(["marker 3"]);
});

test("markers from before the oldest entry that there is room for aren't shown", () => {
  expect(show(toLines([entry(5), entry(6)], [marker(1), marker(7)], 2))).toEqual([
    "entry 5",
    "entry 6",
    "marker 7",
  ]);
});

test("a marker is found by its name, whatever the case of its letters", () => {
  const fits = hasText(" BOSS ");
  expect([marker(1, { name: "the boss" }), marker(2, { name: "release" })].map(fits)).toEqual([true, false]);
  expect(hasText("strasse")(marker(1, { name: "Straße" }))).toBe(true);
  expect(hasText("")(marker(1))).toBe(true);
});
