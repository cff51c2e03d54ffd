import { positionAfter, type LiveMessage, type Position } from "@wheelhouse/api";
import { expect, test } from "vitest";

const at = (offset: number, epoch = "one"): Position => ({ epoch, offset });
const snapshot = (position: Position): LiveMessage => ({ type: "snapshot", id: 1, ...position });
const changes = (offset: number): LiveMessage => ({ type: "changes", id: 1, offset, dropped: 0 });

test.each<[string, Position | undefined, LiveMessage, Position | undefined]>([
  ["a first snapshot begins", undefined, snapshot(at(5)), at(5)],
  ["a snapshot of the same folder moves nothing", at(3), snapshot(at(5)), at(3)],
  ["a snapshot of another folder begins again", at(9), snapshot(at(5, "other")), at(5, "other")],
  ["changes go on", at(3), changes(7), at(7)],
  ["changes that were caught up with don't go back", at(9), changes(7), at(9)],
  ["changes before a snapshot say nothing", undefined, changes(7), undefined],
  ["a reload begins again", at(9), { type: "reload", id: 1 }, undefined],
  ["an error moves nothing", at(9), { type: "error", code: "internal", message: "no" }, at(9)],
])("%s", (_, before, message, after) => {
  expect(positionAfter(before, message)).toEqual(after);
});
