/** Each measurement in a short form: that it runs, does the work it counts and prints a row; never how long it takes. */

import { afterEach, expect, test, vi } from "vitest";
import type { Figure } from "../../figure.ts";
import { measure as measureAccepts } from "../../net/accepts.ts";
import { measure as measureChurn } from "../../net/churn.ts";
import { measure as measureDescriptors } from "../../net/descriptors.ts";
import type { EchoSize } from "../../net/echo-figures.ts";
import { measure as measureEndlessLine } from "../../net/endless-line.ts";
import { measure as measureIdleMemory } from "../../net/idle-memory.ts";
import { measure as measureLines } from "../../net/lines.ts";
import { measure as measureLongLines } from "../../net/long-lines.ts";
import { measure as measureRoundTrips } from "../../net/round-trips.ts";
import { startLoad, startOurs, startPlain, withEnded } from "../../net/servers.ts";
import { measure as measureSleeper } from "../../net/sleeper.ts";
import { expectRows } from "../expect-rows.ts";

const ECHO: EchoSize = { mostConnections: 3, warmUpMs: 10, forMs: 100, runs: 1, beam: false };

const MEASUREMENTS: readonly [string, () => Promise<readonly Figure[]>, number][] = [
  ["net-lines", () => measureLines({ ...ECHO, beam: true }), 5],
  ["net-round-trips", () => measureRoundTrips(ECHO), 6],
  ["net-long-lines", () => measureLongLines(ECHO), 3],
  ["net-idle-memory", () => measureIdleMemory({ count: 100, runs: 1 }), 3],
  ["net-accepts", () => measureAccepts({ count: 20, runs: 1 }), 2],
  ["net-endless-line", () => measureEndlessLine({ bytes: 1_000_000 }), 4],
  ["net-sleeper", () => measureSleeper({ connections: 3, warmUpMs: 10, forMs: 100, runs: 1 }), 2],
  ["net-descriptors", () => measureDescriptors({ descriptors: 64, clients: 100, forMs: 10 }), 4],
];

afterEach(() => {
  vi.restoreAllMocks();
});

test.each(MEASUREMENTS)("%s: does the work it counts and says what came of it", async (_, measure, rows) => {
  vi.spyOn(console, "log").mockImplementation(() => {});
  const figures = await measure();
  expectRows(figures, rows);
});

test("net-churn: of connections that have gone, politely or by a reset, nothing is left", async () => {
  vi.spyOn(console, "log").mockImplementation(() => {});
  const figures = await measureChurn({ count: 60 });
  expect(figures.map(({ what, ours }) => [what.replace(/.*: /, ""), ours]).slice(0, 4)).toEqual([
    ["sockets left", "0 "],
    ["processes left", "0 "],
    ["names left", "0 "],
    ["timers left", "0 "],
  ]);
});

test("what is left is found: a census counts connections that are held, with their timers", async () => {
  const found = await withEnded([startLoad, startOurs], async ([load, ours]) => {
    const before = await ours.census();
    await load.ask("gather", { port: ours.port, connections: 7 });
    return { before, held: await ours.census() };
  });
  expect(found.held.sockets - found.before.sockets).toBe(7);
  expect(found.held.processes - found.before.processes).toBe(7);
  expect(found.held.timers - found.before.timers).toBeGreaterThanOrEqual(7);
});

test("an endless line ends the connection for its reason", async () => {
  const endings = await withEnded([startLoad, startOurs], async ([load, ours]) => {
    await load.ask("endless", { port: ours.port, bytes: 1_000_000 });
    return ours.endings();
  });
  expect(endings).toEqual({ "packet over the limit": 1 });
});

test("a load that doesn't get back what it sent says so", async () => {
  const load = { connections: 1, lineBytes: 100_000, inFlight: 1, warmUpMs: 10, forMs: 50 };
  const measured = withEnded([startLoad, startOurs], ([client, { port, pid }]) =>
    client.ask("echo", { ...load, port, serverPid: pid }),
  );
  await expect(measured).rejects.toThrow(/closed by the server|bytes didn't come back/);
});

test("a child that fails at its start says so, and none of its like is left", async () => {
  const starts = [startPlain, () => startOurs({}, { nodeFlags: ["--no-such-flag"] })] as const;
  await expect(withEnded(starts, () => Promise.resolve())).rejects.toThrow("our-server.ts has ended: 9");
});
