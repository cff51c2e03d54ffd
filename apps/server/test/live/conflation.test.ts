import { TOPICS, serverMessage, type Changes, type Subscribe } from "@wheelhouse/api";
import { expect, test } from "vitest";
import { MAX_LOGS, MAX_MARKERS, Owed } from "../../src/live/conflation.ts";
import { device, log, marked, marker, stored, values, variable, write } from "./entities.ts";

function owedTo(request: Partial<Subscribe> = {}, offset = 10): Owed {
  return new Owed({ type: "subscribe", id: 7, project: "p", topics: [...TOPICS], ...request }, offset);
}

const ids = ({ logs = [] }: Changes) => logs.map(({ id }) => id);

test("nothing is owed at first, nor after it was taken", () => {
  const owed = owedTo();
  expect(owed.isEmpty).toBe(true);
  owed.add(values({ speed: [1, 1] }));
  expect(owed.isEmpty).toBe(false);
  owed.take();
  expect(owed.isEmpty).toBe(true);
  expect(owed.take()).toEqual({ type: "changes", id: 7, offset: 10, dropped: 0 });
});

test("of each variable of each device only the newest value is owed", () => {
  const owed = owedTo();
  owed.add(values({ speed: [1, 1], lives: [1, 3] }));
  owed.add(values({ speed: [2, 2] }));
  owed.add(values({ speed: [3, 9] }, "other"));
  owed.add(values({ speed: [4, 3] }));
  expect(owed.take().values).toEqual({
    game: { speed: [4, 3], lives: [1, 3] },
    other: { speed: [3, 9] },
  });
});

test("of each declaration and each device only the newest is owed", () => {
  const owed = owedTo();
  owed.add({ type: "declared", device: "game", variables: [variable("speed"), variable("lives")] });
  owed.add({ type: "declared", device: "game", variables: [variable("speed", { max: 9 })] });
  owed.add({ type: "device", device: device("game") });
  owed.add({ type: "device", device: device("game", { online: false }) });
  expect(owed.take()).toMatchObject({
    variables: { game: [{ name: "speed", max: 9 }, { name: "lives" }] },
    devices: [{ id: "game", online: false }],
  });
});

test("a value of before a declaration isn't owed beside it: it may be of another kind", () => {
  const owed = owedTo();
  owed.add(values({ speed: [1, 1], lives: [1, 3] }));
  owed.add({ type: "declared", device: "game", variables: [variable("speed", { kind: "string" })] });
  expect(owed.take()).toMatchObject({
    variables: { game: [{ name: "speed", kind: "string" }] },
    values: { game: { lives: [1, 3] } },
  });
  owed.add(values({ speed: [2, 2] }));
  owed.add({ type: "declared", device: "game", variables: [variable("speed")] });
  expect(owed.take().values).toBeUndefined();
  owed.add({ type: "declared", device: "game", variables: [variable("speed")] });
  owed.add(values({ speed: [3, 4] }));
  expect(owed.take().values).toEqual({ game: { speed: [3, 4] } });
});

test("log entries are owed in full and in order, up to a limit, and counted beyond it", () => {
  const owed = owedTo();
  const entries = Array.from({ length: MAX_LOGS + 5 }, (_, index) => log(11 + index));
  owed.add(stored(entries.slice(0, 3)));
  owed.add(stored(entries.slice(3)));
  const taken = owed.take();
  expect(ids(taken)).toEqual(entries.slice(0, MAX_LOGS).map(({ id }) => id));
  expect(taken).toMatchObject({ dropped: 5, offset: 10 + MAX_LOGS + 5 });
  owed.add(stored([log(2000)]));
  expect(owed.take()).toMatchObject({ dropped: 0, logs: [{ id: 2000 }] });
});

test("dropped entries are told of even when nothing else is new", () => {
  const owed = owedTo({ topics: ["logs"] });
  owed.add(stored(Array.from({ length: MAX_LOGS + 1 }, (_, index) => log(11 + index))));
  expect(owed.take().dropped).toBe(1);
});

test("log entries from before the snapshot aren't owed: the page asks for those", () => {
  const owed = owedTo({}, 10);
  owed.add(stored([log(9), log(10), log(11)]));
  expect(ids(owed.take())).toEqual([11]);
});

test("an entry that is told of late isn't taken for one that was sent", () => {
  const owed = owedTo();
  owed.add(stored([], [write(1, { entry: 14 })]));
  owed.add(stored([log(15, "other")]));
  expect(owed.take().offset).toBe(15);
  owed.add(stored([log(11), log(12), log(13)]));
  const late = owed.take();
  expect(ids(late)).toEqual([11, 12, 13]);
  expect(late.offset).toBe(15);
});

