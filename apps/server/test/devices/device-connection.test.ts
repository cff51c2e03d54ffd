/** One device's connection: who it is, what it may say before that is known, how long it may be silent. */

import { DRAIN_TIMEOUT_MS } from "@wheelhouse/net";
import { HEARTBEAT_MS, MAX_LINE_BYTES, VERIFY_TIMEOUT_MS, WINDOW_LINES } from "@wheelhouse/protocol";
import { describe, expect, test } from "vitest";
import { WINDOW_BYTES } from "../../src/devices/line-window.ts";
import { RevokedTopic } from "../../src/devices/protocol.ts";
import {
  DEVICE_LINES,
  KEY,
  OTHER_KEY,
  OTHER_PROJECT,
  PROJECT,
  SECOND_KEY,
  STARTS_AT,
  hello,
  line,
  payload,
  sessionOf,
  simulateServer,
  type SimulatedServer,
} from "./simulated-server.ts";

const MINUTE_MS = 60_000;

describe("before verification", () => {
  test("a line of 4096 bytes is read, and one more byte closes the connection", async () => {
    const server = await simulateServer();
    const longest = server.dial();
    longest.send(`v:${"a".repeat(4096 - "v:\n".length)}`);
    const longer = server.dial();
    longer.send(`v:${"a".repeat(4097 - "v:\n".length)}`);
    await server.settle();
    expect(longest.take()).toEqual([expect.stringMatching(/^E:unauthorized:/)]);
    expect(longest.isClosed).toBe(false);
    expect(longer.take()).toEqual([expect.stringMatching(/^E:too_large:/)]);
    expect(longer.isClosed).toBe(true);
  });

  test("a line without an end closes the connection as soon as it is too long", async () => {
    const server = await simulateServer();
    const device = server.dial();
    device.write("{".repeat(4096));
    await server.settle();
    expect(device.isClosed).toBe(true);
  });

  test("the limit changes between two lines of one chunk", async () => {
    const server = await simulateServer();
    const first = server.dial();
    first.send(`v:${KEY}`, `l:${KEY}:${"A".repeat(5000)}`);
    const second = server.dial();
    second.send(hello("phone"), line({ type: "logs", seq: 1, entries: [{ message: "x".repeat(60_000) }] }));
    await server.settle();
    expect(first.take()).toEqual(["OK", expect.stringMatching(/^E:bad_json:/)]);
    expect(second.take()).toEqual([expect.stringContaining("welcome"), line({ type: "ack", seq: 1 })]);
  });

  test("the time to verify is 5 s in all, whatever is said meanwhile", async () => {
    const server = await simulateServer();
    const silent = server.dial();
    const wrong = server.dial();
    await server.advance(VERIFY_TIMEOUT_MS - 1);
    wrong.send("v:nobodysKey00", payload("i", []));
    await server.settle();
    expect(wrong.take()).toHaveLength(2);
    expect([silent.isClosed, wrong.isClosed]).toEqual([false, false]);
    await server.advance(1);
    expect([silent.isClosed, wrong.isClosed]).toEqual([true, true]);
  });

  test("a device that was too slow is told to come back, not that it isn't wanted", async () => {
    const server = await simulateServer();
    const device = server.dial();
    device.send(line({ type: "ping" }));
    await server.advance(VERIFY_TIMEOUT_MS - 1);
    device.take();
    await server.advance(1);
    const [told = "{}"] = device.take();
    expect(JSON.parse(told)).toMatchObject({ code: "silent", retryAfterMs: 1000 });
  });

  test("a verified connection isn't bound by the 5 s", async () => {
    const server = await simulateServer();
    const device = await server.greet(`v:${KEY}`);
    await server.advance(VERIFY_TIMEOUT_MS * 2);
    expect(device.isClosed).toBe(false);
  });
});

