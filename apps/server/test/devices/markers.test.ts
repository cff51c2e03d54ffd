/** Markers of devices: stored like any other line, with the ids that log entries and writes share, and told to pages. */

import { describe, expect, test } from "vitest";
import type { ProjectEvent } from "../../src/devices/protocol.ts";
import { listen } from "./listen.ts";
import { PROJECT, STARTS_AT, hello, line, sessionOf, simulateServer } from "./simulated-server.ts";

const marker = (seq: number, name: string, rest: object = {}) => line({ type: "marker", seq, name, ...rest });
const ack = (seq: number) => line({ type: "ack", seq });

describe("a marker", () => {
  test("is stored with its times, its fields and its session, and acknowledged then", async () => {
    const server = await simulateServer();
    const device = server.dial();
    device.send(hello("phone", { now: STARTS_AT + 60_000 }));
    await server.settle();
    const session = sessionOf(device.take());
    const store = server.faults.hold("append");
    device.send(
      marker(1, "boss fight", { at: STARTS_AT + 59_000, fields: { level: 3 } }),
      marker(2, "boss dead"),
    );
    await server.settle();
    expect(device.take()).toEqual([]);
    store();
    await server.settle();
    expect(device.take().at(-1)).toBe(ack(2));
    const [dead, fight] = await server.storage.devices.markers({ project: PROJECT, limit: 10 });
    expect(fight).toMatchObject({
      device: "phone",
      session,
      name: "boss fight",
      fields: { level: 3 },
      at: STARTS_AT - 1_000,
      receivedAt: STARTS_AT,
      by: null,
    });
    expect(dead).toMatchObject({ name: "boss dead", fields: null, at: STARTS_AT });
  });

  test("that comes again is stored once, and one that is refused uses up its number", async () => {
    const server = await simulateServer();
    const device = await server.greet(hello("phone"));
    device.send(marker(1, "one"), marker(1, "one"), marker(2, ""), marker(3, "three"), marker(2, "late"));
    await server.settle();
    const told = device.take();
    expect(told.filter((text) => text.includes(`"code":"invalid"`))).toEqual([
      expect.stringContaining(`"seq":2`),
    ]);
    expect(told.at(-1)).toBe(ack(3));
    const markers = await server.storage.devices.markers({ project: PROJECT, limit: 10 });
    expect(markers.map(({ name }) => name)).toEqual(["three", "one"]);
  });

  test("is told of once it is stored, under an id that nothing else has", async () => {
    const server = await simulateServer();
    const events: ProjectEvent[] = [];
    const stop = await listen(server.runtime, (event) => events.push(event));
    const declared = { name: "lives", kind: "integer", value: 3, writable: true };
    const device = await server.greet(hello("phone"), line({ type: "declare", variables: [declared] }));
    events.length = 0;
    const store = server.faults.hold("append");
    device.send(line({ type: "logs", seq: 1, entries: [{ message: "hi" }] }), marker(2, "boss fight"));
    await server.settle();
    expect(events).toEqual([]);
    store();
    await server.change("phone", { lives: 5 });
    await server.settle();
    const stored = events.filter((event) => event.type === "stored");
    expect(stored.flatMap(({ markers }) => markers.map(({ name }) => name))).toEqual(["boss fight"]);
    const ids = stored.flatMap(({ logs, markers, writes }) => [
      ...[...logs, ...markers].map(({ id }) => id),
      ...writes.map(({ entry }) => entry),
    ]);
    expect(new Set(ids).size).toBe(ids.length);
    expect(ids.length).toBeGreaterThanOrEqual(3);
    await stop();
  });
});
