import { afterEach, beforeEach, describe, expect, test } from "vitest";

import type { DeviceMessage } from "@wheelhouse/protocol";
import {
  StoppedError,
  connect,
  reject,
  type ConnectOptions,
  type Game,
  type Problem,
  type Status,
} from "@wheelhouse/sdk";

import { ManualEnvironment } from "./manual-environment.ts";
import { ScriptedServer, WELCOME, type ScriptedConnection } from "./scripted-server.ts";

let server: ScriptedServer;
let environment: ManualEnvironment;
let game: Game;
let problems: Problem[];

beforeEach(async () => {
  server = await ScriptedServer.listen();
  environment = new ManualEnvironment();
  problems = [];
});

afterEach(async () => {
  const closed = game.close({ timeoutMs: 0 });
  environment.advance(1_000);
  await closed;
  await server.close();
  expect(game.status).toBe("stopped");
});

function begin(options: Partial<ConnectOptions> = {}): void {
  game = connect(
    { key: "AbCdEf123456", device: "dev", tcp: `127.0.0.1:${server.port}`, ...options },
    environment,
  );
  game.on("error", (problem) => problems.push(problem));
}

async function welcomed(welcome: Partial<typeof WELCOME> = {}): Promise<ScriptedConnection> {
  const connection = await server.connection();
  await connection.next();
  connection.send({ ...WELCOME, ...welcome });
  await reaches("connected");
  return connection;
}

function reaches(status: Status): Promise<void> {
  if (game.status === status) return Promise.resolve();
  return new Promise((resolve) => {
    const stop = game.on("status", (now) => {
      if (now !== status) return;
      stop();
      resolve();
    });
  });
}

function nextProblem(): Promise<Problem> {
  return new Promise((resolve) => {
    const stop = game.on("error", (problem) => {
      stop();
      resolve(problem);
    });
  });
}

/** After a lost connection: lets the time of the wait pass. */
async function comeBack(afterMs = 5_000): Promise<void> {
  await reaches("waiting");
  environment.advance(afterMs);
}

describe("speaking", () => {
  test("introduces itself with everything it was told", async () => {
    begin({ name: "Ann's", app: "breakout", build: "1.4", tags: ["demo"] });
    const connection = await server.connection();
    expect(await connection.next()).toEqual({
      type: "hello",
      protocol: 2,
      key: "AbCdEf123456",
      device: "dev",
      name: "Ann's",
      app: "breakout",
      build: "1.4",
      tags: ["demo"],
      now: environment.now(),
    });
  });

  test("what is said within one tick leaves as one line of each type", async () => {
    begin();
    const connection = await welcomed();
    game.send({ a: 1, b: 1 });
    game.log("info", "one");
    game.send({ a: 2 });
    game.log("warn", "two", { level: 1 });
    const at = environment.now();
    expect(await connection.next()).toEqual({ type: "variables", seq: 1, at, values: { a: 2, b: 1 } });
    expect(await connection.next()).toEqual({
      type: "logs",
      seq: 2,
      entries: [
        { at, level: "info", message: "one" },
        { at, level: "warn", message: "two", fields: { level: 1 } },
      ],
    });
  });

  test("declarations are sent again after each welcome, with the newest value", async () => {
    begin();
    game.declare({ speed: { kind: "float", value: 3, min: 0, max: 9, writable: true } });
    const first = await welcomed();
    expect(await first.next()).toMatchObject({ type: "declare", variables: [{ value: 3 }] });
    game.send({ speed: 4 });
    await first.next();
    first.send({ type: "ack", seq: 1 });
    await game.flush();
    first.cut();
    await comeBack();
    const second = await welcomed({ resumed: true, acknowledged: 1 });
    expect(await second.next()).toMatchObject({ type: "declare", variables: [{ value: 4 }] });
  });

  test("what JSON can't hold is an event, once for each variable, and the rest goes out", async () => {
    begin();
    const connection = await welcomed();
    const circle: Record<string, unknown> = {};
    circle["self"] = circle;
    game.send({ bad: Number.NaN, good: 1 });
    game.send({ bad: Number.NaN });
    game.send(undefined as never);
    game.log("info", 10n as never, circle as never);
    expect(await connection.next()).toMatchObject({ type: "variables", values: { good: 1 } });
    expect(await connection.next()).toMatchObject({ type: "logs", entries: [{ message: "10" }] });
    expect(problems.map(({ code }) => code)).toEqual(["invalid", "invalid", "invalid"]);
  });

  test("flush waits for the acknowledgement of everything sent before", async () => {
    begin();
    const connection = await welcomed();
    game.send({ a: 1 });
    const flushed = game.flush();
    expect(game.stats).toMatchObject({ sent: 1, acknowledged: 0, buffered: 1 });
    await connection.next();
    connection.send({ type: "ack", seq: 1 });
    await flushed;
    expect(game.stats).toMatchObject({ sent: 1, acknowledged: 1, buffered: 0 });
  });

  test("close flushes, says bye and ends", async () => {
    begin();
    const connection = await welcomed();
    game.send({ a: 1 });
    const closed = game.close();
    await connection.next();
    connection.send({ type: "ack", seq: 1 });
    expect(await connection.next()).toEqual({ type: "bye" });
    await connection.ended;
    await closed;
    expect(environment.timers).toBe(0);
    await expect(game.flush()).rejects.toThrow(StoppedError);
  });

  test("close gives up on a server that is away, after its time", async () => {
    const { port } = server;
    await server.close();
    begin({ tcp: `127.0.0.1:${port}` });
    await reaches("waiting");
    game.send({ a: 1 });
    const closed = game.close();
    environment.advance(2_000);
    await closed;
    expect(game.stats).toMatchObject({ sent: 1, dropped: 1, buffered: 0 });
    server = await ScriptedServer.listen();
  });
});

