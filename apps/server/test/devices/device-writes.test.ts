/** What becomes of the changes that people make: stored, sent, answered, and never sent twice for nothing. */

import type { JsonObject } from "@wheelhouse/protocol";
import { describe, expect, test } from "vitest";
import { KEY, hello, line, payload, simulateServer, type SimulatedServer } from "./simulated-server.ts";
import type { SimulatedDevice } from "./simulated-device.ts";

const DECLARE = line({
  type: "declare",
  variables: [
    { name: "speed", kind: "float", value: 3, min: 0, max: 9, writable: true },
    { name: "lives", kind: "integer", value: 3, writable: true },
    { name: "score", kind: "integer", value: 0 },
  ],
});

const applied = (id: number, results: JsonObject) => line({ type: "applied", id, results });
const set = (id: number, values: JsonObject) => line({ type: "set", id, values });
const reportLives = (value: unknown) => payload("i", [{ name: "lives", type: "integer", value }]);

async function connected(server: SimulatedServer): Promise<SimulatedDevice> {
  return server.greet(hello("phone"), DECLARE);
}

/** The device went, and comes back: what it is told after its welcome. */
async function comeBack(server: SimulatedServer, device: SimulatedDevice): Promise<SimulatedDevice> {
  device.cut();
  const again = server.dial();
  again.send(hello("phone"), DECLARE);
  await server.settle();
  return again;
}

describe("a device that is connected", () => {
  test("is sent a change at once, and answers with what holds", async () => {
    const server = await simulateServer();
    const device = await connected(server);
    await change(server, { lives: 5 });
    expect(device.take()).toEqual([set(1, { lives: 5 })]);
    expect(await server.write("phone", "lives")).toEqual(["sent", null]);
    device.send(applied(1, { lives: { value: 4 } }));
    await server.settle();
    expect(await server.write("phone", "lives")).toEqual(["applied", 4]);
    expect(await server.reported("phone", "lives")).toBe(4);
  });

  test("may reject it, with the reason and the value that holds still", async () => {
    const server = await simulateServer();
    const device = await connected(server);
    await change(server, { lives: 5 });
    device.send(applied(1, { lives: { error: "not during a fight", value: 2 } }));
    await server.settle();
    const [write] = await writes(server);
    expect(write).toMatchObject({ state: "rejected", applied: 2, reason: "not during a fight" });
    expect(await server.reported("phone", "lives")).toBe(2);
  });

  test("may answer one variable of a change now and the other later", async () => {
    const server = await simulateServer();
    const device = await connected(server);
    await change(server, { lives: 5, speed: 6 });
    device.send(applied(1, { lives: { value: 5 } }));
    await server.settle();
    expect(await server.write("phone", "speed")).toEqual(["sent", null]);
    device.send(applied(1, { speed: { value: 6 }, lives: { value: 99 } }));
    await server.settle();
    expect(await server.write("phone", "speed")).toEqual(["applied", 6]);
    expect(await server.write("phone", "lives")).toEqual(["applied", 5]);
  });

  test("that answers a write which a newer one has replaced doesn't settle the newer one", async () => {
    const server = await simulateServer();
    const device = await connected(server);
    await change(server, { lives: 5 });
    await change(server, { lives: 6 });
    expect(device.take()).toEqual([set(1, { lives: 5 }), set(2, { lives: 6 })]);
    device.send(applied(1, { lives: { value: 5 } }));
    await server.settle();
    expect(await states(server)).toEqual(["replaced", "sent"]);
    device.send(applied(2, { lives: { value: 6 } }));
    await server.settle();
    expect(await states(server)).toEqual(["replaced", "applied"]);
    expect(device.take()).toEqual([]);
  });

  test("whose answer has a value of another kind is told so, and the rest of the answer counts", async () => {
    const server = await simulateServer();
    const device = await connected(server);
    await change(server, { speed: 5, lives: 8 });
    device.take();
    device.send(applied(1, { speed: { value: "abc" }, lives: { value: "9" } }));
    await server.settle();
    expect(device.take()).toEqual([
      line({
        type: "error",
        code: "invalid",
        message: `expected results.speed.value to be a number, got: "abc"`,
      }),
    ]);
    expect(await server.write("phone", "speed")).toEqual(["sent", null]);
    expect(await server.write("phone", "lives")).toEqual(["applied", 9]);
    expect(await server.reported("phone", "speed")).toBe(3);
    expect(await server.reported("phone", "lives")).toBe(9);
    device.send(applied(1, { speed: { error: "broken", value: null } }));
    await server.settle();
    expect(device.take()).toEqual([expect.stringContaining(`"code":"invalid"`)]);
    expect(await server.write("phone", "speed")).toEqual(["rejected", null]);
    expect(await server.reported("phone", "speed")).toBe(3);
  });

  test("that answers what it was never sent is told so", async () => {
    const server = await simulateServer();
    const device = await connected(server);
    device.send(applied(1, { lives: { value: 5 } }));
    await server.settle();
    expect(device.take()).toEqual([expect.stringContaining(`"code":"unknown_write"`)]);
  });

  test("is shown to have applied a change only once that is stored", async () => {
    const server = await simulateServer();
    const device = await connected(server);
    await change(server, { lives: 5 });
    const store = server.faults.hold("append");
    device.send(applied(1, { lives: { value: 5 } }));
    await server.settle();
    expect(await server.write("phone", "lives")).toEqual(["sent", null]);
    store();
    await server.settle();
    expect(await server.write("phone", "lives")).toEqual(["applied", 5]);
  });
});

