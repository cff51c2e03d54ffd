import { expect, test } from "vitest";
import type { LiveEvent } from "../../src/live/live-state.ts";
import { createLiveStore } from "../../src/live/live-store.ts";
import { variable } from "./fixtures.ts";

function setUp() {
  const frames: (() => void)[] = [];
  const store = createLiveStore((flush) => frames.push(flush));
  store.dispatch({ type: "open", device: "game" });
  const variables = { game: [variable("speed"), variable("lives")] };
  store.dispatch({
    type: "told",
    scope: "device",
    message: { type: "snapshot", id: 2, epoch: "one", offset: 0, variables },
  });
  frames.splice(0).forEach((flush) => flush());
  return { store, frames };
}

function speed(value: number): LiveEvent {
  const values = { game: { speed: [value, value] as [number, number] } };
  return {
    type: "told",
    scope: "device",
    message: { type: "changes", id: 2, offset: 0, dropped: 0, values },
  };
}

test("thirty changes between two frames are one call, with the newest value", () => {
  const { store, frames } = setUp();
  const heard: unknown[] = [];
  store.subscribe("variable:speed", () => heard.push(store.shown.variables.get("speed")?.reported?.value));
  for (let value = 1; value <= 30; value += 1) store.dispatch(speed(value));
  expect([heard, frames.length]).toEqual([[], 1]);
  frames.splice(0).forEach((flush) => flush());
  expect(heard).toEqual([30]);
});

test("who listens to another variable, or to the layout, hears nothing", () => {
  const { store, frames } = setUp();
  const heard: string[] = [];
  store.subscribe("variable:lives", () => heard.push("lives"));
  store.subscribe("layout", () => heard.push("layout"));
  const stop = store.subscribe("variable:speed", () => heard.push("speed"));
  store.dispatch(speed(2));
  frames.splice(0).forEach((flush) => flush());
  stop();
  store.dispatch(speed(3));
  frames.splice(0).forEach((flush) => flush());
  expect(heard).toEqual(["speed"]);
});

test("a watcher is told of every event, without waiting for a frame", () => {
  const { store } = setUp();
  const seen: string[] = [];
  const stop = store.watch(({ type }) => seen.push(type));
  store.dispatch(speed(1));
  store.dispatch(speed(2));
  stop();
  store.dispatch(speed(3));
  expect(seen).toEqual(["told", "told"]);
});