describe("markers", () => {
  test("leave with their time, their fields and a number of their own", async () => {
    begin();
    const connection = await welcomed();
    game.send({ a: 1 });
    game.marker("boss fight", { level: 3 });
    game.marker("boss dead");
    const at = environment.now();
    expect(await connection.next()).toMatchObject({ type: "variables", seq: 1 });
    expect(await connection.next()).toEqual({
      type: "marker",
      seq: 2,
      at,
      name: "boss fight",
      fields: { level: 3 },
    });
    expect(await connection.next()).toEqual({ type: "marker", seq: 3, at, name: "boss dead" });
  });

  test("are sent again after a cut, once and in order, and never as backlog", async () => {
    begin();
    const first = await welcomed();
    game.marker("one");
    await first.next();
    game.marker("two");
    await first.next();
    first.send({ type: "ack", seq: 1 });
    const problem = nextProblem();
    first.cut();
    await problem;
    game.marker("three");
    await comeBack();
    const second = await welcomed({ resumed: true, acknowledged: 1 });
    const at = environment.now() - 5_000;
    expect(await second.next()).toEqual({ type: "marker", seq: 2, at, name: "two" });
    expect(await second.next()).toEqual({ type: "marker", seq: 3, at, name: "three" });
  });

  test("that no server would take are events, and nothing else", async () => {
    begin();
    const connection = await welcomed();
    game.marker("");
    game.marker("x".repeat(201));
    game.marker("odd", { broken: Number.NaN });
    game.marker("odder", [] as unknown as {});
    expect(await connection.next()).toMatchObject({ type: "marker", seq: 1, name: "odd" });
    expect(await connection.next()).not.toHaveProperty("fields");
    expect(problems.map(({ code }) => code)).toEqual(["invalid", "invalid", "invalid"]);
  });
});

