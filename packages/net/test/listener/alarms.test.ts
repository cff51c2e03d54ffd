import { expect, it } from "vitest";
import { Alarms } from "../../src/listener/alarms.ts";

it("35: an alarm is told at its threshold, and not again before it has cooled down", () => {
  const early = { connections: 2, coolDownMs: 100 };
  const late = { connections: 4, coolDownMs: 1_000 };
  const alarms = new Alarms([early, late]);
  expect(alarms.lowest).toBe(2);
  expect(alarms.due(1, 0)).toEqual([]);
  expect(alarms.due(2, 0)).toEqual([early]);
  expect(alarms.due(3, 99)).toEqual([]);
  expect(alarms.due(4, 99)).toEqual([late]);
  expect(alarms.due(4, 100)).toEqual([early]);
  expect(alarms.due(1, 5_000)).toEqual([]);
  expect(alarms.due(9, 5_000)).toEqual([early, late]);
});
