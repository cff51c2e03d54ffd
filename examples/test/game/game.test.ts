import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { createServer, type Server, type Socket } from "node:net";
import { text } from "node:stream/consumers";
import { fileURLToPath } from "node:url";

import { afterEach, beforeEach, describe, expect, test } from "vitest";

const MAIN = fileURLToPath(new URL("../../src/main.ts", import.meta.url));
const KEY = "AbCdEf123456";
const WELCOME =
  '{"type":"welcome","protocol":2,"session":"s1","resumed":false,"acknowledged":0,"heartbeatMs":15000,"maxLineBytes":65536,"window":256,"now":0}';

let server: Server;
let sockets: Socket[];
let children: ChildProcess[];

beforeEach(async () => {
  sockets = [];
  children = [];
  server = createServer((socket) => sockets.push(socket));
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
});

afterEach(async () => {
  for (const child of children) if (child.exitCode === null) child.kill("SIGKILL");
  for (const socket of sockets) socket.destroy();
  server.close();
  await once(server, "close");
});

function start(...args: readonly string[]) {
  const child = spawn(process.execPath, ["--conditions=source", MAIN, ...args], {
    stdio: ["ignore", "pipe", "pipe"],
  });
  children.push(child);
  return child;
}

async function ended(child: ReturnType<typeof start>): Promise<{ code: unknown; out: string; err: string }> {
  const [out, err, [code]] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    once(child, "close"),
  ]);
  return { code, out, err };
}

function tcp(): string {
  const address = server.address();
  return `127.0.0.1:${typeof address === "object" ? address?.port : 0}`;
}

/** Talks to one game: `onLine` gets each of its messages and may answer with lines. */
function serve(onLine: (message: Record<string, unknown>) => readonly string[]): void {
  server.on("connection", (socket) => {
    let rest = "";
    socket.setEncoding("utf8");
    socket.on("error", () => undefined);
    socket.on("data", (data: string) => {
      const lines = (rest + data).split("\n");
      rest = lines.pop() ?? "";
      for (const line of lines) {
        const message = JSON.parse(line) as Record<string, unknown>;
        const acks = message["seq"] === undefined ? [] : [`{"type":"ack","seq":${Number(message["seq"])}}`];
        for (const answer of [...acks, ...onLine(message)]) socket.write(`${answer}\n`);
      }
    });
  });
}

describe("the runner", () => {
  test("lists the examples", async () => {
    const { code, out } = await ended(start("--help"));
    expect(code).toBe(0);
    expect(out).toMatch(
      / {2}game .+\n {2}echo .+\n {2}received .+\n {2}proxy .+\n {2}tls-echo .+\n {2}chat .+\n/,
    );
  });

  test.each([[[]], [["toString"]]])("names what is missing or unknown: %j", async (args) => {
    const { code, err } = await ended(start(...args));
    expect(code).toBe(2);
    expect(err).toMatch(/^expected the name of an example/);
  });
});

test("a wrong argument is one line and exit code 2", async () => {
  expect(await ended(start("game", "--key", KEY, "--seed", "x"))).toEqual({
    code: 2,
    out: "",
    err: "game: expected --seed to be a whole number from 0, got: x\n",
  });
});

test("a key that the server doesn't know is one line and exit code 1", async () => {
  serve(() => ['{"type":"error","code":"unauthorized","message":"unknown key"}']);
  const { code, err } = await ended(start("game", "--key", KEY, "--tcp", tcp()));
  expect(code).toBe(1);
  expect(err).toMatch(/^game: .+--key.+\n$/);
});

test("it is steered, and a signal ends it politely", async () => {
  const types: unknown[] = [];
  const child = start("game", "--key", KEY, "--tcp", tcp(), "--seed", "1");
  serve((message) => {
    types.push(message["type"]);
    if (message["type"] === "hello") return [WELCOME, '{"type":"set","id":1,"values":{"ball.speed":200}}'];
    if (message["type"] === "applied") {
      expect(message["results"]).toEqual({ "ball.speed": { value: 80 } });
      child.kill("SIGTERM");
    }
    return [];
  });
  expect(await ended(child)).toEqual({
    code: 0,
    out: "connected\nsteered from Wheelhouse: ball.speed = 80\n",
    err: "",
  });
  expect(types.slice(0, 2)).toEqual(["hello", "declare"]);
  expect(types.at(-1)).toBe("bye");
});