describe("identity", () => {
  test("what a line claims later concerns nobody else: neither another project nor another device", async () => {
    const server = await simulateServer();
    const first = await server.greet(`v:${KEY}`);
    first.send(payload("i", [{ name: "lives", type: "integer", value: 1 }], OTHER_KEY));
    const second = await server.greet(hello("phone"));
    second.send(hello("tablet"), line({ type: "variables", seq: 1, device: "tablet", values: { lives: 2 } }));
    await server.settle();
    expect(await server.storage.devices.devices(OTHER_PROJECT)).toEqual([]);
    expect(await server.view("tablet")).toBeUndefined();
    expect(await server.reported("phone", "lives")).toBe(2);
  });

  test("another key of the same project doesn't speak on a connection either", async () => {
    const server = await simulateServer();
    const device = await server.greet(`v:${KEY}`);
    device.send(payload("i", [{ name: "lives", type: "integer", value: 1 }], SECOND_KEY));
    await server.settle();
    expect(device.take()).toEqual([expect.stringMatching(/^E:unauthorized:/)]);
  });

  test("a revoked key ends its connections of either dialect, and no others", async () => {
    const server = await simulateServer();
    const first = await server.greet(`v:${KEY}`);
    const second = await server.greet(hello("phone"));
    const other = await server.greet(`v:${SECOND_KEY}`);
    await revoke(server);
    expect([first.isClosed, second.isClosed, other.isClosed]).toEqual([true, true, false]);
    expect(first.take()).toEqual([expect.stringMatching(/^E:revoked:/)]);
    expect(second.take()).toEqual([expect.stringMatching(/"code":"revoked"/)]);
  });

  test("a revocation between the look-up and its answer isn't missed", async () => {
    const server = await simulateServer();
    const answer = server.faults.holdAnswer("validDeviceKey");
    const device = server.dial();
    device.send(`v:${KEY}`);
    await server.settle();
    await revoke(server);
    answer();
    await server.settle();
    expect(device.take()).toEqual([expect.stringMatching(/^E:revoked:/)]);
  });
});

async function revoke(server: SimulatedServer): Promise<void> {
  await server.storage.accounts.revokeDeviceKey(PROJECT, `${PROJECT}-1`, STARTS_AT);
  server.runtime.broadcast(RevokedTopic.of(`${PROJECT}-1`), undefined);
  await server.settle();
}

describe("presence", () => {
  test("a silent device is pinged after each heartbeat and given up after three", async () => {
    const server = await simulateServer();
    const device = await server.greet(hello("phone"));
    await server.advance(HEARTBEAT_MS - 1);
    expect(device.take()).toEqual([]);
    await server.advance(1);
    expect(device.take()).toEqual([line({ type: "ping" })]);
    await server.advance(2 * HEARTBEAT_MS - 1);
    expect(device.take()).toEqual([line({ type: "ping" })]);
    expect(device.isClosed).toBe(false);
    await server.advance(1);
    const [told = "{}"] = device.take();
    expect(JSON.parse(told)).toMatchObject({ code: "silent", retryAfterMs: 1000 });
    expect(device.isClosed).toBe(true);
    expect((await server.view("phone"))?.device.online).toBe(false);
  });

  test.each(["", line({ type: "pong" }), "{", line({ type: "dance" })])("%j is life", async (said) => {
    const server = await simulateServer();
    const device = await server.greet(hello("phone"));
    for (let beat = 0; beat < 8; beat += 1) {
      await server.advance(HEARTBEAT_MS);
      device.send(said);
    }
    expect(device.isClosed).toBe(false);
  });

  test("the heartbeat counts from the last line", async () => {
    const server = await simulateServer();
    const device = await server.greet(hello("phone"));
    await server.advance(1_000);
    device.send(line({ type: "pong" }));
    await server.advance(HEARTBEAT_MS - 1_000);
    expect(device.take()).toEqual([]);
    await server.advance(1_000);
    expect(device.take()).toEqual([line({ type: "ping" })]);
  });

  test("dialect 1 may be silent for as long as it likes", async () => {
    const server = await simulateServer();
    const device = await server.greet(`v:${KEY}`);
    await server.advance(60 * MINUTE_MS);
    expect(device.take()).toEqual([]);
    expect(device.isClosed).toBe(false);
  });

  test("while the server doesn't read, silence says nothing about the device", async () => {
    const server = await simulateServer();
    const device = await server.greet(hello("phone"));
    const store = server.faults.hold("append");
    device.send(...numbered(1, WINDOW_LINES));
    await server.advance(10 * HEARTBEAT_MS);
    expect(device.isClosed).toBe(false);
    store();
    await server.settle();
    expect(device.take()).toContain(line({ type: "ack", seq: WINDOW_LINES }));
  });
});

