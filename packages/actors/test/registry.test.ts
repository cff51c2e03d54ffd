import {
  NoProcessError,
  defineGenServer,
  defineRegistry,
  defineSupervisor,
  ignore,
  on,
  processName,
  type Ref,
  type RegistryEvent,
} from "@wheelhouse/actors";
import { describe, expect, test } from "vitest";
import { probe, show, world, type ProbeContext, type ProbeProtocol } from "./support.ts";

const Rooms = defineRegistry<string, number, ProbeProtocol>("rooms", { keys: "unique" });
const Tags = defineRegistry<string, number, ProbeProtocol>("tags", { keys: "duplicate" });

async function registering() {
  const it = world();
  const [a, b] = [await it.start(probe("a")), await it.start(probe("b"))];
  it.takeLog();
  const inside = (ref: Ref<ProbeProtocol>, work: (ctx: ProbeContext) => unknown) =>
    it.runtime.call(ref, "run", work);
  return { ...it, a, b, inside };
}

describe("a registry of unique keys", () => {
  test("has one entry for a key, and says who holds it (26)", async () => {
    const { runtime, a, b, inside } = await registering();
    expect(await inside(a, (ctx) => ctx.register(Rooms, "lobby", 1))).toEqual({ outcome: "registered" });
    const taken = { outcome: "taken", holder: a };
    expect(await inside(b, (ctx) => ctx.register(Rooms, "lobby", 2))).toEqual(taken);
    expect(await inside(a, (ctx) => ctx.register(Rooms, "lobby", 3))).toEqual(taken);
    expect(runtime.lookup(Rooms, "lobby")).toMatchObject([{ ref: a, value: 1 }]);
    expect(runtime.lookup(Rooms, "elsewhere")).toEqual([]);
  });

  test("frees a key when its holder unregisters; nobody else's hand frees it (26)", async () => {
    const { runtime, a, b, inside } = await registering();
    await inside(a, (ctx) => ctx.register(Rooms, "lobby", 1));
    await inside(b, (ctx) => ctx.unregister(Rooms, "lobby"));
    expect(runtime.count(Rooms)).toBe(1);
    await inside(a, (ctx) => ctx.unregister(Rooms, "lobby"));
    expect(runtime.count(Rooms)).toBe(0);
    expect(await inside(b, (ctx) => ctx.register(Rooms, "lobby", 2))).toEqual({ outcome: "registered" });
  });

  test("gives an entry's owner another value for it, and only the owner (26)", async () => {
    const { runtime, a, b, inside } = await registering();
    await inside(a, (ctx) => ctx.register(Rooms, "lobby", 1));
    const before = runtime.lookup(Rooms, "lobby");
    const update = (ctx: ProbeContext) => ctx.updateValue(Rooms, "lobby", (value) => value + 1);
    expect(await inside(a, update)).toBe("updated");
    expect(await inside(b, update)).toBe("not_registered");
    expect(runtime.lookup(Rooms, "lobby")).toMatchObject([{ ref: a, value: 2 }]);
    expect(before).toMatchObject([{ value: 1 }]);
    runtime.exit(a, "kill");
    expect([runtime.count(Rooms), runtime.lookup(Rooms, "lobby")]).toEqual([0, []]);
  });

  test("lets a process be found as soon as it has started, and refuses the second of two that race (26)", async () => {
    const { runtime, start, inside, a } = await registering();
    const room = () =>
      probe("", {
        init: (ctx) => (ctx.register(Rooms, "lobby", 1).outcome === "taken" ? ignore : undefined),
      });
    const first = await start(room());
    expect(runtime.lookup(Rooms, "lobby")).toMatchObject([{ ref: first }]);
    expect(await inside(a, (ctx) => ctx.startLinked(room()))).toBeUndefined();
  });

  test("keeps nothing of a process whose `init` failed (26)", async () => {
    const { runtime, a, inside, takeCrashes } = await registering();
    const failing = probe("", {
      init(ctx) {
        ctx.register(Rooms, "lobby", 1);
        throw new Error("no");
      },
    });
    await inside(a, (ctx) => ctx.startLinked(failing).catch(() => undefined));
    expect(runtime.count(Rooms)).toBe(0);
    expect(takeCrashes()).toHaveLength(1);
  });
});

