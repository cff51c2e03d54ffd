/** One device's process: whose connection it is, what is stored of it and when that is acknowledged. */

import type { LabelledRef, Ref } from "@wheelhouse/actors";
import type { JsonObject } from "@wheelhouse/protocol";
import { describe, expect, test } from "vitest";
import { deviceName, type DeviceConnectionProtocol } from "../../src/devices/protocol.ts";
import {
  KEY,
  PROJECT,
  STARTS_AT,
  hello,
  line,
  payload,
  sessionOf,
  simulateServer,
  type SimulatedServer,
} from "./simulated-server.ts";
import type { SimulatedDevice } from "./simulated-device.ts";

const HOUR_MS = 60 * 60_000;

const ack = (seq: number) => line({ type: "ack", seq });
const lives = (seq: number, value: number, fields: JsonObject = {}) =>
  line({ type: "variables", seq, ...fields, values: { lives: value } });
const message = (seq: number, text: string) => line({ type: "logs", seq, entries: [{ message: text }] });

describe("connections that share a key in dialect 1", () => {
  test("each is a device of its own, by the lowest number that is free", async () => {
    const server = await simulateServer();
    const first = await server.greet(`v:${KEY}`);
    const second = await server.greet(`v:${KEY}`);
    const third = await server.greet(`v:${KEY}`);
    expect(await online(server)).toEqual(["anonymous-1", "anonymous-2", "anonymous-3"]);
    second.cut();
    await server.settle();
    expect(await online(server)).toEqual(["anonymous-1", "anonymous-3"]);
    await server.greet(`v:${KEY}`);
    expect(await online(server)).toEqual(["anonymous-1", "anonymous-2", "anonymous-3"]);
    expect([first.isClosed, third.isClosed]).toEqual([false, false]);
  });

  test("many that come at once get a number each", async () => {
    const server = await simulateServer();
    await Promise.all(Array.from({ length: 20 }, () => server.greet(`v:${KEY}`)));
    expect(await online(server)).toHaveLength(20);
    expect(await server.storage.devices.devices(PROJECT)).toHaveLength(20);
  });

  test("one game that reconnects keeps its history", async () => {
    const server = await simulateServer();
    for (const text of ["first run", "second run"]) {
      const device = await server.greet(`v:${KEY}`, payload("l", [{ message: text }]));
      device.cut();
      await server.settle();
    }
    expect((await server.logs("anonymous-1")).map((log) => log.message)).toEqual(["first run", "second run"]);
    expect(await server.storage.devices.devices(PROJECT)).toHaveLength(1);
  });

  test("the number is free only once the connection before is stored", async () => {
    const server = await simulateServer();
    const store = server.faults.hold("append");
    const before = await server.greet(`v:${KEY}`, payload("l", [{ message: "late" }]));
    before.cut();
    const device = server.dial();
    device.send(`v:${KEY}`, payload("l", [{ message: "after" }]));
    await server.settle();
    expect(device.take()).toEqual([]);
    store();
    await server.settle();
    expect(device.take()).toEqual(["OK"]);
    expect((await server.logs("anonymous-1")).map((log) => log.message)).toEqual(["late", "after"]);
  });
});

