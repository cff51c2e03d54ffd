import { SpecError, type ChildSpec, type SupervisorSpec } from "@wheelhouse/actors";
import { describe, expect, test } from "vitest";
import { checkChild, checkChildren, checkSupervisor } from "../../src/supervision/spec-checks.ts";
import { Probe } from "../support.ts";

const child = Probe.child({ label: "" }, { id: "x" });

function messageOf(check: () => void): string {
  try {
    check();
  } catch (error) {
    expect(error).toBeInstanceOf(SpecError);
    return (error as SpecError).message;
  }
  return "nothing wrong";
}

describe("a bad child is refused by field and value (23)", () => {
  test.each<[Record<string, unknown>, string]>([
    [{ id: "" }, 'expected id of child "" to be a text that isn\'t empty, got: ""'],
    [{ id: 5 }, "expected id of child 5 to be a text that isn't empty, got: 5"],
    [
      { process: undefined },
      'expected process of child "x" to be a definition with its arguments, got: undefined',
    ],
    [
      { restart: "sometimes" },
      'expected restart of child "x" to be "permanent" or "transient" or "temporary", got: "sometimes"',
    ],
    [
      { shutdown: -1 },
      'expected shutdown of child "x" to be "brutal" or milliseconds from 0 to Infinity, got: -1',
    ],
    [
      { shutdown: NaN },
      'expected shutdown of child "x" to be "brutal" or milliseconds from 0 to Infinity, got: NaN',
    ],
    [
      { shutdown: "gentle" },
      'expected shutdown of child "x" to be "brutal" or milliseconds from 0 to Infinity, got: "gentle"',
    ],
    [{ type: "boss" }, 'expected type of child "x" to be "worker" or "supervisor", got: "boss"'],
    [{ significant: 1 }, 'expected significant of child "x" to be true or false, got: 1'],
    [{ significant: true }, 'expected significant of child "x" to be false if it is permanent, got: true'],
  ])("%j", (wrong, message) => {
    expect(messageOf(() => checkChild({ ...child, ...wrong }, "any_significant"))).toBe(message);
  });

  test("one that is significant where nothing is (22)", () => {
    const spec: ChildSpec = { ...child, restart: "transient", significant: true };
    expect(messageOf(() => checkChild(spec, "never"))).toBe(
      'expected significant of child "x" to be false under a supervisor whose autoShutdown is "never", got: true',
    );
    expect(messageOf(() => checkChild(spec, "all_significant"))).toBe("nothing wrong");
  });

  test("the second of one id, and none that is right", () => {
    expect(messageOf(() => checkChildren("Top", [child, child], "never"))).toBe(
      'expected the children of Top to be of different ids, got: "x"',
    );
    expect(messageOf(() => checkChildren("Top", [child, { ...child, id: "y" }], "never"))).toBe(
      "nothing wrong",
    );
    for (const shutdown of [0, 5_000, Infinity, "brutal"] as const)
      expect(messageOf(() => checkChild({ ...child, shutdown }, "never"))).toBe("nothing wrong");
  });
});

describe("a bad supervisor is refused by field and value (23)", () => {
  test.each<[Record<string, unknown>, string]>([
    [
      { strategy: "one_for_none" },
      'expected strategy of Top to be "one_for_one" or "one_for_all" or "rest_for_one", got: "one_for_none"',
    ],
    [
      { autoShutdown: true },
      'expected autoShutdown of Top to be "never" or "any_significant" or "all_significant", got: true',
    ],
    [
      { intensity: { restarts: -1, withinMs: 1 } },
      "expected intensity.restarts of Top to be an integer from 0 on, got: -1",
    ],
    [
      { intensity: { restarts: 1.5, withinMs: 1 } },
      "expected intensity.restarts of Top to be an integer from 0 on, got: 1.5",
    ],
    [
      { intensity: { restarts: 1, withinMs: 0 } },
      "expected intensity.withinMs of Top to be milliseconds above 0, got: 0",
    ],
    [{ maxChildren: -1 }, "expected maxChildren of Top to be an integer from 0 on, or Infinity, got: -1"],
  ])("%j", (wrong, message) => {
    expect(messageOf(() => checkSupervisor("Top", wrong as Partial<SupervisorSpec>))).toBe(message);
  });

  test("and one that is right isn't", () => {
    const right = {
      strategy: "rest_for_one",
      intensity: { restarts: 0, withinMs: 1 },
      maxChildren: Infinity,
    };
    expect(messageOf(() => checkSupervisor("Top", right as Partial<SupervisorSpec>))).toBe("nothing wrong");
  });
});
