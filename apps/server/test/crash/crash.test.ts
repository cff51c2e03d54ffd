/** The server is killed again and again while a game speaks: nothing acknowledged is lost, nothing is there twice. */

import { connect, nodeEnvironment, type Environment, type Game } from "@wheelhouse/sdk";
import type { LogEntryRecord } from "@wheelhouse/storage";
import { openSqliteStorage } from "@wheelhouse/storage/sqlite";
import { expect, test } from "vitest";
import { SESSION_COOKIE } from "../../src/http/security.ts";
import { afterTest, temporaryFolder } from "../support.ts";
import { freePort, startProcess, type ServerProcess } from "./server-process.ts";

const ROUNDS = 5;
/** Lines that are acknowledged in a round before the kill. */
const LINES_A_ROUND = 300;
/** Lines that may be unacknowledged: enough that each kill meets some. */
const MOST_BUFFERED = 200;
/** Ticks of the event loop in which a round is over by far. */
const MOST_TICKS = 5_000_000;
/** The game's clock runs faster, so that it comes back sooner than a real one would. */
const SPEED = 4;

const fastEnvironment: Environment = {
  ...nodeEnvironment,
  monotonicMs: () => nodeEnvironment.monotonicMs() * SPEED,
  after: (delayMs, task) => nodeEnvironment.after(delayMs / SPEED, task),
};

test("what was acknowledged survives kill -9, once and in order", { timeout: 60_000 }, async () => {
  const installation = await install();
  let server = await installation.start();
  const { project, key } = await installation.register(server);
  const game = installation.connect(key, "phone");
  const counter = { last: 0 };

  for (let round = 0; round < ROUNDS; round += 1) {
    await produce(game, counter);
    server.kill("SIGKILL");
    expect((await server.ended).signal).toBe("SIGKILL");
    const { acknowledged } = game.stats;
    const stored = await installation.read(project);
    expect(stored.numbers).toEqual(upTo(stored.numbers.length));
    expect(stored.values).toEqual(upTo(stored.values.length));
    expect(stored.marks).toEqual(upTo(stored.marks.length));
    // Each number is a line of variables, then one of log entries, and then a marker.
    expect(stored.values.length).toBeGreaterThanOrEqual(Math.ceil(acknowledged / 3));
    expect(stored.numbers.length).toBeGreaterThanOrEqual(Math.floor((acknowledged + 1) / 3));
    expect(stored.marks.length).toBeGreaterThanOrEqual(Math.floor(acknowledged / 3));
    server = await installation.start();
    await connectedAgain(game, round + 1);
  }

  await game.flush();
  expect(game.stats).toMatchObject({ dropped: 0, buffered: 0, reconnects: ROUNDS, sent: 3 * counter.last });
  await game.close();
  server.kill("SIGTERM");
  expect(await server.ended).toMatchObject({ code: 0, stderr: "" });
  const stored = await installation.read(project);
  expect(stored.numbers).toEqual(upTo(counter.last));
  expect(stored.values).toEqual(upTo(counter.last));
  expect(stored.marks).toEqual(upTo(counter.last));
  expect(stored.sessions.size).toBe(1);
});

test(
  "a change that was made while the game was away survives it too, and arrives",
  { timeout: 60_000 },
  async () => {
    const installation = await install();
    let server = await installation.start();
    const { project, key, cookie } = await installation.register(server);
    const before = installation.connect(key, "phone");
    before.declare({ lives: { kind: "integer", value: 3, writable: true } });
    before.send({ lives: 3 });
    await before.close();

    const url = (query: string) =>
      `http://127.0.0.1:${server.httpPort}/api/v1/projects/${project}/devices/phone/variables${query}`;
    const headers = { cookie, "content-type": "application/json" };
    const changed = await fetch(url(""), {
      method: "PATCH",
      headers,
      body: JSON.stringify({ values: { lives: 9 } }),
    });
    expect(changed.status).toBe(202);
    server.kill("SIGKILL");
    await server.ended;
    server = await installation.start();

    const after = installation.connect(key, "phone");
    after.declare({ lives: { kind: "integer", value: 3, writable: true } });
    const arrived = await new Promise((resolve) =>
      after.onSet("lives", (lives: number) => {
        resolve(lives);
      }),
    );
    expect(arrived).toBe(9);
    after.send({ lives: 9 });
    await after.flush();
    const answer = (await (await fetch(url(""), { headers })).json()) as {
      readonly variables: readonly { readonly desired: unknown }[];
    };
    expect(answer.variables[0]?.desired).toMatchObject({
      state: "applied",
      applied: 9,
      by: "ann@example.org",
    });
  },
);

