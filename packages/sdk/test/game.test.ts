import { afterEach, beforeEach, describe, expect, test } from "vitest";

import type { DeviceMessage, JsonObject, JsonValue } from "@wheelhouse/protocol";
import {
  StoppedError,
  connect,
  reject,
  type ConnectOptions,
  type Declaration,
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

  test("a value that isn't of its declared kind is told and left out, before the welcome too, and the declarations stay", async () => {
    begin();
    game.declare({ speed: { kind: "float", value: 3 }, score: { kind: "integer", value: 0 } });
    game.declare({ pos: { kind: "vector", value: [0, 0] } });
    game.send({ speed: 4, score: 0.5, pos: [Number.NaN, 0] });
    game.send({ score: 7.5 });
    const connection = await welcomed();
    expect(await connection.next()).toMatchObject({
      type: "declare",
      variables: [{ value: 4 }, { value: 0 }, { value: [0, 0] }],
    });
    expect(await connection.next()).toMatchObject({ type: "variables", seq: 1, values: { speed: 4 } });
    game.send({ score: 1, pos: [1, 1] });
    expect(await connection.next()).toMatchObject({ seq: 2, values: { score: 1, pos: [1, 1] } });
    expect(problems.map(({ code, message }) => `${code}: ${message}`)).toEqual([
      "invalid: expected score to be a whole number, got: 0.5",
      "invalid: expected pos to be a list of 2 to 4 numbers, got: [null,0], with NaN or an infinity in it",
    ]);
  });

  test("a value that was sent before its variable was declared goes before the declaration, and fits it when it goes later", async () => {
    begin();
    const first = await welcomed();
    game.send({ score: 0.5, lives: 3 });
    game.declare({ score: { kind: "integer" }, lives: { kind: "integer" } });
    game.send({ lives: 2 });
    expect(await first.next()).toMatchObject({ seq: 1, values: { score: 0.5, lives: 3 } });
    expect(await first.next()).toMatchObject({ type: "declare" });
    expect(await first.next()).toMatchObject({ seq: 2, values: { lives: 2 } });
    first.cut();
    await reaches("waiting");
    game.send({ free: 0.5 });
    game.declare({ free: { kind: "boolean" } });
    await comeBack();
    const second = await welcomed({ resumed: true });
    expect(await second.next()).toMatchObject({ type: "declare" });
    expect(await second.next()).toMatchObject({ seq: 1, values: { lives: 3 } });
    expect(await second.next()).toMatchObject({ seq: 2, values: { lives: 2 } });
    expect(problems.at(-1)).toMatchObject({ message: "2 held values aren't of the kinds declared since" });
    expect(game.stats).toMatchObject({ sent: 3, dropped: 1, buffered: 2 });
  });

  test("values and fields that nest too deep for a line are told and left out, and flush resolves", async () => {
    begin();
    const connection = await welcomed();
    game.send({ deep: nested(62), right: nested(61) });
    game.log("info", "deep", { a: nested(61) });
    game.log("info", "right", { a: nested(60) });
    game.marker("deep", { a: nested(61) });
    const flushed = game.flush();
    expect(await connection.next()).toMatchObject({ values: { right: nested(61) } });
    expect(await connection.next()).toMatchObject({
      entries: [{ message: "deep" }, { message: "right", fields: { a: nested(60) } }],
    });
    expect(await connection.next()).toMatchObject({ type: "marker", name: "deep" });
    connection.send({ type: "ack", seq: 3 });
    await flushed;
    expect(problems.map(({ message }) => message.replace(/, got: .*/, ""))).toEqual([
      "expected deep to be JSON that nests at most 61 deep",
      "expected the fields of a log entry (deep) to be JSON that nests at most 61 deep",
      "expected the fields of the marker (deep) to be JSON that nests at most 61 deep",
    ]);
  });

  test("what leaves is what was sent, whatever the game does to it within the tick", async () => {
    begin();
    const connection = await welcomed();
    const position = [1, 2];
    const circle: Record<string, unknown> = { round: false };
    const options = ["easy"];
    game.declare({ mode: { kind: "enum", options } });
    game.send({ position, circle: circle as { round: boolean } });
    game.log("info", "moved", { position });
    position[0] = Number.NaN;
    circle["self"] = circle;
    options.push(10n as never);
    expect(await connection.next()).toMatchObject({
      variables: [{ declaration: { options: ["easy"] } }],
    });
    expect(await connection.next()).toMatchObject({ values: { position: [1, 2], circle: { round: false } } });
    expect(await connection.next()).toMatchObject({ entries: [{ fields: { position: [1, 2] } }] });
    expect(problems).toEqual([]);
  });

  test("values whose reading throws are told, and messages that aren't text are made text", async () => {
    begin();
    const connection = await welcomed();
    const odd = {
      get broken(): number {
        throw new Error("not yet");
      },
      good: 1,
    };
    game.send(odd);
    game.send(Proxy.revocable({}, {}).revoke as never);
    game.log("info", Object.create(null));
    game.log("info", "x", odd);
    game.log(Symbol("level") as never, Symbol("text") as never);
    game.marker(Symbol("name") as never);
    expect(await connection.next()).toMatchObject({ values: { good: 1 } });
    expect(await connection.next()).toMatchObject({
      entries: [{ message: "{}" }, { message: "x" }, { message: "Symbol(text)" }],
    });
    expect(problems.map(({ message }) => message)).toEqual([
      "the value of broken can't be read: Error: not yet",
      "the values aren't an object of names and values",
      "expected the fields of a log entry (x) to be an object, got: something that can't be written as JSON",
      expect.stringContaining("expected a marker's name to be"),
    ]);
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
    game.marker("odder", [] as never);
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

  test("a handler that returns what isn't of the kind rejects, and the next declaration is right", async () => {
    begin();
    const names: string[] = [];
    game.declare({ name: { kind: "string", value: "bob", writable: true } });
    game.onSet("name", (name: string) => names.push(name));
    const first = await welcomed();
    await first.next();
    first.send({ type: "set", id: 1, values: { name: "ann" } });
    const error = "expected what the handler of name returns to be text, got: 1";
    const answer = { type: "applied", id: 1, results: { name: { error, value: "bob" } } };
    expect(await first.next()).toEqual(answer);
    first.cut();
    await comeBack();
    const second = await welcomed({ resumed: true });
    expect(await second.next()).toMatchObject({ variables: [{ value: "bob" }] });
    second.send({ type: "set", id: 1, values: { name: "ann" } });
    expect(await second.next()).toEqual(answer);
    expect(problems[0]).toEqual({ code: "invalid", message: error, final: false });
    expect(names).toEqual(["ann"]);
  });

  test("an answer that is longer than a line rejects that write alone", async () => {
    begin();
    const long = "x".repeat(40_000);
    game.onSet("text", () => long);
    game.onSet("twice", () => long + long);
    game.onSet("lives", () => 3);
    const connection = await welcomed();
    connection.send({ type: "set", id: 1, values: { text: "a", twice: "b", lives: 4 } });
    const answers = [await connection.next(), await connection.next(), await connection.next()];
    expect(answers).toEqual([
      { type: "applied", id: 1, results: { text: { value: long } } },
      {
        type: "applied",
        id: 1,
        results: { twice: { error: "the game's answer is longer than a line may be" } },
      },
      { type: "applied", id: 1, results: { lives: { value: 3 } } },
    ]);
    expect(problems.map(({ code }) => code)).toEqual(["too_large"]);
  });

  test("a value that is longer than a line doesn't keep its variable from being declared", async () => {
    begin();
    game.declare({ text: { kind: "string", value: "short", writable: true }, lives: { kind: "integer" } });
    game.send({ text: "x".repeat(70_000) });
    const connection = await welcomed();
    const declared = [await connection.next(), await connection.next()];
    expect(declared).toMatchObject([
      { variables: [{ declaration: { name: "text", writable: true } }] },
      { variables: [{ declaration: { name: "lives" } }] },
    ]);
    expect(problems.map(({ code }) => code)).toEqual(["too_large", "too_large"]);
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

  test.each([
    [{ kind: "integer", value: 0.5 }, "expected odd.value to be a whole number, got: 0.5"],
    [{ kind: "json", value: { a: [Number.NaN] } }, "expected odd.value to be a JSON value, got:"],
    [{ kind: "json", value: nested(62) }, "expected odd.value to be JSON that nests at most 61 deep, got:"],
    [undefined, "expected odd.kind to be one of"],
  ])("so does one whose value can't be sent: %j", (declaration, message) => {
    expect(() => game.declare({ odd: declaration as Declaration })).toThrow(message);
  });

  test("what games have compiles, and what JSON can't hold doesn't", () => {
    interface Vector {
      readonly x: number;
      readonly y?: number;
    }
    interface World {
      readonly position: Vector;
      readonly path: readonly Vector[];
      readonly name: string | null;
    }
    const position: Vector = { x: 1 };
    const world: World = { position, path: [position], name: null };
    const untyped: JsonObject = { a: 1 };
    const perhaps: JsonObject | undefined = JSON.parse("{}");
    game.send(world);
    game.send({ position, at: [1, 2] as const });
    game.send(untyped);
    game.send(Object.fromEntries([["a", 1]]));
    game.log("info", "moved", position);
    game.log("info", "moved", perhaps);
    game.marker("here", world);
    // @ts-expect-error: a list has no names
    game.send([1, 2]);
    // @ts-expect-error: a function that wasn't called
    game.send({ speed: () => 3 });
    // @ts-expect-error: nothing
    game.send({ lives: undefined });
    // @ts-expect-error: a big integer
    game.send({ deep: { score: 10n } });
    // @ts-expect-error: not an object
    game.log("info", "moved", 5);
    expect(problems).toHaveLength(5);
  });
});

/** A list in a list in a list. */
function nested(depth: number): JsonValue {
  return depth === 0 ? 1 : [nested(depth - 1)];
}

async function lines(connection: ScriptedConnection, count: number): Promise<DeviceMessage[]> {
  const all: DeviceMessage[] = [];
  while (all.length < count) all.push(await connection.next());
  return all;
}
