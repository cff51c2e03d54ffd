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

test("the newest stands, of whatever kind the one before was", () => {
  const values = new ReportedValues();
  for (const value of ["one", 2, null, 3]) {
    values.set(0, value, 1, 1);
    expect(values.get(0)?.value).toBe(value);
  }
});