describe("a goodbye", () => {
  const bye = line({ type: "bye" });

  test("ends the connection once what came before it is stored and acknowledged", async () => {
    const server = await simulateServer();
    const device = await server.greet(hello("phone"));
    const store = server.faults.hold("append");
    device.send(...numbered(1, 10), bye, ...numbered(11, 12));
    await server.settle();
    expect(device.isClosed).toBe(false);
    store();
    await server.settle();
    expect(device.take()).toContain(line({ type: "ack", seq: 10 }));
    expect(device.isClosed).toBe(true);
    expect(await server.reported("phone", "n")).toBe(10);
    const [session] = await server.storage.devices.sessions({ project: PROJECT, limit: 1 });
    expect(session).toMatchObject({ reason: "bye", acknowledged: 10 });
  });

  test("waits for a storage that fails no longer than a server that drains", async () => {
    const server = await simulateServer();
    const device = await server.greet(hello("phone"));
    const store = server.faults.hold("append");
    device.send(...numbered(1, 10), bye);
    await server.advance(DRAIN_TIMEOUT_MS - 1);
    expect(device.isClosed).toBe(false);
    await server.advance(1);
    expect(device.isClosed).toBe(true);
    expect(device.take()).not.toContainEqual(expect.stringContaining("ack"));
    store();
    await server.settle();
    const [session] = await server.storage.devices.sessions({ project: PROJECT, limit: 1 });
    expect(session).toMatchObject({ reason: "bye", acknowledged: 10 });
  });

  test("is one too when the connection breaks before it is answered", async () => {
    const server = await simulateServer();
    const device = await server.greet(hello("phone"));
    const store = server.faults.hold("append");
    device.send(...numbered(1, 10), bye);
    await server.settle();
    device.cut();
    await server.settle();
    store();
    await server.settle();
    const [session] = await server.storage.devices.sessions({ project: PROJECT, limit: 1 });
    expect(session).toMatchObject({ reason: "bye", acknowledged: 10 });
  });
});

describe("a device that sends no more", () => {
  test("still hears what becomes of what it sent, and its session can be gone on with", async () => {
    const server = await simulateServer();
    const device = server.dial();
    const store = server.faults.hold("append");
    const unfit = line({ type: "variables", seq: 11, values: { n: "many" } });
    const declare = line({ type: "declare", variables: [{ name: "n", kind: "integer" }] });
    device.send(hello("phone"), declare, ...numbered(1, 10), unfit);
    device.end();
    await server.settle();
    expect(device.isClosed).toBe(false);
    const said = device.take();
    expect(said.at(-1)).toContain(`"code":"invalid"`);
    const session = sessionOf(said);
    store();
    await server.settle();
    expect(device.take()).toEqual([line({ type: "ack", seq: 11 })]);
    expect(device.isClosed).toBe(true);
    expect(await server.storage.devices.sessions({ project: PROJECT, limit: 1 })).toMatchObject([
      { id: session, reason: "closed", acknowledged: 11 },
    ]);
    const again = server.dial();
    again.send(hello("phone", { session }));
    await server.settle();
    expect(JSON.parse(again.take()[0] ?? "")).toMatchObject({ resumed: true, acknowledged: 11 });
  });

  test("is heard out no longer than when the server drains", async () => {
    const server = await simulateServer();
    const device = await server.greet(hello("phone"));
    const store = server.faults.hold("append");
    device.send(...numbered(1, 10));
    device.end();
    await server.advance(DRAIN_TIMEOUT_MS - 1);
    expect(device.isClosed).toBe(false);
    await server.advance(1);
    expect(device.isClosed).toBe(true);
    expect(device.take()).not.toContainEqual(expect.stringContaining("ack"));
    store();
    await server.settle();
    expect(await server.reported("phone", "n")).toBe(10);
  });

  test("makes room at once for the same device, which goes on where it ended", async () => {
    const server = await simulateServer();
    const device = server.dial();
    device.send(hello("phone"));
    await server.settle();
    const session = sessionOf(device.take());
    const store = server.faults.hold("append");
    device.send(...numbered(1, 10));
    device.end();
    await server.settle();
    const again = server.dial();
    again.send(hello("phone", { session }));
    await server.settle();
    expect(device.isClosed).toBe(true);
    store();
    await server.settle();
    expect(JSON.parse(again.take()[0] ?? "")).toMatchObject({ session, resumed: true, acknowledged: 10 });
  });

  test("of dialect 1 has nothing to wait for: the next of its key gets its number", async () => {
    const server = await simulateServer();
    const device = await server.greet(`v:${KEY}`);
    const store = server.faults.hold("append");
    device.send(payload("i", [{ name: "n", type: "integer", value: "3" }]));
    device.end();
    await server.settle();
    expect(device.isClosed).toBe(true);
    const again = server.dial();
    again.send(`v:${KEY}`);
    store();
    await server.settle();
    expect(again.take()).toEqual(["OK"]);
    const devices = await server.storage.devices.devices(PROJECT);
    expect(devices.map((one) => one.device)).toEqual(["anonymous-1"]);
  });
});

