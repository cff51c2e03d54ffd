import type { Changes, LiveMessage, Snapshot, Variable } from "@wheelhouse/api";
import { describe, expect, test } from "vitest";
import {
  MAX_LIVE_ENTRIES,
  initialLiveState,
  reduceLive,
  type LiveEvent,
  type LiveState,
} from "../../src/live/live-state.ts";
import { device, entry, marker, variable, write } from "./fixtures.ts";

function play(events: readonly LiveEvent[], from: LiveState = initialLiveState): LiveState {
  return events.reduce(reduceLive, from);
}

function told(message: LiveMessage, scope: "project" | "device" = "device"): LiveEvent {
  return { type: "told", scope, message };
}

function snapshot(variables: readonly Variable[], rest: Partial<Snapshot> = {}): LiveEvent {
  return told({
    type: "snapshot",
    id: 2,
    epoch: "one",
    offset: 10,
    variables: { game: [...variables] },
    ...rest,
  });
}

function changes(rest: Partial<Changes>): LiveEvent {
  return told({ type: "changes", id: 2, offset: 11, dropped: 0, ...rest });
}

const opened = play([{ type: "open", device: "game" }, snapshot([variable("speed"), variable("lives")])]);
const idsOf = (state: LiveState): number[] => state.logs.map(({ id }) => id);

describe("devices", () => {
  test("come from the snapshot, and one by one afterwards", () => {
    const listed = play([
      told(
        { type: "snapshot", id: 1, epoch: "one", offset: 0, devices: [device("a"), device("b")] },
        "project",
      ),
      told(
        { type: "changes", id: 1, offset: 0, dropped: 0, devices: [device("b", { online: false })] },
        "project",
      ),
    ]);
    expect([...(listed.devices?.values() ?? [])].map(({ id, online }) => [id, online])).toEqual([
      ["a", true],
      ["b", false],
    ]);
  });

  test("a project's offset says nothing of where the open device has got to", () => {
    const state = play(
      [told({ type: "changes", id: 1, offset: 99, dropped: 0, devices: [device("a")] }, "project")],
      opened,
    );
    expect(state.position).toEqual({ epoch: "one", offset: 10 });
  });
});

describe("variables", () => {
  test("the snapshot replaces every value", () => {
    const again = play([snapshot([variable("speed", { reported: { value: 7, at: 20 } })])], opened);
    expect([...again.variables.keys()]).toEqual(["speed"]);
    expect(again.variables.get("speed")?.reported).toEqual({ value: 7, at: 20 });
    expect(again.snapshots).toBe(opened.snapshots + 1);
  });

  test("a change touches only the variables it names, and not the layout", () => {
    const state = play([changes({ values: { game: { speed: [30, 4] } } })], opened);
    expect(state.variables.get("speed")?.reported).toEqual({ value: 4, at: 30 });
    expect(state.variables.get("lives")).toBe(opened.variables.get("lives"));
    expect(state.layout).toBe(opened.layout);
  });

  test("another device's values are not taken for the open one's", () => {
    const state = play([changes({ values: { other: { speed: [30, 4] } } })], opened);
    expect(state.variables.get("speed")?.reported?.value).toBe(1);
  });

  test("a declaration adds or replaces by name, and keeps the order", () => {
    const declared = { game: [variable("lives", { max: 3 }), variable("fog")] };
    const state = play([changes({ variables: declared })], opened);
    expect(state.layout?.map(({ name, max }) => [name, max])).toEqual([
      ["speed", null],
      ["lives", 3],
      ["fog", null],
    ]);
  });

  test("opening another device forgets them", () => {
    const state = play([{ type: "open", device: "other" }], opened);
    expect([state.layout, state.variables.size, state.position]).toEqual([undefined, 0, undefined]);
  });
});

