/** What is stored is told of in the order of its ids, whichever devices and people it comes from. */

import { defineGenServer, on, start } from "@wheelhouse/actors";
import type { WriteRecord } from "@wheelhouse/storage";
import { expect, test } from "vitest";
import { ProjectTopic, deviceName, type ProjectEvent } from "../../src/devices/protocol.ts";
import { Store } from "../../src/store/store.ts";
import {
  PROJECT,
  STARTS_AT,
  hello,
  line,
  simulateServer,
  type SimulatedServer,
} from "../devices/simulated-server.ts";
import { afterTest } from "../support.ts";

type Stored = Extract<ProjectEvent, { type: "stored" }>;

const Ear = defineGenServer<{}, Stored[], Stored[]>({
  name: "Ear",
  init(ctx, heard) {
    ctx.subscribe(ProjectTopic.of(PROJECT));
    return heard;
  },
  infos: [on(ProjectTopic, ({ state }, event) => void (event.type === "stored" && state.push(event)))],
});

/** What is told of from here on. */
async function hear({ runtime }: SimulatedServer): Promise<readonly Stored[]> {
  const heard: Stored[] = [];
  const ear = await start(Ear, heard, { runtime });
  afterTest(() => ear.stop());
  return heard;
}

function entriesOf({ logs, markers, writes }: Stored): readonly number[] {
  return [...[...logs, ...markers].map(({ id }) => id), ...writes.map(({ entry }: WriteRecord) => entry)];
}

const log = (seq: number, message: string) =>
  line({ type: "logs", seq, entries: [{ level: "info", message }] });
const DECLARED = line({ type: "declare", variables: [{ name: "speed", kind: "float", writable: true }] });

test("entries of many devices and people are told of in order, and once", async () => {
  const server = await simulateServer();
  const heard = await hear(server);
  const names = ["quiet", "loud", "changed"];
  const devices = await Promise.all(names.map((name) => server.greet(hello(name), DECLARED)));
  const mark = { project: PROJECT, device: null, name: "here", fields: null, by: "ann@example.org" };
  for (let round = 1; round <= 20; round += 1) {
    const [quiet, loud] = devices;
    for (let value = 0; value < round; value += 1)
      loud?.send(line({ type: "variables", seq: round * 100 + value, values: { speed: value } }));
    loud?.send(log(round * 100 + 50, `loud ${round}`));
    quiet?.send(log(round, `quiet ${round}`));
    const changing = server.change("changed", { speed: round });
    const marking = server.runtime.call(Store, "addMarker", {
      ...mark,
      at: STARTS_AT,
      receivedAt: STARTS_AT,
    });
    await server.settle();
    await Promise.all([changing, marking]);
  }
  const told = heard.flatMap(entriesOf);
  expect(told).toEqual(told.toSorted((one, other) => one - other));
  expect(new Set(told).size).toBe(told.length);
  const logs = await server.storage.devices.logs({ project: PROJECT, limit: 100 });
  const markers = await server.storage.devices.markers({ project: PROJECT, limit: 100 });
  expect([logs.length, markers.length]).toEqual([40, 20]);
  for (const { id } of [...logs, ...markers]) expect(told).toContain(id);
});

test("of many at once, and again and again, each is stored and told of as it was said", async () => {
  const server = await simulateServer();
  const heard = await hear(server);
  const names = ["red", "green", "blue"];
  const devices = await Promise.all(names.map((name) => server.greet(hello(name))));
  const textsOf = (name: string, round: number) =>
    Array.from({ length: 200 }, (_, index) =>
      `${name} ${round} ${index} ${"é".repeat(index % 3)}`.padEnd(250),
    );
  for (let round = 1; round <= 4; round += 1) {
    for (const [index, name] of names.entries()) {
      const entries = textsOf(name, round).map((message) => ({ message }));
      devices[index]?.send(line({ type: "logs", seq: round, entries }));
    }
    await server.settle();
  }
  for (const name of names) {
    const expected = [1, 2, 3, 4].flatMap((round) => textsOf(name, round));
    const told = heard.flatMap(({ logs }) => logs).filter(({ device }) => device === name);
    expect(told.map(({ message }) => message)).toEqual(expected);
    const query = { project: PROJECT, device: name, order: "oldest", limit: 10_000 } as const;
    const stored = await server.storage.devices.logs(query);
    expect(stored.map(({ message }) => message)).toEqual(expected);
  }
});

test("what is stored is told of, though its device's process has ended meanwhile", async () => {
  const server = await simulateServer();
  const heard = await hear(server);
  const device = await server.greet(hello("phone"));
  const answer = server.faults.holdAnswer("append");
  device.send(log(1, "the last words"));
  await server.settle();
  expect(heard).toEqual([]);
  const process = server.runtime.whereis(deviceName({ project: PROJECT, device: "phone" }));
  if (process !== undefined) server.runtime.exit(process, "kill");
  await server.settle();
  answer();
  await server.settle();
  expect(heard.flatMap(({ logs }) => logs)).toMatchObject([{ device: "phone", message: "the last words" }]);
  server.takeCrashes();
});