describe("the same device connecting again", () => {
  test("wins: the older connection is told and closed, and its session goes on", async () => {
    const server = await simulateServer();
    const older = server.dial();
    older.send(hello("phone"), lives(1, 3));
    await server.settle();
    const session = sessionOf(older.take());
    const newer = server.dial();
    newer.send(hello("phone", { session }));
    await server.settle();
    expect(older.take()).toEqual([expect.stringContaining(`"code":"replaced"`)]);
    expect(older.isClosed).toBe(true);
    expect(JSON.parse(newer.take()[0] ?? "")).toMatchObject({ session, resumed: true, acknowledged: 1 });
    expect(await online(server)).toEqual(["phone"]);
  });

  test("of several that come while storing takes its time, the last one wins and the others are told", async () => {
    const server = await simulateServer();
    const store = server.faults.hold("append");
    const devices = [await server.greet(hello("phone"), lives(1, 3))];
    for (let number = 1; number <= 3; number += 1) {
      devices.push(server.dial());
      devices.at(-1)?.send(hello("phone"));
      await server.settle();
    }
    store();
    await server.settle();
    expect(devices.map((device) => device.isClosed)).toEqual([true, true, true, false]);
    for (const device of devices.slice(0, -1)) expect(device.take().at(-1)).toContain(`"code":"replaced"`);
    const last = devices.at(-1) as SimulatedDevice;
    last.send(lives(1, 7));
    await server.settle();
    expect(last.take()).toEqual([expect.stringContaining("welcome"), ack(1)]);
    expect(await server.reported("phone", "lives")).toBe(7);
  });

  test("what the older one sent before is stored, and nothing that comes of it later counts", async () => {
    const server = await simulateServer();
    const store = server.faults.hold("append");
    await server.greet(hello("phone"), message(1, "before"));
    const older = connectionOf(server);
    const newer = server.dial();
    newer.send(hello("phone"));
    store();
    await server.settle();
    const content = {
      type: "logs",
      entries: [{ at: 0, receivedAt: STARTS_AT, level: "info", message: "after", fields: null }],
    } as const;
    const phone = deviceName({ project: PROJECT, device: "phone" });
    server.runtime.cast(phone, "heard", {
      connection: older,
      line: 2,
      seq: 2,
      receivedAt: STARTS_AT,
      content,
    });
    server.runtime.cast(phone, "detached", older, "bye", false);
    await server.settle();
    expect((await server.logs("phone")).map((log) => log.message)).toEqual(["before"]);
    expect(await online(server)).toEqual(["phone"]);
  });
});

describe("sessions", () => {
  test("one that was silent for more than 24 hours isn't resumed", async () => {
    const server = await simulateServer();
    const first = server.dial();
    first.send(hello("phone"), lives(1, 3));
    await server.settle();
    const session = sessionOf(first.take());
    first.cut();
    await server.advance(24 * HOUR_MS);
    const second = server.dial();
    second.send(hello("phone", { session }));
    await server.settle();
    expect(JSON.parse(second.take()[0] ?? "")).toMatchObject({ session, resumed: true, acknowledged: 1 });
    second.cut();
    await server.advance(24 * HOUR_MS + 1);
    const third = server.dial();
    third.send(hello("phone", { session }));
    await server.settle();
    expect(JSON.parse(third.take()[0] ?? "")).toMatchObject({ resumed: false, acknowledged: 0 });
  });

  test("a line that doesn't fit what was declared is refused, uses up its number and harms no other", async () => {
    const server = await simulateServer();
    const declare = { type: "declare", variables: [{ name: "lives", kind: "integer" }] };
    const device = await server.greet(hello("phone"), line(declare));
    device.send(line({ type: "variables", seq: 1, values: { lives: "many" } }), lives(2, 2));
    await server.settle();
    const told = device.take();
    expect(told[0]).toContain(`"code":"invalid"`);
    expect(told.at(-1)).toBe(ack(2));
    expect(await server.reported("phone", "lives")).toBe(2);
  });

  test("a process that nobody needs rests, also after somebody waited for a device that is away", async () => {
    const server = await simulateServer();
    const declare = {
      type: "declare",
      variables: [{ name: "lives", kind: "integer", value: 3, writable: true }],
    };
    const device = await server.greet(hello("phone"), line(declare));
    const name = deviceName({ project: PROJECT, device: "phone" });
    device.cut();
    await server.settle();
    const outcome = await server.change("phone", { lives: 4 });
    if (outcome.outcome !== "stored")
      throw new Error(`expected the change to be stored, got: ${outcome.outcome}`);
    const settled = server.runtime.callWithin(35_000, name, "settled", outcome.set, 30_000);
    await server.advance(30_000);
    expect(await settled).toMatchObject([{ state: "pending" }]);
    await server.advance(59_000);
    expect(server.runtime.whereis(name)).toBeDefined();
    await server.advance(1_000);
    expect(server.runtime.whereis(name)).toBeUndefined();
    expect(await server.write("phone", "lives")).toEqual(["pending", null]);
  });
});