describe("a registry of duplicate keys", () => {
  test("has any number of entries for a key, of one process too (26)", async () => {
    const { runtime, a, b, inside } = await registering();
    await inside(a, (ctx) => ctx.register(Tags, "red", 1));
    await inside(b, (ctx) => ctx.register(Tags, "red", 2));
    await inside(a, (ctx) => ctx.register(Tags, "red", 3));
    expect(runtime.lookup(Tags, "red").map(({ ref, value }) => [ref, value])).toEqual([
      [a, 1],
      [b, 2],
      [a, 3],
    ]);
    await inside(a, (ctx) => ctx.unregister(Tags, "red"));
    expect(runtime.lookup(Tags, "red")).toMatchObject([{ ref: b, value: 2 }]);
  });

  test("dispatches to all under a key at once, and not at all to nobody (26)", async () => {
    const { runtime, a, b, inside, takeLog } = await registering();
    for (const [ref, text] of [[a, 1] as const, [b, 2] as const])
      await inside(ref, (ctx) => ctx.register(Tags, "red", text));
    let calls = 0;
    const dispatch = (key: string) =>
      runtime.dispatch(Tags, key, (entries) => {
        calls += 1;
        for (const { ref, value } of entries) runtime.cast(ref, "note", `red ${value}`);
      });
    dispatch("red");
    dispatch("blue");
    await runtime.settle();
    expect(calls).toBe(1);
    expect(takeLog().toSorted()).toEqual(["a red 1", "b red 2"]);
  });

  test("tells a process's keys, counts and selects (26)", async () => {
    const { runtime, a, b, inside } = await registering();
    await inside(a, (ctx) => {
      ctx.register(Tags, "red", 1);
      ctx.register(Tags, "blue", 2);
      ctx.register(Rooms, "lobby", 3);
    });
    await inside(b, (ctx) => ctx.register(Tags, "red", 4));
    expect(runtime.keysOf(Tags, a)).toEqual(["red", "blue"]);
    expect([runtime.count(Tags), runtime.count(Tags, "red"), runtime.count(Tags, "green")]).toEqual([
      3, 2, 0,
    ]);
    const even = runtime.select(Tags, ({ value }) => value % 2 === 0);
    expect(even.map(({ key, ref, value }) => [key, ref, value])).toEqual([
      ["red", b, 4],
      ["blue", a, 2],
    ]);
    expect(
      await inside(b, (ctx) => [ctx.keysOf(Tags, a), ctx.count(Tags), ctx.lookup(Rooms, "lobby")]),
    ).toMatchObject([["red", "blue"], 3, [{ ref: a }]]);
  });

  test("isn't the same as one of unique keys under its name", async () => {
    const { runtime, a, inside } = await registering();
    await inside(a, (ctx) => ctx.register(Tags, "red", 1));
    const Wrong = defineRegistry<string, number, ProbeProtocol>("tags", { keys: "unique" });
    expect(() => runtime.lookup(Wrong, "red")).toThrow(
      'expected the registry "tags" to have duplicate keys, got: unique',
    );
  });
});