describe("the window", () => {
  test("of long lines takes a mebibyte of them, and goes on when some are stored", async () => {
    const server = await simulateServer();
    const device = await server.greet(hello("phone"));
    const store = server.faults.hold("append");
    const long = (seq: number) =>
      line({ type: "variables", seq, values: { n: seq, text: "x".repeat(60_000) } });
    for (let seq = 1; seq <= 60; seq += 1) device.send(long(seq));
    await server.settle();
    expect(await server.reported("phone", "n")).toBe(Math.ceil(WINDOW_BYTES / (long(10).length + 1)));
    expect(device.isRead).toBe(false);
    store();
    await server.settle();
    expect(await server.reported("phone", "n")).toBe(60);
    expect(device.take().at(-1)).toBe(line({ type: "ack", seq: 60 }));
    expect(device.isRead).toBe(true);
  });

  test("with 256 lines unacknowledged the server reads no more until some are stored", async () => {
    const server = await simulateServer();
    const device = await server.greet(hello("phone"));
    const store = server.faults.hold("append");
    device.send(...numbered(1, 300));
    await server.settle();
    device.send(...numbered(301, 400));
    await server.settle();
    device.send(...numbered(401, 500));
    await server.settle();
    expect(await server.reported("phone", "n")).toBe(WINDOW_LINES);
    expect(device.take()).toEqual([]);
    expect(device.isRead).toBe(false);
    store();
    await server.settle();
    expect(device.take().at(-1)).toBe(line({ type: "ack", seq: 500 }));
    expect(await server.reported("phone", "n")).toBe(500);
    expect(device.isRead).toBe(true);
  });

  test("it holds for dialect 1 too, where nothing is acknowledged", async () => {
    const server = await simulateServer();
    const device = await server.greet(`v:${KEY}`);
    const store = server.faults.hold("append");
    const lines = Array.from({ length: 300 }, (_, n) =>
      payload("i", [{ name: "n", type: "integer", value: n + 1 }]),
    );
    device.send(...lines);
    await server.settle();
    expect(await server.reported("anonymous-1", "n")).toBe(WINDOW_LINES);
    store();
    await server.settle();
    expect(await server.reported("anonymous-1", "n")).toBe(300);
  });

  test("refused lines count, and those without a number don't wait for ever", async () => {
    const server = await simulateServer();
    const device = await server.greet(hello("phone"));
    const refused = Array.from({ length: 600 }, (_, n) =>
      line({ type: "variables", seq: n + 1, values: "none" }),
    );
    device.send(...refused);
    device.send(...Array.from({ length: 600 }, () => "{"));
    await server.settle();
    const told = device.take().map((text) => JSON.parse(text));
    expect(told.filter(({ code }) => code === "invalid")).toHaveLength(600);
    expect(told.filter(({ code }) => code === "bad_json")).toHaveLength(600);
    expect(told.findLast(({ type }) => type === "ack")).toEqual({ type: "ack", seq: 600 });
  });
});

/** Lines with the numbers from the first to the last, each of which reports its own. */
function numbered(first: number, last: number): string[] {
  return Array.from({ length: last - first + 1 }, (_, index) => {
    const seq = first + index;
    return line({ type: "variables", seq, values: { n: seq } });
  });
}

describe("lines of one key over its limit", () => {
  const pings = (count: number) => Array.from({ length: count }, () => '{"type":"ping"}');
  const answers = (lines: readonly string[]) => ({
    pongs: lines.filter((text) => text.includes('"pong"')).length,
    notices: lines.filter((text) => text.includes('"rate_limited"')).length,
  });

  test("are those that are too long as well", async () => {
    const server = await simulateServer();
    const device = await server.greet(hello("one"));
    device.send(...pings(DEVICE_LINES - 1), "x".repeat(MAX_LINE_BYTES), ...pings(2));
    await server.settle();
    const said = device.take();
    expect(said.filter((text) => text.includes('"too_large"'))).toHaveLength(1);
    expect(answers(said)).toEqual({ pongs: DEVICE_LINES, notices: 1 });
  });

  test("wait, over all of its connections; one notice says so, and nothing is lost", async () => {
    const server = await simulateServer();
    const [first, second] = [await server.greet(hello("one")), await server.greet(hello("two"))];
    // A connection's first line is said before it is known whose it is.
    first.send(...pings(DEVICE_LINES));
    await server.settle();
    expect(answers(first.take())).toEqual({ pongs: DEVICE_LINES, notices: 0 });
    second.send(...pings(3_000));
    await server.settle();
    expect(answers(second.take())).toEqual({ pongs: 1, notices: 1 });
    await server.advance(200);
    const soon = answers(second.take());
    expect(soon.pongs).toBeGreaterThan(0);
    expect(soon.pongs).toBeLessThan(1_000);
    await server.advance(2_000);
    expect(soon.pongs + answers(second.take()).pongs).toBe(2_999);
  });

  test("don't hold up another key", async () => {
    const server = await simulateServer();
    const [fast, other] = [
      await server.greet(hello("one")),
      await server.greet(hello("two", { key: SECOND_KEY })),
    ];
    fast.send(...pings(DEVICE_LINES + 100));
    await server.settle();
    other.send(...pings(5));
    await server.settle();
    expect(answers(other.take())).toEqual({ pongs: 5, notices: 0 });
    await server.advance(1_000);
  });
});