describe("a device that is away", () => {
  test("is sent the change when it comes back", async () => {
    const server = await simulateServer();
    const device = await connected(server);
    device.cut();
    await server.settle();
    await change(server, { lives: 5 });
    expect(await server.write("phone", "lives")).toEqual(["pending", null]);
    const again = await comeBack(server, device);
    expect(again.take()).toEqual([expect.stringContaining("welcome"), set(1, { lives: 5 })]);
    expect(await server.write("phone", "lives")).toEqual(["sent", null]);
    again.send(applied(1, { lives: { value: 5 } }));
    await server.settle();
    expect(await states(server)).toEqual(["applied"]);
  });

  test("is sent only the newest of several changes of a variable", async () => {
    const server = await simulateServer();
    const device = await connected(server);
    device.cut();
    await server.settle();
    await change(server, { lives: 5, speed: 4 });
    await change(server, { lives: 6 });
    const again = await comeBack(server, device);
    expect(again.take().slice(1)).toEqual([set(1, { speed: 4 }), set(2, { lives: 6 })]);
    expect((await writes(server)).map(({ name, state }) => [name, state])).toEqual([
      ["lives", "replaced"],
      ["speed", "sent"],
      ["lives", "sent"],
    ]);
  });

  test("is sent again what it hadn't answered, under the same id, and not what it had", async () => {
    const server = await simulateServer();
    const device = await connected(server);
    await change(server, { lives: 5, speed: 4 });
    device.send(applied(1, { speed: { value: 4 } }));
    await server.settle();
    const again = await comeBack(server, device);
    expect(again.take().slice(1)).toEqual([set(1, { lives: 5 })]);
    again.send(applied(1, { lives: { value: 5 } }));
    await server.settle();
    const restarted = await comeBack(server, again);
    expect(restarted.take()).toHaveLength(1);
  });

  test("finds its open changes also when its process rested meanwhile", async () => {
    const server = await simulateServer();
    const device = await connected(server);
    device.cut();
    await server.settle();
    await change(server, { lives: 5 });
    await server.advance(10 * 60_000);
    const again = await comeBack(server, device);
    expect(again.take().slice(1)).toEqual([set(1, { lives: 5 })]);
  });
});

describe("dialect 1", () => {
  test("a change is pushed, and applied by a later equal value", async () => {
    const server = await simulateServer();
    const device = await server.greet(`v:${KEY}`, reportLives("3"));
    await change(server, { lives: 5 }, "anonymous-1");
    expect(device.take()).toEqual([pushed([{ name: "lives", type: "integer", value: "5" }])]);
    device.send(reportLives("4"));
    await server.settle();
    expect(await server.write("anonymous-1", "lives")).toEqual(["sent", null]);
    device.send(reportLives(5));
    await server.settle();
    expect(await server.write("anonymous-1", "lives")).toEqual(["applied", 5]);
  });

  test("a change made while the game was away is pushed when it is verified again", async () => {
    const server = await simulateServer();
    const device = await server.greet(`v:${KEY}`, reportLives("3"));
    device.cut();
    await server.settle();
    await change(server, { lives: 5 }, "anonymous-1");
    const again = server.dial();
    again.send(`v:${KEY}`);
    await server.settle();
    expect(again.take()).toEqual(["OK", pushed([{ name: "lives", type: "integer", value: "5" }])]);
  });
});

test("a write of dialect 1 isn't applied by a line that doesn't name its variable", async () => {
  const server = await simulateServer();
  const report = (name: string, value: unknown) => payload("i", [{ name, type: "integer", value }]);
  const device = await server.greet(`v:${KEY}`, report("lives", 5));
  device.cut();
  await server.settle();
  await change(server, { lives: 5 }, "anonymous-1");
  const again = await server.greet(`v:${KEY}`, report("score", 1));
  expect(await server.write("anonymous-1", "lives")).toEqual(["sent", null]);
  again.send(report("lives", 5));
  await server.settle();
  expect(await server.write("anonymous-1", "lives")).toEqual(["applied", 5]);
});