test("what a page caught up with isn't owed again by the events that were on their way", () => {
  const owed = owedTo({}, 10);
  owed.catchUp({ logs: [log(11), log(13)], markers: [], writes: [write(1, { entry: 12, state: "sent" })] });
  owed.add(stored([log(11)], [write(1, { entry: 12, state: "sent" })]));
  expect(owed.take()).toMatchObject({
    logs: [{ id: 11 }, { id: 13 }],
    writes: [{ id: 1, state: "sent" }],
    offset: 13,
  });
  owed.add(stored([log(13)], [write(1, { entry: 12, state: "sent" })]));
  expect(owed.isEmpty).toBe(true);
  owed.add(stored([log(14)], [write(1, { entry: 15, state: "applied" })]));
  expect(owed.take()).toMatchObject({
    logs: [{ id: 14 }],
    writes: [{ id: 1, state: "applied" }],
    offset: 15,
  });
});

test("markers are owed in full, those of the whole project also to who watches one device", () => {
  const owed = owedTo({ device: "game" }, 10);
  const everywhere = marker(12, { device: null, session: null, by: "ann@example.org" });
  owed.add(marked(marker(10)));
  owed.add(marked(marker(11)));
  owed.add(marked(everywhere));
  owed.add(marked(marker(13, { device: "other" })));
  const taken = owed.take();
  expect(taken.markers?.map(({ id, device, by }) => [id, device, by])).toEqual([
    [11, "game", null],
    [12, null, "ann@example.org"],
  ]);
  expect(taken.offset).toBe(12);
  expect(owed.isEmpty).toBe(true);
});

test("too many markers are counted as dropped, as log entries are", () => {
  const owed = owedTo({ topics: ["markers"] });
  owed.add(marked(...Array.from({ length: MAX_MARKERS + 2 }, (_, index) => marker(11 + index))));
  const taken = owed.take();
  expect(taken.markers).toHaveLength(MAX_MARKERS);
  expect(taken).toMatchObject({ dropped: 2, offset: 10 + MAX_MARKERS + 2 });
});

test("markers that a page caught up with aren't owed again", () => {
  const owed = owedTo({}, 10);
  owed.catchUp({ logs: [log(11)], markers: [marker(12), marker(13, { device: null })], writes: [] });
  owed.add(marked(marker(12)));
  expect(owed.take()).toMatchObject({ logs: [{ id: 11 }], markers: [{ id: 12 }, { id: 13 }], offset: 13 });
  owed.add(marked(marker(13, { device: null })));
  expect(owed.isEmpty).toBe(true);
  owed.add(marked(marker(14)));
  expect(owed.take().markers).toMatchObject([{ id: 14 }]);
});

test("catching up asks no more of a subscription than it wants", () => {
  const owed = owedTo({ device: "game", topics: ["logs"] }, 10);
  owed.catchUp({ logs: [log(11, "other"), log(12)], markers: [], writes: [write(1, { entry: 13 })] });
  const taken = owed.take();
  expect(ids(taken)).toEqual([12]);
  expect(taken.writes).toBeUndefined();
});

test("of each write its newest state is owed, whichever was told of first", () => {
  const owed = owedTo();
  owed.add(stored([], [write(1, { state: "replaced", entry: 15 }), write(2, { entry: 16 })]));
  owed.add(stored([], [write(1, { state: "sent", entry: 12 })]));
  expect(owed.take().writes).toMatchObject([
    { id: 1, state: "replaced" },
    { id: 2, state: "pending" },
  ]);
});

test("a write's state from before the snapshot is owed, since its device may have told of it late", () => {
  const owed = owedTo({}, 10);
  owed.add(stored([], [write(1, { state: "applied", entry: 9 })]));
  expect(owed.take()).toMatchObject({ writes: [{ id: 1, state: "applied" }], offset: 10 });
});

test("only what was subscribed to is owed", () => {
  const everything = (owed: Owed) => {
    owed.add({ type: "device", device: device("game") });
    owed.add({ type: "declared", device: "game", variables: [variable("speed")] });
    owed.add(values({ speed: [1, 1] }));
    owed.add(stored([log(11)], [write(1, { entry: 12 })]));
    owed.add(marked(marker(13)));
    return Object.keys(owed.take());
  };
  const frame = ["type", "id", "offset", "dropped"];
  expect(everything(owedTo({ topics: ["devices"] }))).toEqual(expect.arrayContaining(["devices"]));
  for (const [topic, fields] of [
    ["devices", ["devices"]],
    ["variables", ["values", "variables"]],
    ["logs", ["logs"]],
    ["writes", ["writes"]],
    ["markers", ["markers"]],
  ] as const) {
    expect(new Set(everything(owedTo({ topics: [topic] }))), topic).toEqual(new Set([...frame, ...fields]));
  }
  expect(everything(owedTo({ device: "other" }))).toEqual(frame);
});

test("what is owed is what the schema promises", () => {
  const owed = owedTo();
  owed.add({ type: "device", device: device("game") });
  owed.add({ type: "declared", device: "game", variables: [variable("speed")] });
  owed.add(values({ speed: [1, { deep: [null] }] }));
  owed.add(stored([log(11)], [write(1, { entry: 12 })]));
  owed.add(marked(marker(13, { fields: { deep: [null] } })));
  const message: unknown = JSON.parse(JSON.stringify(owed.take()));
  expect(serverMessage.parse(message)).toEqual(message);
});