describe("writes", () => {
  const desired = (state: LiveState) => state.variables.get("speed")?.desired;

  test("follow the socket, and a newer one replaces an older", () => {
    const sent = play([changes({ writes: [write(1, "speed")] })], opened);
    expect(desired(sent)?.state).toBe("sent");
    const newer = play(
      [changes({ writes: [write(2, "speed"), write(1, "speed", { state: "replaced" })] })],
      sent,
    );
    expect(desired(newer)).toMatchObject({ id: 2, state: "sent" });
  });

  test("what was stored while the page was away doesn't take a write back", () => {
    const applied = write(1, "speed", { state: "applied", updatedAt: 100 });
    const again = snapshot([variable("speed", { desired: applied })]);
    const state = play([again, changes({ writes: [write(1, "speed")] })], opened);
    expect(desired(state)?.state).toBe("applied");
  });

  test("the answer to a change stands until the socket tells of it, whichever comes first", () => {
    const result = { id: 3, name: "speed", value: 5, state: "sent", applied: null, reason: null } as const;
    const change = { device: "game", answer: { set: 3, writes: [result] } };
    const asked: LiveEvent = { type: "asked", change, by: "ann@example.com" };
    const applied = changes({ writes: [write(3, "speed", { state: "applied", applied: 5 })] });
    expect(desired(play([asked], opened))).toMatchObject({ id: 3, state: "sent" });
    expect(desired(play([asked, applied], opened))?.state).toBe("applied");
    expect(desired(play([applied, asked], opened))?.state).toBe("applied");
  });

  test("an answer's write is settled by the socket, whatever the clocks of page and server say", () => {
    const result = { id: 3, name: "speed", value: 5, state: "sent", applied: null, reason: null } as const;
    const change = { device: "game", answer: { set: 3, writes: [result] } };
    const asked: LiveEvent = { type: "asked", change, by: "ann@example.com" };
    const early = changes({ writes: [write(3, "speed", { state: "applied", applied: 5, updatedAt: 1 })] });
    expect(desired(play([asked, early], opened))?.state).toBe("applied");
    const sentLater = changes({ writes: [write(3, "speed", { state: "sent", updatedAt: 2 })] });
    expect(desired(play([asked, early, sentLater], opened))?.state).toBe("applied");
  });

  test("an answer for a device that is no longer open is left to the socket", () => {
    const result = { id: 3, name: "speed", value: 5, state: "sent", applied: null, reason: null } as const;
    const change = { device: "other", answer: { set: 3, writes: [result] } };
    expect(play([{ type: "asked", change, by: "ann" }], opened)).toBe(opened);
  });
});

describe("log entries", () => {
  const first = play([changes({ offset: 12, logs: [entry(1), entry(2)] })], opened);

  test("are kept in order without doubles when a reconnect tells some again", () => {
    const again = play(
      [snapshot([], { offset: 14 }), changes({ offset: 14, logs: [entry(2), entry(3)] })],
      first,
    );
    expect(idsOf(again)).toEqual([1, 2, 3]);
    expect(again.generation).toBe(first.generation);
  });

  test("the position moves only with what came, so that a connection lost after the snapshot misses nothing", () => {
    expect(first.position).toEqual({ epoch: "one", offset: 12 });
    const afterSnapshot = play([snapshot([], { offset: 20 })], first);
    expect(afterSnapshot.position).toEqual({ epoch: "one", offset: 12 });
    expect(play([changes({ offset: 20 })], afterSnapshot).position).toEqual({ epoch: "one", offset: 20 });
  });

  test("start over when the server says reload", () => {
    const reloaded = play([told({ type: "reload", id: 2 })], first);
    expect([reloaded.position, idsOf(reloaded)]).toEqual([undefined, []]);
    expect(play([snapshot([])], reloaded).generation).toBe(first.generation + 1);
  });

  test("start over when the data folder is another one", () => {
    const other = play([snapshot([], { epoch: "two", offset: 3 })], first);
    expect([idsOf(other), other.position, other.generation]).toEqual([
      [],
      { epoch: "two", offset: 3 },
      first.generation + 1,
    ]);
  });

  test("the oldest go, and what the server left out is counted", () => {
    const many = Array.from({ length: MAX_LIVE_ENTRIES }, (_, index) => entry(index + 3));
    const state = play([changes({ logs: many, dropped: 4 }), changes({ dropped: 3 })], first);
    expect(state.logs).toHaveLength(MAX_LIVE_ENTRIES);
    expect(state.logs[0]?.id).toBe(3);
    expect(state.dropped).toBe(7);
  });
});

describe("markers", () => {
  const idsOfMarkers = (state: LiveState): number[] => state.markers.map(({ id }) => id);

  test("of the open device and of the project are kept in order without doubles", () => {
    const state = play(
      [
        changes({ markers: [marker(12), marker(13, { device: "other" })] }),
        changes({ offset: 14, markers: [marker(14, { device: null }), marker(12)] }),
      ],
      opened,
    );
    expect(idsOfMarkers(state)).toEqual([12, 14]);
    expect(state.position?.offset).toBe(14);
  });

  test("start over when the server says reload", () => {
    const state = play([changes({ markers: [marker(12)] }), told({ type: "reload", id: 2 })], opened);
    expect(idsOfMarkers(state)).toEqual([]);
  });
});