describe("times", () => {
  test("a clock that is wrong by more than 2 s is corrected", async () => {
    const server = await simulateServer();
    const now = STARTS_AT + HOUR_MS;
    await server.greet(hello("phone", { now }), lives(1, 3, { at: now - 500 }));
    expect(await reportedAt(server, "phone")).toBe(STARTS_AT - 500);
  });

  test("one that is wrong by 2 s isn't, and nothing is later than its receipt", async () => {
    const server = await simulateServer();
    await server.greet(hello("ahead", { now: STARTS_AT + 2_000 }), lives(1, 3, { at: STARTS_AT + 1_500 }));
    await server.greet(hello("behind", { now: STARTS_AT - 2_000 }), lives(1, 3, { at: STARTS_AT - 2_000 }));
    expect(await reportedAt(server, "ahead")).toBe(STARTS_AT);
    expect(await reportedAt(server, "behind")).toBe(STARTS_AT - 2_000);
  });
});

describe("when storing fails", () => {
  test("a device is told once, isn't acknowledged and need send nothing again", async () => {
    const server = await simulateServer();
    const device = await server.greet(hello("phone"));
    server.faults.failing.add("append");
    device.send(message(1, "one"));
    await server.settle();
    device.send(message(2, "two"));
    await server.advance(10_000);
    expect(device.take()).toEqual([expect.stringContaining(`"code":"storage_unavailable"`)]);
    expect(server.faults.count("append")).toBe(11);
    server.faults.failing.delete("append");
    await server.advance(1_000);
    expect(device.take()).toEqual([ack(1), ack(2)]);
    expect((await server.logs("phone")).map((log) => log.message)).toEqual(["one", "two"]);
  });

  test("each outage is told, in either dialect", async () => {
    const server = await simulateServer();
    const first = await server.greet(`v:${KEY}`);
    const second = await server.greet(hello("phone"));
    for (let outage = 1; outage <= 2; outage += 1) {
      server.faults.failing.add("append");
      first.send(payload("l", [{ message: "hi" }]));
      second.send(message(outage, "hi"));
      await server.settle();
      expect(first.take()).toEqual([expect.stringMatching(/^E:storage_unavailable:/)]);
      expect(second.take()).toEqual([expect.stringContaining(`"code":"storage_unavailable"`)]);
      server.faults.failing.delete("append");
      await server.advance(1_000);
      second.take();
    }
    expect(await server.logs("anonymous-1")).toHaveLength(2);
  });

  test("the window holds, and silence isn't taken for absence", async () => {
    const server = await simulateServer();
    const device = await server.greet(hello("phone"));
    server.faults.failing.add("append");
    device.send(...Array.from({ length: 300 }, (_, n) => lives(n + 1, n + 1)));
    await server.advance(120_000);
    expect(device.isClosed).toBe(false);
    expect(await server.reported("phone", "lives")).toBe(256);
    server.faults.failing.delete("append");
    await server.advance(1_000);
    expect(device.take().at(-1)).toBe(ack(300));
  });

  test("a device that says hello is told, and comes back later", async () => {
    const server = await simulateServer();
    server.faults.failing.add("openSession");
    const early = server.dial();
    early.send(hello("phone"));
    await server.settle();
    expect(early.take()).toEqual([expect.stringContaining(`"code":"storage_unavailable"`)]);
    server.faults.failing.delete("openSession");
    const later = server.dial();
    later.send(hello("phone"), lives(1, 3));
    await server.settle();
    expect(later.take()).toEqual([expect.stringContaining("welcome"), ack(1)]);
  });

  test("a device isn't thrown out by one that couldn't be taken in", async () => {
    const server = await simulateServer();
    server.faults.failing.add("append");
    const older = await server.greet(hello("phone"), message(1, "kept"));
    const newer = server.dial();
    newer.send(hello("phone"));
    await server.settle();
    const told = newer.take().map((text) => JSON.parse(text));
    expect(told).toMatchObject([{ code: "storage_unavailable", retryAfterMs: 1_000 }]);
    expect(newer.isClosed).toBe(true);
    expect(older.isClosed).toBe(false);
    server.faults.failing.delete("append");
    await server.advance(1_000);
    expect(older.take()).toEqual([ack(1)]);
  });

  test("a device that comes back while its last lines can't be stored is told, and nothing is lost", async () => {
    const server = await simulateServer();
    server.faults.failing.add("append");
    const before = await server.greet(hello("phone"), message(1, "kept"));
    before.cut();
    const early = server.dial();
    early.send(hello("phone"));
    await server.advance(10_000);
    expect(early.take()).toEqual([expect.stringContaining(`"code":"storage_unavailable"`)]);
    expect(early.isClosed).toBe(true);
    server.faults.failing.delete("append");
    await server.advance(1_000);
    const later = server.dial();
    later.send(hello("phone"), message(1, "new"));
    await server.settle();
    expect(later.take()).toEqual([expect.stringContaining("welcome"), ack(1)]);
    expect((await server.logs("phone")).map((log) => log.message)).toEqual(["kept", "new"]);
    expect(await online(server)).toEqual(["phone"]);
  });
});

