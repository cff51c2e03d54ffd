/** How writes end that nobody answers: expired, cancelled, replaced. And triggers, which are sent once or never. */

import { DAY_MS } from "@wheelhouse/api";
import { TRIGGER_EXPIRY_MS, WRITE_EXPIRY_MS, type JsonObject } from "@wheelhouse/protocol";
import type { WriteRecord } from "@wheelhouse/storage";
import { describe, expect, test } from "vitest";
import { deviceName } from "../../src/devices/protocol.ts";
import { PROJECT, STARTS_AT, hello, line, simulateServer, type SimulatedServer } from "./simulated-server.ts";
import type { SimulatedDevice } from "./simulated-device.ts";

const DECLARE = line({
  type: "declare",
  variables: [
    { name: "lives", kind: "integer", value: 3, min: 0, writable: true },
    { name: "speed", kind: "float", value: 3, writable: true },
    { name: "restart", kind: "trigger", writable: true },
  ],
});
const PHONE = deviceName({ project: PROJECT, device: "phone" });
/** Until the housekeeper has come round, and a little more. */
const ROUND_MS = 25_000;

const applied = (id: number, results: JsonObject) => line({ type: "applied", id, results });
const set = (id: number, values: JsonObject) => line({ type: "set", id, values });

async function connected(server: SimulatedServer, session?: string): Promise<SimulatedDevice> {
  return server.greet(hello("phone", session === undefined ? {} : { session }), DECLARE);
}

async function away(server: SimulatedServer): Promise<void> {
  (await connected(server)).cut();
  await server.settle();
}

/** What the device is told after its next welcome. */
async function toldOnReturn(server: SimulatedServer): Promise<readonly string[]> {
  const device = server.dial();
  device.send(hello("phone"), DECLARE);
  await server.settle();
  return device.take().slice(1);
}

async function change(
  server: SimulatedServer,
  values: JsonObject,
  expiresInMs?: number,
): Promise<readonly WriteRecord[]> {
  const outcome = await server.change("phone", values, expiresInMs);
  await server.settle();
  if (outcome.outcome !== "stored") throw new Error(`expected it to be stored, got: ${outcome.outcome}`);
  return outcome.writes;
}

/** Oldest first, as they are stored. */
async function states(server: SimulatedServer): Promise<readonly string[]> {
  const writes = await server.storage.devices.writes({ project: PROJECT, limit: 100 });
  return writes.toReversed().map(({ state }) => state);
}

describe("expiry", () => {
  test("ends a write that was sent, on time, and its device's late answer changes nothing", async () => {
    const server = await simulateServer();
    const device = await connected(server);
    const [write] = await change(server, { lives: 5 }, 5_000);
    expect(write?.expiresAt).toBe(STARTS_AT + 5_000);
    await server.advance(4_999);
    expect(await states(server)).toEqual(["sent"]);
    await server.advance(1);
    expect(await states(server)).toEqual(["expired"]);
    device.take();
    device.send(applied(1, { lives: { value: 5 } }));
    await server.settle();
    expect(device.take()).toEqual([]);
    expect(await states(server)).toEqual(["expired"]);
    expect(await server.reported("phone", "lives")).toBe(3);
  });

  test("is in 7 days unless somebody says otherwise", async () => {
    const server = await simulateServer();
    await away(server);
    const [write] = await change(server, { lives: 5 });
    expect(write?.expiresAt).toBe(STARTS_AT + WRITE_EXPIRY_MS);
    await server.advance(WRITE_EXPIRY_MS - DAY_MS);
    expect(await states(server)).toEqual(["pending"]);
    await server.advance(DAY_MS + ROUND_MS);
    expect(await states(server)).toEqual(["expired"]);
    expect(await toldOnReturn(server)).toEqual([]);
  });

  test("of a device that nobody speaks to is the housekeeper's", async () => {
    const server = await simulateServer();
    await away(server);
    await change(server, { lives: 5 }, 120_000);
    await server.advance(119_000);
    expect(server.runtime.whereis(PHONE)).toBeUndefined();
    expect(await states(server)).toEqual(["pending"]);
    await server.advance(ROUND_MS);
    expect(server.runtime.whereis(PHONE)).toBeUndefined();
    expect(await states(server)).toEqual(["expired"]);
  });

  test("comes before the device, when it comes back in the moment between", async () => {
    const server = await simulateServer();
    await away(server);
    await change(server, { lives: 5 }, 120_000);
    await server.advance(120_001);
    expect(await states(server)).toEqual(["pending"]);
    expect(await toldOnReturn(server)).toEqual([]);
    expect(await states(server)).toEqual(["expired"]);
  });

  test("of one that is there for days is on time too", async () => {
    const server = await simulateServer();
    const device = await connected(server);
    const waiting = await change(server, { lives: 5 }, 5 * 60 * 60_000);
    const settled = server.runtime.callWithin(
      Infinity,
      PHONE,
      "settled",
      waiting[0]?.set ?? 0,
      6 * 60 * 60_000,
    );
    for (let minute = 0; minute < 5 * 60; minute += 1) {
      device.send(line({ type: "pong" }));
      await server.advance(30_000);
      device.send(line({ type: "pong" }));
      await server.advance(30_000);
    }
    expect(await states(server)).toEqual(["expired"]);
    expect((await settled).map(({ state }) => state)).toEqual(["expired"]);
  });

  test("doesn't end what the device answered in time, however long storing that takes", async () => {
    const server = await simulateServer();
    const device = await connected(server);
    await change(server, { lives: 5 }, 5_000);
    server.faults.failing.add("append");
    device.send(applied(1, { lives: { value: 5 } }));
    await server.advance(6_000);
    expect(await states(server)).toEqual(["sent"]);
    server.faults.failing.delete("append");
    await server.advance(1_000);
    expect(await states(server)).toEqual(["applied"]);
  });

  test("waits for a storage that fails, and comes then", async () => {
    const server = await simulateServer();
    await connected(server);
    await change(server, { lives: 5 }, 5_000);
    server.faults.failing.add("updateWrites").add("expireWrites");
    await server.advance(8_000);
    expect(await states(server)).toEqual(["sent"]);
    server.faults.failing.clear();
    await server.advance(1_000);
    expect(await states(server)).toEqual(["expired"]);
  });

  test("ends the newer write when the older was replaced", async () => {
    const server = await simulateServer();
    await connected(server);
    await change(server, { lives: 5 }, 5_000);
    await change(server, { lives: 6 }, 50_000);
    await server.advance(20_000);
    expect(await states(server)).toEqual(["replaced", "sent"]);
  });
});

