import { expect, test } from "vitest";
import { Clock } from "../../src/runtime/clock.ts";
import { ManualEnvironment } from "./manual-environment.ts";

test("a look at the clock serves once more, to who may be a little late", () => {
  const environment = new ManualEnvironment();
  environment.msPerLook = 1;
  const clock = new Clock(environment);
  expect([clock.now(), clock.recent(), clock.recent(), clock.now(), clock.now(), clock.recent()]).toEqual([
    1, 1, 2, 3, 4, 4,
  ]);
});