test("many log entries whose storing fails are kept, and stored as they were said", async () => {
  const server = await simulateServer();
  const device = await server.greet(hello("phone"));
  const texts = Array.from({ length: 200 }, (_, index) => `entry ${index} `.padEnd(200, "x"));
  server.faults.failing.add("append");
  device.send(line({ type: "logs", seq: 1, entries: texts.map((text) => ({ message: text })) }));
  await server.advance(5_000);
  expect(await server.logs("phone")).toEqual([]);
  server.faults.failing.delete("append");
  await server.advance(1_000);
  expect(device.take().at(-1)).toBe(ack(1));
  expect((await server.logs("phone")).map((log) => log.message)).toEqual(texts);
});

describe("when the device's process crashes", () => {
  test("its connection ends, and the device resumes and sends again what wasn't acknowledged", async () => {
    const server = await simulateServer();
    const before = server.dial();
    before.send(hello("phone"), message(1, "one"));
    await server.settle();
    const session = sessionOf(before.take());
    const release = server.faults.hold("append");
    before.send(message(2, "two"));
    await server.settle();
    server.runtime.exit(deviceName({ project: PROJECT, device: "phone" }), "kill");
    await server.settle();
    expect(before.isClosed).toBe(true);
    expect(before.take()).toEqual([]);
    release();
    await server.settle();
    const after = server.dial();
    after.send(hello("phone", { session }), message(2, "two"), message(3, "three"));
    await server.settle();
    expect(JSON.parse(after.take()[0] ?? "")).toMatchObject({ session, resumed: true, acknowledged: 2 });
    expect((await server.logs("phone")).map((log) => log.message)).toEqual(["one", "two", "three"]);
  });

  test("others aren't concerned", async () => {
    const server = await simulateServer();
    await server.greet(hello("phone"));
    const tablet = await server.greet(hello("tablet"));
    server.runtime.exit(deviceName({ project: PROJECT, device: "phone" }), "kill");
    tablet.send(lives(1, 3));
    await server.settle();
    expect(tablet.take()).toEqual([ack(1)]);
  });
});

