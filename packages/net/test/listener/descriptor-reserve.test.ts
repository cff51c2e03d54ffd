import { expect, it } from "vitest";
import { DescriptorReserve } from "../../src/listener/descriptor-reserve.ts";

/** A process with so many descriptors, some of them open for other things; counts the looks. */
function processWith(limit: number, others = 0) {
  const at = { others, connections: 0, looks: 0, nowMs: 0 };
  const look = () => {
    at.looks += 1;
    return { open: at.others + at.connections, limit };
  };
  return { at, look };
}

it("36: the reserve is touched when fewer are free, and not any more when there is room", () => {
  const { at, look } = processWith(100);
  const reserve = new DescriptorReserve(10, look);
  for (at.connections = 1; at.connections <= 90; at.connections += 1)
    expect(reserve.isTouched(at.connections, 0)).toBe(false);
  expect(reserve.isTouched(91, 0)).toBe(true);
  expect(reserve.isTouched(90, 0)).toBe(false);
});

it("36: looks are few far from the limit, and bounded near it, however many come", () => {
  const { at, look } = processWith(20_000);
  const reserve = new DescriptorReserve(32, look);
  for (at.connections = 0; at.connections < 5_000; at.connections += 1)
    reserve.isTouched(at.connections, at.connections / 100);
  expect(at.looks).toBeLessThanOrEqual(1);
  at.connections = 19_990;
  at.looks = 0;
  for (let attempt = 0; attempt < 100_000; attempt += 1) {
    at.nowMs = 2_000 + attempt / 100;
    expect(reserve.isTouched(at.connections, at.nowMs)).toBe(true);
  }
  expect(at.looks).toBeLessThanOrEqual(11);
});

it("36: what else the program opens and closes is seen within a second", () => {
  const { at, look } = processWith(100, 95);
  const reserve = new DescriptorReserve(10, look);
  expect(reserve.isTouched(0, 0)).toBe(true);
  at.others = 0;
  expect(reserve.isTouched(0, 1_000)).toBe(false);
  at.others = 95;
  expect(reserve.isTouched(0, 2_000)).toBe(true);
});

it("36: nothing is refused where the platform doesn't say, or none are to be kept", () => {
  expect(new DescriptorReserve(10, () => undefined).isTouched(1_000_000, 0)).toBe(false);
  const { at, look } = processWith(10, 10);
  expect(new DescriptorReserve(0, look).isTouched(10, 0)).toBe(false);
  expect(at.looks).toBe(0);
});