interface Installation {
  start(): Promise<ServerProcess>;
  register(
    server: ServerProcess,
  ): Promise<{ readonly project: string; readonly key: string; readonly cookie: string }>;
  connect(key: string, device: string): Game;
  /** What is stored while no server runs. */
  read(project: string): Promise<Stored>;
}

interface Stored {
  /** Of the log entries, in order of storing. */
  readonly numbers: readonly number[];
  /** Of the markers, likewise. */
  readonly marks: readonly number[];
  /** Of the variable, in order of time and then of storing. */
  readonly values: readonly unknown[];
  readonly sessions: ReadonlySet<LogEntryRecord["session"]>;
}

/** A data folder and two ports, for one server after the other. */
async function install(): Promise<Installation> {
  const folder = await temporaryFolder();
  const [http, tcp] = [await freePort(), await freePort()];
  return {
    start: () => startProcess(["--http", `127.0.0.1:${http}`, "--tcp", `127.0.0.1:${tcp}`, "--data", folder]),
    async register({ httpPort }) {
      const response = await fetch(`http://127.0.0.1:${httpPort}/api/v1/users`, {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: JSON.stringify({ email: "ann@example.org", password: "correct horse battery" }),
      });
      const { project, deviceKey } = (await response.json()) as {
        readonly project: { readonly id: string };
        readonly deviceKey: string;
      };
      const cookie =
        response.headers.getSetCookie().find((header) => header.startsWith(SESSION_COOKIE)) ?? "";
      return { project: project.id, key: deviceKey, cookie: cookie.split(";")[0] ?? "" };
    },
    connect(key, device) {
      const game = connect({ key, device, tcp: `127.0.0.1:${tcp}` }, fastEnvironment);
      afterTest(() => game.close({ timeoutMs: 0 }));
      return game;
    },
    read: (project) => readStored(folder, project),
  };
}

async function readStored(folder: string, project: string): Promise<Stored> {
  const storage = await openSqliteStorage({ folder });
  try {
    const logs = (await storage.devices.logs({ project, device: "phone", limit: 100_000 })).toReversed();
    const markers = await storage.devices.markers({
      project,
      device: "phone",
      order: "oldest",
      limit: 100_000,
    });
    const points = await storage.devices.history({
      project,
      device: "phone",
      name: "n",
      kind: "integer",
      points: 200_000,
    });
    return {
      numbers: logs.map(({ message }) => Number(message)),
      marks: markers.map(({ name }) => Number(name)),
      values: points.map(([, value]) => value),
      sessions: new Set(logs.map(({ session }) => session)),
    };
  } finally {
    await storage.close();
  }
}

/** Reports numbers until so many more lines are acknowledged, and ends while others are on their way. */
async function produce(game: Game, counter: { last: number }): Promise<void> {
  const goal = game.stats.acknowledged + LINES_A_ROUND;
  for (let ticks = 0; game.stats.acknowledged < goal || game.stats.buffered === 0; ticks += 1) {
    if (ticks === MOST_TICKS)
      throw new Error(`expected ${goal} lines to be acknowledged, got: ${game.stats.acknowledged}`);
    if (game.stats.buffered < MOST_BUFFERED) {
      counter.last += 1;
      game.send({ n: counter.last });
      game.log("info", String(counter.last));
      game.marker(String(counter.last));
    }
    // The tick's end, at which its lines leave.
    await new Promise((resolve) => setImmediate(resolve));
  }
}

/** Resolves when the game was welcomed so often after the first time. */
function connectedAgain(game: Game, times: number): Promise<void> {
  return new Promise((resolve) => {
    const look = () => {
      if (game.stats.reconnects < times || game.status !== "connected") return;
      stop();
      resolve();
    };
    const stop = game.on("status", look);
    look();
  });
}

function upTo(last: number): number[] {
  return Array.from({ length: last }, (_, index) => index + 1);
}