describe("when something else crashes", () => {
  test("a connection that is gone without a word leaves its device away, and its session resumable", async () => {
    const server = await simulateServer();
    const before = server.dial();
    before.send(hello("phone"), message(1, "one"));
    await server.settle();
    const session = sessionOf(before.take());
    server.runtime.exit(connectionOf(server), "kill");
    await server.settle();
    expect(await online(server)).toEqual([]);
    const after = server.dial();
    after.send(hello("phone", { session }));
    await server.settle();
    expect(JSON.parse(after.take()[0] ?? "")).toMatchObject({ resumed: true, acknowledged: 1 });
  });

  test("a storage that breaks down is opened anew; devices are told to come back, and nothing acknowledged is lost", async () => {
    const server = await simulateServer();
    const before = server.dial();
    before.send(hello("phone"), message(1, "one"));
    await server.settle();
    const session = sessionOf(before.take());
    server.breakStorage();
    await server.settle();
    expect(server.takeCrashes()).toEqual([expect.stringContaining("the thread ended")]);
    expect(before.take()).toEqual([expect.stringContaining(`"code":"shutting_down"`)]);
    expect(before.isClosed).toBe(true);
    const after = server.dial();
    after.send(hello("phone", { session }), message(2, "two"));
    await server.settle();
    expect(after.take()).toEqual([expect.stringContaining(`"resumed":true,"acknowledged":1`), ack(2)]);
    expect((await server.logs("phone")).map((log) => log.message)).toEqual(["one", "two"]);
  });

  test("what wasn't acknowledged when it broke down is sent again and stored once", async () => {
    const server = await simulateServer();
    const before = server.dial();
    before.send(hello("phone"));
    await server.settle();
    const session = sessionOf(before.take());
    const store = server.faults.hold("append");
    before.send(message(1, "one"));
    await server.settle();
    server.breakStorage();
    await server.settle();
    store();
    await server.settle();
    expect(server.takeCrashes()).not.toEqual([]);
    expect(before.isClosed).toBe(true);
    const after = server.dial();
    after.send(hello("phone", { session }), message(1, "one"));
    await server.settle();
    expect(after.take().at(-1)).toBe(ack(1));
    expect((await server.logs("phone")).map((log) => log.message)).toEqual(["one"]);
  });
});

describe("when the server drains", () => {
  test("what came is stored and acknowledged first", async () => {
    const server = await simulateServer();
    const store = server.faults.hold("append");
    const device = await server.greet(hello("phone"), message(1, "one"), message(2, "two"));
    server.stop();
    await server.settle();
    expect(device.take()).toEqual([]);
    store();
    await server.settle();
    expect(device.take()).toEqual([ack(1), ack(2), expect.stringContaining(`"code":"shutting_down"`)]);
    expect(device.isClosed).toBe(true);
    expect((await server.logs("phone")).map((log) => log.message)).toEqual(["one", "two"]);
  });

  test("lines that waited beyond the window are stored too", async () => {
    const server = await simulateServer();
    const store = server.faults.hold("append");
    const device = await server.greet(
      hello("phone"),
      ...Array.from({ length: 300 }, (_, n) => lives(n + 1, n + 1)),
    );
    server.stop();
    await server.settle();
    store();
    await server.settle();
    expect(device.take()).toContain(ack(300));
  });

  test("a storage that fails holds it up until the deadline, no longer", async () => {
    const server = await simulateServer();
    server.faults.failing.add("append");
    const device = await server.greet(hello("phone"), message(1, "one"));
    server.stop();
    await server.advance(14_999);
    expect(device.isClosed).toBe(false);
    await server.advance(1);
    expect(device.isClosed).toBe(true);
    expect(device.take()).not.toContain(ack(1));
  });
});

/** The process of the connection that is there longest. */
function connectionOf({ runtime }: SimulatedServer): Ref<DeviceConnectionProtocol> {
  const connection = runtime.processes().find((ref) => (ref as LabelledRef).label === "DeviceConnection");
  if (connection === undefined) throw new Error("expected a connection's process");
  return connection as Ref<DeviceConnectionProtocol>;
}

async function online(server: SimulatedServer): Promise<string[]> {
  const records = await server.storage.devices.devices(PROJECT);
  const views = await Promise.all(records.map((record) => server.view(record.device)));
  return views.flatMap((view) => (view?.device.online === true ? [view.device.id] : []));
}

async function reportedAt(server: SimulatedServer, device: string): Promise<number | undefined> {
  const view = await server.view(device);
  return view?.variables.find(({ name }) => name === "lives")?.reported?.at;
}