describe("a change", () => {
  test("may come before the declaration it needs is stored", async () => {
    const server = await simulateServer();
    const device = await server.greet(hello("phone"));
    const store = server.faults.hold("append");
    device.send(line({ type: "variables", seq: 1, values: { score: 1 } }));
    await server.settle();
    device.send(DECLARE);
    await server.settle();
    const outcome = server.change("phone", { lives: 5 });
    await server.settle();
    store();
    expect(await outcome).toMatchObject({ outcome: "stored", set: 1 });
    await server.settle();
    expect(device.take()).toEqual([line({ type: "ack", seq: 1 }), set(1, { lives: 5 })]);
  });

  test("isn't held up by a device that says more and more", async () => {
    const server = await simulateServer();
    const device = await connected(server);
    const store = server.faults.hold("append");
    device.send(line({ type: "variables", seq: 1, values: { lives: 1 } }));
    await server.settle();
    const outcome = server.change("phone", { lives: 5 });
    await server.settle();
    device.send(line({ type: "variables", seq: 2, values: { lives: 2 } }));
    await server.settle();
    store();
    const again = server.faults.hold("append");
    expect(await outcome).toMatchObject({ outcome: "stored" });
    again();
    await server.settle();
    expect(device.take()).toContain(set(1, { lives: 5 }));
  });

  test("stays the newest when something older is stored after it", async () => {
    const server = await simulateServer();
    const device = await connected(server);
    const store = server.faults.hold("append");
    device.send(line({ type: "variables", seq: 1, values: { lives: 1 } }));
    await server.settle();
    const outcomes = [server.change("phone", { lives: 5 }), server.change("phone", { lives: 6 })];
    await server.settle();
    store();
    const again = server.faults.hold("append");
    const sets = (await Promise.all(outcomes)).map((outcome) => ("set" in outcome ? outcome.set : 0));
    again();
    await server.settle();
    const lives = (await server.view("phone"))?.variables.find(({ name }) => name === "lives");
    expect(lives?.desired?.set).toBe(Math.max(...sets));
    expect(await states(server)).toEqual(["replaced", "sent"]);
  });

  test("is refused while storing fails, and nothing is sent", async () => {
    const server = await simulateServer();
    const device = await connected(server);
    server.faults.failing.add("append").add("change");
    expect(await server.change("phone", { lives: 5 })).toEqual({ outcome: "storage_unavailable" });
    device.send(line({ type: "variables", seq: 1, values: { lives: 1 } }));
    await server.settle();
    device.take();
    const outcome = server.change("phone", { lives: 5 });
    await server.settle();
    expect(await outcome).toEqual({ outcome: "storage_unavailable" });
    server.faults.failing.clear();
    await server.advance(1_000);
    expect(device.take()).toEqual([line({ type: "ack", seq: 1 })]);
    expect(await writes(server)).toEqual([]);
  });

  test("is refused when what was said before can't be stored", async () => {
    const server = await simulateServer();
    const device = await connected(server);
    const store = server.faults.hold("append");
    device.send(line({ type: "variables", seq: 1, values: { lives: 1 } }));
    await server.settle();
    const outcome = server.change("phone", { lives: 5 });
    await server.settle();
    server.faults.failing.add("append");
    store();
    expect(await outcome).toEqual({ outcome: "storage_unavailable" });
    server.faults.failing.clear();
    await server.advance(1_000);
    expect(await writes(server)).toEqual([]);
  });

  test("is done whole or not at all", async () => {
    const server = await simulateServer();
    const device = await connected(server);
    expect(await server.change("phone", { lives: 5, score: 1 })).toMatchObject({
      code: "read_only",
      field: "score",
    });
    expect(await server.change("phone", { lives: 5, speed: 10 })).toMatchObject({
      code: "out_of_range",
      field: "speed",
    });
    expect(await server.change("phone", { lives: 5, ammo: 1 })).toMatchObject({
      code: "unknown_variable",
      field: "ammo",
    });
    expect(await server.change("tablet", { lives: 5 })).toEqual({ outcome: "unknown_device" });
    await server.settle();
    expect(device.take()).toEqual([]);
    expect(await writes(server)).toEqual([]);
  });
});

async function change(server: SimulatedServer, values: JsonObject, device = "phone"): Promise<void> {
  expect(await server.change(device, values)).toMatchObject({ outcome: "stored" });
  await server.settle();
}

/** Oldest first. */
async function writes(server: SimulatedServer) {
  return (await server.storage.devices.writes({ project: "rocket", limit: 100 })).toReversed();
}

async function states(server: SimulatedServer): Promise<string[]> {
  return (await writes(server)).map(({ state }) => state);
}

function pushed(values: readonly JsonObject[]): string {
  return `v:${KEY}:${Buffer.from(JSON.stringify(values)).toString("base64")}`;
}
