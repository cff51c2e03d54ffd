/** Changes that wait for their devices, in virtual time: when each is sent, how long is waited, what is answered. */

import { expect, test } from "vitest";
import { Changing, type Wish } from "../../src/http/changing.ts";
import { deviceName } from "../../src/devices/protocol.ts";
import { PROJECT, hello, line, simulateServer, type SimulatedServer } from "../devices/simulated-server.ts";
import { startTestServer } from "../support.ts";
import { connectGame } from "./support.ts";

const DECLARE = line({
  type: "declare",
  variables: ["speed", "lives"].map((name) => ({ name, kind: "integer", value: 1, writable: true })),
});

function wish(values: Wish["values"], waitMs?: number): Wish {
  return { values, by: "ann@example.org", expiresInMs: undefined, waitMs };
}

const address = (device: string) => ({ project: PROJECT, device });
const connected = (server: SimulatedServer, device: string) => server.greet(hello(device), DECLARE);
const applied = (id: number, results: object) => JSON.stringify({ type: "applied", id, results });

/** What it resolved with, if it has. */
function watch<T>(promise: Promise<T>): { answer: T | undefined } {
  const seen: { answer: T | undefined } = { answer: undefined };
  void promise.then((answer) => (seen.answer = answer));
  return seen;
}

test("a change reaches all of many devices at once, and one wait is for all of them", async () => {
  const server = await simulateServer();
  const names = Array.from({ length: 230 }, (_, index) => `n${index}`);
  const devices = [];
  for (const name of names) devices.push(await connected(server, name));
  const changing = new Changing(server.runtime);
  const seen = watch(changing.many(names.map(address), wish({ speed: 5 }, 2_000)));
  await server.settle();
  for (const device of devices)
    expect(device.take()).toEqual([line({ type: "set", id: 1, values: { speed: 5 } })]);
  expect(seen.answer).toBeUndefined();
  await server.advance(2_000);
  expect(seen.answer?.[0]).toBe(202);
  expect(seen.answer?.[1].results.map((result) => result.device)).toEqual(names);
});

test("the wait is over when the last of them has answered", async () => {
  const server = await simulateServer();
  const one = await connected(server, "one");
  const two = await connected(server, "two");
  const changing = new Changing(server.runtime);
  const seen = watch(changing.many(["one", "nobody", "two"].map(address), wish({ speed: 5 }, 30_000)));
  await server.settle();
  one.send(applied(1, { speed: { value: 4 } }));
  await server.settle();
  expect(seen.answer).toBeUndefined();
  two.send(applied(1, { speed: { error: "no" } }));
  await server.settle();
  expect(seen.answer).toMatchObject([
    200,
    {
      results: [
        { device: "one", writes: [{ state: "applied", applied: 4 }] },
        { device: "nobody", error: { code: "not_found" } },
        { device: "two", writes: [{ state: "rejected", reason: "no" }] },
      ],
    },
  ]);
});

test("an answer that waited in vain says what came within the wait", async () => {
  const server = await simulateServer();
  const device = await connected(server, "phone");
  const changing = new Changing(server.runtime);
  const seen = watch(changing.one(address("phone"), wish({ speed: 5, lives: 6 }, 2_000)));
  await server.settle();
  device.send(applied(1, { speed: { error: "not now" } }));
  await server.advance(2_000);
  expect(seen.answer).toMatchObject([
    202,
    {
      set: 1,
      writes: [
        { name: "speed", state: "rejected", reason: "not now" },
        { name: "lives", state: "sent" },
      ],
    },
  ]);
});

test("a change that is written over before it is waited for is answered with what became of it", async () => {
  const server = await simulateServer();
  await connected(server, "phone");
  const tablet = await connected(server, "tablet");
  const changing = new Changing(server.runtime);
  const storeTablet = server.faults.hold("append");
  tablet.send(line({ type: "variables", seq: 1, values: { speed: 2 } }));
  await server.settle();
  // What others say is stored as ever.
  server.faults.hold("append")();
  const many = watch(changing.many(["phone", "tablet"].map(address), wish({ speed: 5 }, 2_000)));
  await server.settle();
  const one = watch(changing.one(address("phone"), wish({ speed: 6 })));
  await server.settle();
  expect(one.answer).toMatchObject([202, { writes: [{ value: 6 }] }]);
  storeTablet();
  await server.advance(2_000);
  const [, answer] = many.answer ?? [];
  expect(answer?.results).toMatchObject([
    { device: "phone", writes: [{ value: 5, state: "replaced" }] },
    { device: "tablet", writes: [{ value: 5, state: "sent" }] },
  ]);
});

test("a device whose process ends meanwhile is answered for with what is stored, at once", async () => {
  const server = await simulateServer();
  await connected(server, "phone");
  const changing = new Changing(server.runtime);
  const seen = watch(changing.one(address("phone"), wish({ speed: 5 }, 30_000)));
  await server.settle();
  server.runtime.exit(deviceName(address("phone")), "kill");
  await server.settle();
  expect(seen.answer).toMatchObject([202, { set: 1, writes: [{ name: "speed", value: 5, state: "sent" }] }]);
  server.takeCrashes();
});

test("nobody waits for a device while the web server closes", async () => {
  const server = await simulateServer();
  await connected(server, "phone");
  const changing = new Changing(server.runtime);
  const before = watch(changing.one(address("phone"), wish({ speed: 5 }, 30_000)));
  await server.settle();
  changing.endWaits();
  const after = watch(changing.one(address("phone"), wish({ lives: 5 }, 30_000)));
  await server.settle();
  expect(before.answer).toMatchObject([202, { set: 1, writes: [{ state: "sent" }] }]);
  expect(after.answer).toMatchObject([202, { set: 2, writes: [{ state: "sent" }] }]);
});

test("a request that waits when the server is stopped is answered with what is stored", async () => {
  const wheelhouse = await startTestServer();
  const game = await connectGame(wheelhouse);
  const waiting = wheelhouse.api(`/projects/${wheelhouse.project}/devices/game/variables?waitMs=30000`, {
    method: "PATCH",
    body: { values: { speed: 5 } },
  });
  expect(await game.next()).toMatchObject({ type: "set" });
  await wheelhouse.stop();
  expect(await waiting).toMatchObject({
    status: 202,
    body: { set: 1, writes: [{ value: 5, state: "sent" }] },
  });
});