describe("an entry", () => {
  test("goes when its owner ends, before anybody is told of the end (26)", async () => {
    const { runtime, a, b, inside, log } = await registering();
    await inside(a, (ctx) => ctx.register(Rooms, "lobby", 1));
    runtime.on((event) => {
      if (event.type === "process_ended") log.push(`${runtime.count(Rooms)} left`);
    });
    runtime.exit(a, "kill");
    expect(log).toEqual(["0 left"]);
    expect(runtime.keysOf(Rooms, a)).toEqual([]);
    expect(await inside(b, (ctx) => ctx.register(Rooms, "lobby", 2))).toEqual({ outcome: "registered" });
  });

  test("goes also under churn: of 10,000 processes in turn none leaves anything (26)", async () => {
    const Member = defineGenServer<{}, null, number>({
      name: "Member",
      init(ctx, n) {
        ctx.register(Crowd, "all", n);
        ctx.register(Crowd, String(n % 100), n);
        ctx.register(Seats, String(n), n);
        return null;
      },
    });
    const Crowd = defineRegistry<string, number, {}>("crowd", { keys: "duplicate" });
    const Seats = defineRegistry<string, number, {}>("seats", { keys: "unique" });
    const { runtime, start } = world();
    const alive: Ref[] = [];
    for (let n = 0; n < 10_000; n += 1) {
      alive.push(await start(Member.with(n)));
      if (n % 3 === 2) {
        const [gone] = alive.splice(Math.floor(runtime.random() * alive.length), 1);
        runtime.exit(gone as Ref, "kill");
      }
    }
    expect(runtime.count(Crowd)).toBe(2 * alive.length);
    expect(runtime.count(Crowd, "all")).toBe(alive.length);
    expect(new Set(runtime.lookup(Crowd, "all").map(({ ref }) => ref))).toEqual(new Set(alive));
    expect(runtime.count(Seats)).toBe(alive.length);
    for (const ref of alive) runtime.exit(ref, "kill");
    expect([runtime.count(Crowd), runtime.count(Crowd, "all"), runtime.count(Seats)]).toEqual([0, 0, 0]);
  });

  test("can't be made by a process that has ended", async () => {
    const { runtime, a, inside } = await registering();
    const ctx = (await inside(a, (own) => own)) as ProbeContext;
    runtime.exit(a, "kill");
    expect(() => ctx.register(Rooms, "lobby", 1)).toThrow(NoProcessError);
    expect(runtime.count(Rooms)).toBe(0);
  });
});

describe("a key as an address", () => {
  test("reaches its holder of the moment, also after a restart (26, 27)", async () => {
    const Room = probe("", { init: (ctx) => void ctx.register(Rooms, "lobby", 1) });
    const Top = defineSupervisor("Top", () => ({
      children: [{ id: "room", process: Room, restart: "permanent", shutdown: 100, type: "worker" }],
    }));
    const { runtime, start, takeLog } = world();
    await start(Top.with());
    const lobby = Rooms.via("lobby");
    runtime.cast(lobby, "note", "first");
    await runtime.settle();
    const [before] = runtime.lookup(Rooms, "lobby");
    runtime.exit(lobby, "kill");
    await runtime.settle();
    const [after] = runtime.lookup(Rooms, "lobby");
    expect(after?.ref).not.toBe(before?.ref);
    expect(await runtime.call(lobby, "run", (ctx) => ctx.self)).toBe(after?.ref);
    runtime.cast(lobby, "note", "second");
    await runtime.settle();
    expect(takeLog()).toEqual(["init", "first", "init", "second"]);
  });

  test("that nobody holds is a process that isn't there", async () => {
    const { runtime } = world();
    runtime.cast(Rooms.via("nowhere"), "note", "lost");
    await expect(runtime.call(Rooms.via("nowhere"), "run", () => 1)).rejects.toThrow(
      new NoProcessError("rooms/nowhere"),
    );
  });
});

describe("a listener", () => {
  test("hears of each entry that comes and goes, with its key (26)", async () => {
    const Listener = defineGenServer<{ calls: { heard(): readonly string[] } }, string[]>({
      name: "Listener",
      init(ctx) {
        ctx.subscribe(Rooms.events);
        return [];
      },
      calls: { heard: (ctx) => ctx.state.splice(0) },
      infos: [on(Rooms.events, (ctx, event) => void ctx.state.push(tell(event)))],
    });
    const tell = (event: RegistryEvent<string, number, ProbeProtocol>) =>
      `${show(event.ref)} ${event.type} ${event.key}${event.type === "registered" ? ` ${event.value}` : ""}`;
    const { runtime, start, a, b, inside } = await registering();
    const listener = await start(Listener.with());
    await inside(a, (ctx) => ctx.register(Rooms, "lobby", 1));
    await inside(b, (ctx) => ctx.register(Rooms, "lobby", 2));
    await inside(b, (ctx) => ctx.register(Tags, "elsewhere", 2));
    await inside(a, (ctx) => ctx.unregister(Rooms, "lobby"));
    await inside(b, (ctx) => ctx.register(Rooms, "attic", 3));
    runtime.exit(processName("b"), "kill");
    expect(await runtime.call(listener, "heard")).toEqual([
      `${show(a)} registered lobby 1`,
      `${show(a)} unregistered lobby`,
      `${show(b)} registered attic 3`,
      `${show(b)} unregistered attic`,
    ]);
  });
});