describe("coming back", () => {
  test("a connection cut in the middle is resumed: only what wasn't acknowledged comes again, in order", async () => {
    begin();
    const first = await welcomed();
    for (const score of [1, 2, 3]) {
      game.send({ score });
      await first.next();
    }
    first.send({ type: "ack", seq: 1 });
    first.cut();
    await reaches("waiting");
    game.send({ score: 4 });
    await comeBack();
    const second = await server.connection();
    expect(await second.next()).toMatchObject({ type: "hello", session: "s1" });
    second.send({ ...WELCOME, resumed: true, acknowledged: 1 });
    expect(await lines(second, 3)).toMatchObject([
      { seq: 2, values: { score: 2 }, backlog: true },
      { seq: 3, values: { score: 3 }, backlog: true },
      { seq: 4, values: { score: 4 } },
    ]);
    expect(game.stats.reconnects).toBe(1);
  });

  test("a session that isn't resumed starts again from 1", async () => {
    begin();
    const first = await welcomed();
    game.send({ score: 1 });
    await first.next();
    first.send({ type: "ack", seq: 1 });
    await game.flush();
    game.send({ score: 2 });
    await first.next();
    first.cut();
    await comeBack();
    const second = await welcomed({ session: "s2" });
    expect(await second.next()).toMatchObject({ seq: 1, values: { score: 2 } });
    second.cut();
    await comeBack();
    const third = await server.connection();
    expect(await third.next()).toMatchObject({ session: "s2" });
  });

  test("shutting_down is honoured with its time", async () => {
    begin();
    const first = await welcomed();
    first.send({ type: "error", code: "shutting_down", message: "restarting", retryAfterMs: 30_000 });
    first.finish();
    await first.ended;
    await reaches("waiting");
    environment.advance(29_999);
    expect(game.status).toBe("waiting");
    environment.advance(1);
    expect(game.status).toBe("connecting");
    await welcomed({ resumed: true });
  });

  test("a server that isn't there yet is tried again until it is", async () => {
    const { port } = server;
    await server.close();
    begin({ tcp: `127.0.0.1:${port}` });
    await comeBack();
    await reaches("connecting");
    await comeBack();
    await reaches("connecting");
    await reaches("waiting");
    server = await ScriptedServer.listen(port);
    environment.advance(5_000);
    await welcomed();
    expect(problems.map(({ code }) => code)).toEqual(["unreachable"]);
  });

  test("a silent server is left, and what its old connection still says is ignored", async () => {
    begin();
    const first = await welcomed();
    environment.advance(15_000);
    expect(await first.next()).toEqual({ type: "ping" });
    environment.advance(30_000);
    expect(game.status).toBe("waiting");
    first.send({ type: "error", code: "replaced", message: "too late" });
    environment.advance(5_000);
    await welcomed({ resumed: true });
  });
});

describe("stopping for good", () => {
  test("replaced", async () => {
    begin();
    const connection = await welcomed();
    game.send({ a: 1 });
    const flushed = game.flush();
    connection.send({ type: "error", code: "replaced", message: "another connection of this device" });
    await expect(flushed).rejects.toMatchObject({ code: "stopped", problem: { code: "replaced" } });
    expect(problems).toEqual([
      { code: "replaced", message: "another connection of this device", final: true },
    ]);
    expect(environment.timers).toBe(0);
    game.send({ a: 2 });
    game.log("info", "nobody hears this");
  });

  test("a wrong key: one hello, one event, no second attempt", async () => {
    begin();
    const connection = await server.connection();
    await connection.next();
    const problem = nextProblem();
    connection.send({ type: "error", code: "unauthorized", message: "unknown key" });
    expect(await problem).toEqual({ code: "unauthorized", message: "unknown key", final: true });
    await connection.ended;
    expect(game.status).toBe("stopped");
    expect(environment.timers).toBe(0);
  });
});

