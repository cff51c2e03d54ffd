import { describe, expect, test } from "vitest";
import { groupVariables } from "../../src/variables/groups.ts";
import { toValueText } from "../../src/variables/value-text.ts";
import { toWriteText } from "../../src/variables/write-text.ts";
import { variable, write } from "../live/fixtures.ts";

describe("a write's chip", () => {
  const gravity = variable("gravity", { max: 20 });

  test("says when the device applied another value than was asked for", () => {
    const clamped = toWriteText(gravity, write(1, "gravity", { value: 25, state: "applied", applied: 20 }));
    expect(clamped).toMatchObject({ tone: "warn", text: "applied as 20" });
    expect(clamped.detail).toContain("asked for 25");
  });

  test("takes a value that is equal by kind for the one asked for", () => {
    const equal = toWriteText(gravity, write(1, "gravity", { value: 5, state: "applied", applied: "5.0" }));
    expect(equal).toMatchObject({ tone: "good", text: "applied" });
  });

  test("is of the past once the device has reported another value since", () => {
    const restarted = variable("gravity", { reported: { value: 9.8, at: 200 } });
    const past = toWriteText(restarted, write(1, "gravity", { value: 5, state: "applied", applied: 5 }));
    expect(past).toMatchObject({ tone: "past", text: "applied 5" });
    const earlier = variable("gravity", { reported: { value: 9.8, at: 50 } });
    const fresh = toWriteText(earlier, write(1, "gravity", { value: 5, state: "applied", applied: 5 }));
    expect(fresh).toMatchObject({ tone: "good", text: "applied" });
  });

  test("gives the reason of a rejection", () => {
    const rejected = toWriteText(gravity, write(1, "gravity", { state: "rejected", reason: "not now" }));
    expect(rejected).toMatchObject({ tone: "bad", text: "rejected: not now" });
  });

  test.each(["pending", "sent", "expired", "cancelled", "replaced"] as const)(
    "names the state %s",
    (state) => {
      expect(toWriteText(gravity, write(1, "gravity", { state })).text).toBe(state);
    },
  );
});

describe("a value in the table", () => {
  test.each([
    ["float", null, 2.34567, "2.346"],
    ["float", null, 3, "3"],
    ["float", 0.1, 3, "3.0"],
    ["float", null, 0.00001234, "0.00001234"],
    ["float", null, "soon", "soon"],
    ["integer", null, 1234567, "1234567"],
    ["vector", null, [1.25, 0, -3.50001], "1.25, 0, -3.5"],
    ["boolean", null, "1", "true"],
    ["json", null, { a: 1 }, '{"a":1}'],
  ] as const)("%s, step %o: %o is %s", (kind, step, value, text) => {
    expect(toValueText({ kind, step }, value)).toBe(text);
  });

  test("is never longer than a row can hold", () => {
    expect(toValueText({ kind: "string", step: null }, "x".repeat(500))).toHaveLength(120);
  });
});

describe("the table's groups", () => {
  const all = [
    variable("enemy.speed", { group: "Enemies" }),
    variable("lives"),
    variable("enemy.count", { group: "Enemies" }),
    variable("fog", { group: "World" }),
  ];
  const listed = (filter: string) =>
    groupVariables(all, filter).map(({ title, variables }) => [title, variables.map(({ name }) => name)]);

  test("come in the order of their first variable, after those without one", () => {
    expect(listed("")).toEqual([
      [undefined, ["lives"]],
      ["Enemies", ["enemy.speed", "enemy.count"]],
      ["World", ["fog"]],
    ]);
  });

  test("hold what has every word of the filter in its name or group", () => {
    expect(listed("ENEM spe")).toEqual([["Enemies", ["enemy.speed"]]]);
    expect(listed("world")).toEqual([["World", ["fog"]]]);
    expect(listed("nothing")).toEqual([]);
  });
});
