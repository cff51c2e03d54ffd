/** What devices' variables are: shared by those that declare the same. */

import { describe, expect, test } from "vitest";
import { VariableShape, type VariableFacts } from "../../src/devices/variable-shape.ts";

function facts(name: string, more: Partial<VariableFacts> = {}): VariableFacts {
  return { declaration: { name, kind: "float", writable: true }, type: null, source: "declared", ...more };
}

const many = (count: number) => Array.from({ length: count }, (_, index) => facts(`v${index}`));

describe("a shape of few variables", () => {
  test("is the same for all devices that declare the same, in whatever steps they come to it", () => {
    const whole = VariableShape.of([facts("a"), facts("b")]);
    const stepwise = VariableShape.of([])
      .with(facts("a", { source: "stored" }))
      .with(facts("b"))
      .with(facts("a"));
    expect(stepwise).toBe(whole);
    expect(whole.with(facts("b", { type: "f32" }))).not.toBe(whole);
  });

  test("stays as it is when another is made of it, in which each variable keeps its place", () => {
    const before = VariableShape.of([facts("a"), facts("b")]);
    const after = before.with(facts("a", { source: "inferred" })).with(facts("c"));
    expect(before.get("a")?.source).toBe("declared");
    expect(before.placeOf("c")).toBeUndefined();
    expect(["a", "b", "c"].map((name) => after.placeOf(name))).toEqual([0, 1, 2]);
    expect(after.get("a")?.source).toBe("inferred");
  });
});

test("a shape of many is a device's own, and takes what comes without a copy", () => {
  const one = VariableShape.of(many(65));
  expect(VariableShape.of(many(65))).not.toBe(one);
  expect(one.with(facts("more"))).toBe(one);
  expect(one.placeOf("more")).toBe(65);
});

test("from few to many each variable keeps its place", () => {
  let shape = VariableShape.of([]);
  for (const one of many(200)) shape = shape.with(one);
  expect(shape.facts.map(({ declaration }) => declaration.name)).toEqual(
    many(200).map((one) => one.declaration.name),
  );
  expect(shape.placeOf("v199")).toBe(199);
});

test("a shape of few, long declarations isn't shared, and changes as others do", () => {
  const options = [
    facts("mode", {
      declaration: { name: "mode", kind: "enum", writable: true, options: ["x".repeat(20_000)] },
    }),
  ];
  const shape = VariableShape.of(options);
  expect(VariableShape.of(options)).not.toBe(shape);
  const after = shape.with(facts("speed"));
  expect(after.placeOf("speed")).toBe(1);
  expect(shape.placeOf("speed")).toBeUndefined();
});