describe("a declaration that an open write doesn't fit any more", () => {
  const declare = (variable: JsonObject) => line({ type: "declare", variables: [variable] });
  const newest = async (server: SimulatedServer) =>
    (await server.storage.devices.writes({ project: PROJECT, limit: 1 }))[0];

  test.each<[string, JsonObject, string]>([
    ["narrower", { name: "lives", kind: "integer", max: 5, writable: true }, "expected at most 5, got: 9"],
    ["read-only", { name: "lives", kind: "integer", writable: false }, "lives can only be read"],
    ["of another kind", { name: "lives", kind: "boolean", writable: true }, "expected true or false, got: 9"],
  ])("rejects it: %s", async (_, variable, reason) => {
    const server = await simulateServer();
    await away(server);
    await change(server, { lives: 9, speed: 2 });
    const device = server.dial();
    device.send(hello("phone"));
    await server.settle();
    // What was declared last is all there is to go by until it declares anew.
    expect(device.take().slice(1)).toEqual([set(1, { lives: 9, speed: 2 })]);
    device.send(declare(variable));
    await server.settle();
    expect(await states(server)).toEqual(["rejected", "sent"]);
    const writes = await server.storage.devices.writes({ project: PROJECT, name: "lives", limit: 1 });
    expect(writes).toMatchObject([{ state: "rejected", reason }]);
    device.send(applied(1, { lives: { value: 9 } }));
    device.cut();
    await server.settle();
    const again = server.dial();
    again.send(hello("phone"));
    await server.settle();
    expect(again.take().slice(1)).toEqual([set(1, { speed: 2 })]);
  });

  test("of the same device that was there all the while, too", async () => {
    const server = await simulateServer();
    const device = await connected(server);
    await change(server, { lives: 9 });
    device.send(declare({ name: "lives", kind: "integer", max: 5, writable: true }));
    await server.settle();
    expect(await newest(server)).toMatchObject({ state: "rejected" });
  });

  test("leaves one that fits, and one of another variable", async () => {
    const server = await simulateServer();
    const device = await connected(server);
    await change(server, { lives: 5 });
    await change(server, { speed: 900 });
    device.send(declare({ name: "lives", kind: "integer", max: 5, writable: true }));
    await server.settle();
    expect(await states(server)).toEqual(["sent", "sent"]);
  });
});

