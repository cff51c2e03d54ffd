/** Each measurement in a short form: that it runs, does the work it counts and prints a row; never how long it takes. */

import { afterEach, expect, test, vi } from "vitest";
import type { Figure } from "../../figure.ts";
import { measure as measureDevices } from "../../server/devices.ts";
import { measure as measureLogs } from "../../server/logs.ts";
import { measure as measureValues } from "../../server/values.ts";
import { measure as measureWrites } from "../../server/writes.ts";
import { expectRows } from "../expect-rows.ts";

const SHORT = { seconds: 0.2, runs: 1, connections: 2, inFlight: 2 };
const MEASUREMENTS: readonly [string, () => Promise<readonly Figure[]>, number][] = [
  ["server-logs", () => measureLogs(SHORT), 5],
  ["server-values", () => measureValues({ ...SHORT, variables: 3 }), 4],
  ["server-writes", () => measureWrites({ seconds: 0.2, runs: 1, changes: 3, entries: 4_000 }), 3],
  ["server-devices", () => measureDevices({ devices: 6, seconds: 1 }), 4],
];

afterEach(() => {
  vi.restoreAllMocks();
});

test.each(MEASUREMENTS)("%s: does the work it counts and says what came of it", async (_, measure, rows) => {
  vi.spyOn(console, "log").mockImplementation(() => {});
  const figures = await measure();
  expectRows(figures, rows);
});

test("server-values misses no value that was acknowledged", async () => {
  vi.spyOn(console, "log").mockImplementation(() => {});
  const figures = await measureValues({ ...SHORT, variables: 3 });
  expect(figures.at(-1)).toMatchObject({ what: "values of one device that history lacks", met: true });
});
