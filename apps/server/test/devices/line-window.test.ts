import { WINDOW_LINES } from "@wheelhouse/protocol";
import { expect, test } from "vitest";
import { LineWindow, WINDOW_BYTES } from "../../src/devices/line-window.ts";

test("short lines fill it by their number", () => {
  const window = new LineWindow();
  for (let line = 1; line < WINDOW_LINES; line += 1) expect(window.pass(100)).toBe(line);
  expect(window.hasRoom).toBe(true);
  expect(window.pass(100)).toBe(WINDOW_LINES);
  expect(window.hasRoom).toBe(false);
  window.storedUpTo(1);
  expect(window.hasRoom).toBe(true);
});

test("long lines fill it by their bytes, until they are stored", () => {
  const window = new LineWindow();
  const half = WINDOW_BYTES / 2;
  for (const bytes of [half, 10, half]) window.pass(bytes);
  expect(window.hasRoom).toBe(false);
  window.storedUpTo(2);
  expect(window.hasRoom).toBe(true);
  window.pass(half);
  expect(window.hasRoom).toBe(false);
});

test("it is empty once all are stored; an earlier line told later changes nothing", () => {
  const window = new LineWindow();
  expect(window.isEmpty).toBe(true);
  window.pass(1);
  window.pass(1);
  window.storedUpTo(2);
  window.storedUpTo(1);
  expect(window.isEmpty).toBe(true);
});