describe("cancelling", () => {
  test("takes back what is pending: it is never sent", async () => {
    const server = await simulateServer();
    await away(server);
    const [write] = await change(server, { lives: 5 });
    const outcome = await server.cancel("phone", write?.id ?? 0);
    expect(outcome).toMatchObject({
      outcome: "cancelled",
      write: { state: "cancelled", reason: "cancelled by bob@example.org", by: "ann@example.org" },
    });
    expect(await toldOnReturn(server)).toEqual([]);
  });

  test("of one variable leaves the others of its change", async () => {
    const server = await simulateServer();
    await away(server);
    const [lives] = await change(server, { lives: 5, speed: 6 });
    await server.cancel("phone", lives?.id ?? 0);
    expect(await toldOnReturn(server)).toEqual([set(1, { speed: 6 })]);
  });

  test("what was sent tells the device nothing, and its answer is ignored", async () => {
    const server = await simulateServer();
    const device = await connected(server);
    const [write] = await change(server, { lives: 5 });
    device.take();
    expect(await server.cancel("phone", write?.id ?? 0)).toMatchObject({ outcome: "cancelled" });
    device.send(applied(1, { lives: { value: 5 } }));
    await server.settle();
    expect(device.take()).toEqual([]);
    expect(await states(server)).toEqual(["cancelled"]);
  });

  test("comes too late for what is settled, also while the answer is being stored", async () => {
    const server = await simulateServer();
    const device = await connected(server);
    const [write] = await change(server, { lives: 5 });
    const store = server.faults.hold("append");
    device.send(applied(1, { lives: { value: 5 } }));
    await server.settle();
    const outcome = server.cancel("phone", write?.id ?? 0);
    await server.settle();
    store();
    expect(await outcome).toEqual({ outcome: "not_open" });
    expect(await server.cancel("phone", write?.id ?? 0)).toEqual({ outcome: "not_open" });
    expect(await server.cancel("phone", 987)).toEqual({ outcome: "not_open" });
    expect(await states(server)).toEqual(["applied"]);
  });

  test("is refused while storing fails, and nothing is changed", async () => {
    const server = await simulateServer();
    await away(server);
    const [write] = await change(server, { lives: 5 });
    server.faults.failing.add("updateWrites");
    expect(await server.cancel("phone", write?.id ?? 0)).toEqual({ outcome: "storage_unavailable" });
    expect(await states(server)).toEqual(["pending"]);
  });

  test("answers whoever waits for the change", async () => {
    const server = await simulateServer();
    await connected(server);
    const [write] = await change(server, { lives: 5 });
    const settled = server.runtime.callWithin(30_000, PHONE, "settled", write?.set ?? 0, 60_000);
    await server.cancel("phone", write?.id ?? 0);
    expect((await settled).map(({ state }) => state)).toEqual(["cancelled"]);
  });
});

describe("a trigger", () => {
  test("is refused while its device is away, with all that was asked for with it", async () => {
    const server = await simulateServer();
    await away(server);
    expect(await server.change("phone", { lives: 5, restart: true })).toMatchObject({
      outcome: "refused",
      code: "offline",
      field: "restart",
    });
    expect(await states(server)).toEqual([]);
  });

  test("goes off, and its answer says when", async () => {
    const server = await simulateServer();
    const device = await connected(server);
    const [write] = await change(server, { restart: true });
    expect(write?.from).toBeNull();
    expect(device.take()).toEqual([set(1, { restart: true })]);
    device.send(applied(1, { restart: { value: true } }));
    await server.settle();
    expect(await states(server)).toEqual(["applied"]);
    expect(await server.reported("phone", "restart")).toBe(true);
    const [again] = await change(server, { restart: true });
    expect(again?.from).toBeNull();
  });

  test("expires after 10 s, whatever was asked for, and the rest of its change with it", async () => {
    const server = await simulateServer();
    await connected(server);
    const writes = await change(server, { restart: true, lives: 5 }, DAY_MS);
    expect(writes.map(({ expiresAt }) => expiresAt)).toEqual(writes.map(() => STARTS_AT + TRIGGER_EXPIRY_MS));
    await server.advance(TRIGGER_EXPIRY_MS - 1);
    expect(await states(server)).toEqual(["sent", "sent"]);
    await server.advance(1);
    expect(await states(server)).toEqual(["expired", "expired"]);
    const [short] = await change(server, { restart: true }, 2_000);
    expect((short?.expiresAt ?? 0) - (short?.createdAt ?? 0)).toBe(2_000);
  });

  test("isn't sent again after a reconnect, though an answer counts", async () => {
    const server = await simulateServer();
    const before = await connected(server);
    await change(server, { restart: true, lives: 5 });
    before.cut();
    const device = server.dial();
    device.send(hello("phone"), DECLARE);
    await server.settle();
    expect(device.take().slice(1)).toEqual([set(1, { lives: 5 })]);
    device.send(applied(1, { restart: { value: true } }));
    await server.settle();
    expect(await states(server)).toEqual(["applied", "sent"]);
  });

  test("isn't sent again when its process dies before it is stored as sent", async () => {
    const server = await simulateServer();
    const device = await connected(server);
    const store = server.faults.hold("append");
    await change(server, { restart: true });
    expect(device.take()).toEqual([set(1, { restart: true })]);
    expect(await states(server)).toEqual(["pending"]);
    server.runtime.exit(PHONE, "kill");
    store();
    await server.settle();
    expect(await toldOnReturn(server)).toEqual([]);
    await server.advance(TRIGGER_EXPIRY_MS);
    expect(await states(server)).toEqual(["expired"]);
  });
});
