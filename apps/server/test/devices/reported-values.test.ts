/** What variables were reported last. */

import type { JsonValue } from "@wheelhouse/protocol";
import { expect, test } from "vitest";
import { ReportedValues } from "../../src/devices/reported-values.ts";

test.each<readonly [string, JsonValue]>([
  ["a number", 1.5],
  ["zero below zero", -0],
  ["a text", "NaN"],
  ["nothing", null],
  ["false", false],
  ["a list", [1, null]],
])("%s comes back as it was", (_, value) => {
  const values = new ReportedValues();
  values.set(2, value, 10, 12);
  expect(values.get(2)).toEqual({ value, at: 10, receivedAt: 12 });
  expect(values.get(0)).toBeNull();
  expect(values.get(3)).toBeNull();
});

test("what is forgotten is as if it never was, and its neighbours stay", () => {
  const values = new ReportedValues();
  for (const place of [0, 1, 2]) values.set(place, place === 1 ? "one" : place, 1, 1);
  values.forget(0);
  values.forget(1);
  expect([0, 1, 2].map((place) => values.get(place)?.value)).toEqual([undefined, undefined, 2]);
  values.set(1, 5, 2, 3);
  expect(values.get(1)).toEqual({ value: 5, at: 2, receivedAt: 3 });
});

test("the newest stands, of whatever kind the one before was", () => {
  const values = new ReportedValues();
  for (const value of ["one", 2, null, 3]) {
    values.set(0, value, 1, 1);
    expect(values.get(0)?.value).toBe(value);
  }
});
