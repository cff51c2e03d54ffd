import { TOPICS, type Changes, type Subscribe } from "@wheelhouse/api";
import fc from "fast-check";
import { afterEach, expect, test, vi } from "vitest";
import type { ProjectEvent } from "../../src/devices/protocol.ts";
import { Batch } from "../../src/live/batch.ts";
import { Owed } from "../../src/live/conflation.ts";
import { Subscription } from "../../src/live/subscription.ts";
import { device, log, marked, marker, stored, values, variable, write } from "./entities.ts";

function requestOf(rest: Partial<Subscribe> = {}): Subscribe {
  return { type: "subscribe", id: 7, project: "p", topics: [...TOPICS], ...rest };
}

const subscribed = (rest: Partial<Subscribe> = {}, offset = 10) => new Subscription(requestOf(rest), offset);
const batchOf = (...events: readonly ProjectEvent[]) => new Batch(events, 0);

afterEach(() => {
  vi.restoreAllMocks();
});

test("a hundred pages that ask for the same are sent one message, encoded once", () => {
  const pages = Array.from({ length: 100 }, () => subscribed());
  const stringify = vi.spyOn(JSON, "stringify");
  const batches = [batchOf(values({ speed: [1, 1] })), batchOf(stored([log(11)]), values({ speed: [2, 2] }))];
  for (const batch of batches) {
    const messages = new Set(pages.map((page) => page.takeWith(batch)));
    expect(messages.size).toBe(1);
    expect(new Set([...messages].map((message) => message?.frame)).size).toBe(1);
  }
  expect(stringify).toHaveBeenCalledTimes(batches.length);
});

test("pages whose topics stand in another order ask for the same; those with another device don't", () => {
  const batch = batchOf(values({ speed: [1, 1] }), values({ speed: [2, 2] }, "other"));
  const one = subscribed({ topics: ["logs", "variables"] }).takeWith(batch);
  expect(subscribed({ topics: ["variables", "logs"] }).takeWith(batch)).toBe(one);
  const other = subscribed({ topics: ["variables", "logs"], device: "other" }).takeWith(batch);
  expect(JSON.parse(other?.text ?? "")).toMatchObject({ values: { other: { speed: [2, 2] } } });
});

test("pages with ids and offsets of their own share all behind them", () => {
  const batch = batchOf(values({ speed: [1, 1] }));
  const stringify = vi.spyOn(JSON, "stringify");
  const texts = [1, 2, 3].map((id) => subscribed({ id }, 10 + id).takeWith(batch)?.text ?? "");
  expect(stringify.mock.calls.length).toBeLessThanOrEqual(4);
  const shared = { type: "changes", values: { game: { speed: [1, 1] } }, dropped: 0 };
  expect(texts.map((text) => JSON.parse(text) as unknown)).toEqual([
    { ...shared, id: 1, offset: 11 },
    { ...shared, id: 2, offset: 12 },
    { ...shared, id: 3, offset: 13 },
  ]);
});

test("a page that is owed something else is sent it together with the batch, and shares the next one", () => {
  const [late, inTime] = [subscribed(), subscribed()];
  const first = batchOf(values({ speed: [1, 1], lives: [1, 3] }));
  late.owe(first);
  inTime.takeWith(first);
  const second = batchOf(values({ speed: [2, 2] }));
  expect(JSON.parse(inTime.takeWith(second)?.text ?? "")).toMatchObject({
    values: { game: { speed: [2, 2] } },
  });
  const both = JSON.parse(late.takeWith(second)?.text ?? "") as Changes;
  expect(both.values).toEqual({ game: { speed: [2, 2], lives: [1, 3] } });
  const third = batchOf(values({ speed: [3, 3] }));
  expect(late.takeWith(third)).toBe(inTime.takeWith(third));
});

test("a page that knows one of a batch's entries isn't sent it again with the others'", () => {
  const batch = batchOf(stored([log(11), log(12)]));
  const ids = (page: Subscription) => {
    const { logs = [] } = JSON.parse(page.takeWith(batch)?.text ?? "{}") as Partial<Changes>;
    return logs.map(({ id }) => id);
  };
  expect(ids(subscribed({}, 10))).toEqual([11, 12]);
  expect(ids(subscribed({}, 11))).toEqual([12]);
  expect(ids(subscribed({}, 12))).toEqual([]);
});

test("what is nothing to a page isn't a message, but its offset goes on", () => {
  const page = subscribed({ topics: ["variables"] });
  expect(page.takeWith(batchOf(stored([log(14)])))).toBeUndefined();
  expect(JSON.parse(page.takeWith(batchOf(values({ speed: [1, 1] })))?.text ?? "")).toMatchObject({
    offset: 14,
  });
});

// Whatever happens, and whenever it is sent: with messages for many or without, a page is told the same.

const devices = fc.constantFrom("game", "other");
const ids = fc.integer({ min: 1, max: 30 });
const anyEvent: fc.Arbitrary<ProjectEvent> = fc.oneof(
  fc
    .tuple(fc.constantFrom("speed", "lives"), fc.nat(9), devices)
    .map(([name, value, from]) => values({ [name]: [value, value] }, from)),
  fc
    .tuple(fc.array(ids, { maxLength: 3 }), devices)
    .map(([all, from]) => stored(all.map((id) => log(id, from)))),
  fc.tuple(fc.nat(3), ids).map(([id, entry]) => stored([], [write(id, { entry })])),
  fc.tuple(ids, fc.constantFrom("game", "other", null)).map(([id, of]) => marked(marker(id, { device: of }))),
  devices.map((id): ProjectEvent => ({ type: "device", device: device(id) })),
  devices.map((of): ProjectEvent => ({ type: "declared", device: of, variables: [variable("speed")] })),
);
const anyStep = fc.record({
  does: fc.constantFrom("takeWith", "takeWith", "owe", "take", "catchUp"),
  events: fc.array(anyEvent, { maxLength: 4 }),
  missed: fc.uniqueArray(ids, { maxLength: 3 }),
});
const anyRequest = fc.record({
  device: fc.option(devices, { nil: undefined }),
  topics: fc.uniqueArray(fc.constantFrom(...TOPICS), { minLength: 1 }),
});

test("a page is told the same as one that shares nothing", () => {
  const runs = fc.property(
    anyRequest,
    fc.nat(20),
    fc.array(anyStep, { maxLength: 12 }),
    ({ device: of, topics }, offset, steps) => {
      const request = requestOf({ topics, ...(of === undefined ? {} : { device: of }) });
      const [page, alone] = [new Subscription(request, offset), new Owed(request, offset)];
      for (const { does, events, missed } of steps) {
        const batch = new Batch(events, 0);
        // Somebody else has it made before.
        new Subscription(request, 0).takeWith(batch);
        if (does === "catchUp") {
          const [entries, writes] = [missed.toSorted((a, b) => a - b), [write(1, { entry: 12 })]];
          const stored = { logs: entries.map((id) => log(id)), markers: [], writes };
          page.catchUp(stored);
          alone.catchUp(stored);
          continue;
        }
        if (does !== "take") for (const event of events) alone.add(event);
        if (does === "owe") {
          page.owe(batch);
          continue;
        }
        const told = does === "take" ? page.take() : page.takeWith(batch);
        const expected = alone.isEmpty ? undefined : JSON.stringify(alone.take());
        expect(told?.text).toBe(expected);
      }
    },
  );
  fc.assert(runs, { numRuns: 500 });
});