describe("being steered", () => {
  test("a set is applied and answered with what was really applied", async () => {
    begin();
    let speed = 3;
    game.declare({ speed: { kind: "float", value: speed, writable: true } });
    game.onSet("speed", (value: number) => {
      if (value < 0) return reject("out of range");
      speed = Math.min(value, 9);
      return speed;
    });
    const connection = await welcomed();
    await connection.next();
    connection.send(
      { type: "set", id: 1, values: { speed: 12 } },
      { type: "set", id: 2, values: { speed: -1, wings: 2 } },
    );
    expect(await connection.next()).toEqual({ type: "applied", id: 1, results: { speed: { value: 9 } } });
    expect(await connection.next()).toEqual({
      type: "applied",
      id: 2,
      results: { speed: { error: "out of range", value: 9 }, wings: { error: "not writable here" } },
    });
    expect(speed).toBe(9);
  });

  test("a trigger goes off once, and isn't declared as if it had a value", async () => {
    begin();
    let presses = 0;
    game.declare({ restart: { kind: "trigger", writable: true } });
    game.onTrigger("restart", () => void (presses += 1));
    const first = await welcomed();
    const declared = await first.next();
    first.send({ type: "set", id: 5, values: { restart: true } });
    const answer = { type: "applied", id: 5, results: { restart: { value: true } } };
    expect(await first.next()).toEqual(answer);
    first.cut();
    await comeBack();
    const second = await welcomed({ resumed: true, acknowledged: 1 });
    expect(await second.next()).toEqual(declared);
    second.send({ type: "set", id: 5, values: { restart: true } });
    expect(await second.next()).toEqual(answer);
    expect(presses).toBe(1);
  });

  test("a set that comes again after a reconnect is answered the same and not applied again", async () => {
    begin();
    let calls = 0;
    game.onSet("lives", () => ++calls);
    const first = await welcomed();
    first.send({ type: "set", id: 42, values: { lives: 3 } });
    const answer = await first.next();
    first.cut();
    await comeBack();
    const second = await welcomed({ resumed: true });
    second.send({ type: "set", id: 42, values: { lives: 3 } });
    expect(await second.next()).toEqual(answer);
    expect(calls).toBe(1);
  });

  test("a set of a server that began a new session is applied, though its id was seen before", async () => {
    begin();
    let calls = 0;
    game.onSet("lives", () => ++calls);
    const first = await welcomed();
    first.send({ type: "set", id: 1, values: { lives: 3 } });
    await first.next();
    first.cut();
    await comeBack();
    const second = await welcomed({ session: "s2" });
    second.send({ type: "set", id: 1, values: { lives: 3 } });
    expect(await second.next()).toEqual({ type: "applied", id: 1, results: { lives: { value: 2 } } });
  });

  test("a handler may take its time and may send", async () => {
    begin();
    game.onSet("level", async (level: number) => {
      await Promise.resolve();
      game.send({ level });
      return level;
    });
    const connection = await welcomed();
    connection.send({ type: "set", id: 1, values: { level: 2 } });
    const both = [await connection.next(), await connection.next()].map(({ type }) => type);
    expect(both.toSorted()).toEqual(["applied", "variables"]);
  });

  test("a server's ping is answered", async () => {
    begin();
    const connection = await welcomed();
    connection.send({ type: "ping" });
    expect(await connection.next()).toEqual({ type: "pong" });
  });
});

describe("arguments", () => {
  beforeEach(() => begin());

  test.each([
    [{ tcp: "6667" }, 'expected tcp to be HOST:PORT with a port from 1 to 65535, got: "6667"'],
    [{ tcp: "host:70000" }, 'expected tcp to be HOST:PORT with a port from 1 to 65535, got: "host:70000"'],
    [{ key: "" }, 'expected key to be the project\'s device key, got: ""'],
    [{ device: "a b" }, "expected device to be 1 to 64 of"],
    [{ tags: ["x".repeat(65)] }, "expected tags to be"],
    [{ maxBufferedLines: 0 }, "expected maxBufferedLines to be a positive integer, got: 0"],
  ])("%j", (options, message) => {
    expect(() => connect({ key: "AbCdEf123456", device: "dev", ...options }, environment)).toThrow(message);
  });

  test("a declaration that no server would take throws where it is made", () => {
    expect(() => game.declare({ speed: { kind: "float", min: 5, max: 1 } })).toThrow(
      "expected speed.max to be at least min (5), got: 1",
    );
  });
});

async function lines(connection: ScriptedConnection, count: number): Promise<DeviceMessage[]> {
  const all: DeviceMessage[] = [];
  while (all.length < count) all.push(await connection.next());
  return all;
}
