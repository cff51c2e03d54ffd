/** Holds `docs/protocol.md` to the code: its tables, its example lines, and its example client, which is run. */

import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type AddressInfo, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { afterEach, describe, expect, test } from "vitest";
import { CODES, type ComeBack } from "../src/codes.ts";
import { kindOfType, parseDialect1 } from "../src/dialect1.ts";
import {
  formatMessage,
  parseDeviceMessage,
  parseServerMessage,
  type ServerMessage,
} from "../src/dialect2.ts";
import { KIND_NAMES } from "../src/kinds/index.ts";
import * as limits from "../src/limits.ts";

const doc = readFileSync(new URL("../../../docs/protocol.md", import.meta.url), "utf8");
const goldenFolder = new URL("../golden/", import.meta.url);

describe("the tables", () => {
  test("of codes", () => {
    const comeBack: Record<string, ComeBack> = { no: "no", "after `retryAfterMs`": "after", "–": "unneeded" };
    const rows = table("code").map(([code = "", ends, back = ""]) => [
      unquote(code),
      { ends: ends === "yes", comeBack: comeBack[back] },
    ]);
    expect(Object.fromEntries(rows)).toEqual(CODES);
    expect(rows).toHaveLength(Object.keys(CODES).length);
  });

  test("of limits", () => {
    const rows = table("limit").map(([, value = "", , name = ""]) => [
      unquote(name),
      Number(value.replaceAll(",", "")),
    ]);
    expect(Object.fromEntries(rows)).toEqual({ ...limits });
  });

  test("of kinds", () => {
    expect(
      table("kind")
        .map(([kind = ""]) => unquote(kind))
        .sort(),
    ).toEqual([...KIND_NAMES].sort());
  });

  test("of the types of dialect 1", () => {
    const rows = table("type | kind").flatMap(([types = "", kind]) =>
      types.split(", ").map((type) => [kindOfType(unquote(type)), kind]),
    );
    expect(rows).toHaveLength(8);
    for (const [actual, documented] of rows) expect(actual).toBe(documented);
  });

  test("of messages", () => {
    const rows = table("type | sent by").flatMap(([types = "", by]) =>
      types.split(", ").map((type) => [unquote(type), by]),
    );
    for (const [type, by] of rows) {
      const fromDevice = parseDeviceMessage(JSON.stringify({ type }));
      const isKnown = fromDevice.type !== "refused" || fromDevice.code !== "unknown_type";
      expect(isKnown, type).toBe(by !== "server");
    }
    expect(rows).toHaveLength(13);
  });
});

describe("the examples", () => {
  test("numbers in the text are those of the code", () => {
    for (const [name, text] of [
      ["MAX_LINE_BYTES", "A line has at most 65,536 bytes"],
      ["MAX_UNVERIFIED_LINE_BYTES", "a line has at most 4,096 bytes"],
      ["MAX_JSON_DEPTH", "JSON may nest 64 deep"],
      ["MAX_NAME_LENGTH", "1 to 200 characters"],
      ["WINDOW_LINES", "With 256 lines unacknowledged"],
    ] as const) {
      expect(doc).toContain(text);
      expect(text).toContain(limits[name].toLocaleString("en"));
    }
    expect(doc).toContain(`the whole time is ${limits.VERIFY_TIMEOUT_MS / 1000} s`);
    expect(doc).toContain(`After ${limits.HEARTBEAT_MS / 1000} s`);
    expect(doc).toContain(`silent for ${limits.SESSION_RESUME_MS / 3_600_000} hours`);
    expect(doc).toContain(`after ${limits.WRITE_EXPIRY_MS / 86_400_000} days`);
    expect(doc).toContain(`after ${limits.TRIGGER_EXPIRY_MS / 1000} s`);
    expect(doc).toContain(`by more than ${limits.CLOCK_TOLERANCE_MS / 1000} s`);
  });

  test("lines of devices are taken", () => {
    const lines = [...doc.matchAll(/^→ (\{.*\})$/gm)].map(([, line = ""]) => line);
    expect(lines.length).toBeGreaterThan(4);
    for (const line of lines) expect(parseDeviceMessage(line), line).not.toHaveProperty("code");
  });

  test("lines of the server are written so", () => {
    const lines = [...doc.matchAll(/^← (\{.*\})$/gm)].map(([, line = ""]) => line);
    expect(lines.length).toBeGreaterThan(2);
    for (const line of lines) {
      const message = parseServerMessage(line);
      expect(message === undefined ? undefined : formatMessage(message)).toBe(`${line}\n`);
    }
  });

  test("the push of dialect 1 holds the JSON below it", () => {
    const [, line = "", json = ""] = /^(v:Ab\S+)\n +(\[.*\])$/m.exec(doc) ?? [];
    expect(parseDialect1(line.replace("v:", "i:"))).toMatchObject({
      variables: [{ name: "enemy.speed", value: 5 }],
    });
    expect(Buffer.from(line.split(":")[2] ?? "", "base64").toString("utf8")).toBe(json);
  });

  test("the conversation is the golden one", () => {
    const golden = readFileSync(new URL("d2-write-clamped.txt", goldenFolder), "utf8");
    expect(doc).toContain(`\`\`\`\n${golden}\`\`\``);
  });
});

describe("the client in plain Node.js", () => {
  const cleanups: (() => unknown)[] = [];
  afterEach(clean);

  async function clean(): Promise<void> {
    for (const cleanUp of cleanups.splice(0).toReversed()) await cleanUp();
  }

  test("reports, answers writes and pings, resumes after a cut, and goes away for good when replaced", async () => {
    const { port, connections } = await listen();
    const client = runExample(port);
    const exited = once(client, "exit");

    const first = await connections.next();
    expect(await first.read()).toMatchObject({ type: "hello", key: "Ab0123456789", device: "first-steps" });
    first.send(welcome({ resumed: false, acknowledged: 0 }));
    expect(await first.read()).toMatchObject({
      type: "declare",
      variables: [{ declaration: { name: "lives" } }],
    });
    expect(await first.read()).toMatchObject({ type: "variables", seq: 1, values: { lives: 3 } });
    first.send({ type: "set", id: 7, values: { lives: 100 } });
    expect(await first.readPastReports()).toEqual({
      type: "applied",
      id: 7,
      results: { lives: { value: 9 } },
    });
    first.send({ type: "ping" });
    expect(await first.readPastReports()).toEqual({ type: "pong" });
    first.cut();

    const second = await connections.next();
    expect(await second.read()).toMatchObject({ type: "hello", session: "s1" });
    second.send(welcome({ resumed: true, acknowledged: 0 }));
    expect(await second.read()).toMatchObject({ type: "declare" });
    expect(await second.read()).toMatchObject({ seq: 1, backlog: true, values: { lives: 3 } });
    second.send({ type: "error", code: "replaced", message: "another connection" });
    const [code] = (await exited) as [number | null];
    expect(code).toBe(0);
  });

  test("tries again where nobody listens, until somebody does", async () => {
    const { port } = await listen();
    await clean();
    const client = runExample(port);
    const exited = once(client, "exit");
    const [attempt] = (await once(client, "message")) as [unknown];
    expect(attempt).toBe("ECONNREFUSED");
    const { connections } = await listen(port);
    const arrived = connections.next();
    expect(await Promise.race([arrived.then(() => "arrived"), exited])).toBe("arrived");
    const first = await arrived;
    expect(await first.read()).toMatchObject({ type: "hello", device: "first-steps" });
    first.send({ type: "error", code: "replaced", message: "another connection" });
    expect(await exited).toEqual([0, null]);
  });

  function welcome(state: { readonly resumed: boolean; readonly acknowledged: number }): ServerMessage {
    const promised = { heartbeatMs: 15_000, maxLineBytes: 65_536, window: 256, now: 0 };
    return { type: "welcome", protocol: 2, session: "s1", ...state, ...promised };
  }

  async function listen(port = 0): Promise<{ port: number; connections: { next(): Promise<Connection> } }> {
    const server = createServer();
    const sockets: Socket[] = [];
    const arrivals = listenFor<Socket>((add) => server.on("connection", add));
    server.on("connection", (socket) => sockets.push(socket));
    server.listen(port, "127.0.0.1");
    await once(server, "listening");
    cleanups.push(async () => {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, "close");
    });
    return {
      port: (server.address() as AddressInfo).port,
      connections: { next: async () => toConnection(await arrivals.next()) },
    };
  }

  function runExample(port: number): ChildProcess {
    const folder = mkdtempSync(join(tmpdir(), "wheelhouse-docs-"));
    cleanups.push(() => rmSync(folder, { recursive: true }));
    const source = /```js\n([\s\S]*?)```/.exec(doc)?.[1] ?? "";
    const file = join(folder, "game.mjs");
    writeFileSync(file, source);
    const watcher = join(folder, "watcher.mjs");
    writeFileSync(watcher, TELLS_ERRORS_OF_SOCKETS);
    const client = spawn(process.execPath, ["--import", watcher, file, "Ab0123456789", String(port)], {
      stdio: ["ignore", "ignore", "ignore", "ipc"],
    });
    cleanups.push(async () => {
      if (client.exitCode === null && client.kill()) await once(client, "exit");
    });
    return client;
  }
});

/** Runs in the client's process; the errors that the client doesn't hear itself stay unheard. */
const TELLS_ERRORS_OF_SOCKETS = `
import { subscribe } from "node:diagnostics_channel";
import { errorMonitor } from "node:events";
subscribe("net.client.socket", ({ socket }) => socket.on(errorMonitor, ({ code }) => process.send(code)));
process.channel.unref();
`;

interface Connection {
  read(): Promise<ReturnType<typeof parseDeviceMessage>>;
  /** The next message that isn't one of the reports that the client makes each second. */
  readPastReports(): Promise<ReturnType<typeof parseDeviceMessage>>;
  send(message: ServerMessage): void;
  cut(): void;
}

function toConnection(socket: Socket): Connection {
  const lines = listenFor<string>((add) => createInterface({ input: socket }).on("line", add));
  socket.on("error", () => undefined);
  const read = async (): Promise<ReturnType<typeof parseDeviceMessage>> =>
    parseDeviceMessage(await lines.next());
  return {
    read,
    async readPastReports() {
      for (let reports = 0; reports < 100; reports++) {
        const message = await read();
        if (message.type !== "variables") return message;
      }
      throw new Error("expected something else than 100 reports");
    },
    send: (message) => socket.write(formatMessage(message)),
    cut: () => socket.destroy(),
  };
}

/** What has arrived and wasn't taken yet, in order. */
function listenFor<T>(subscribe: (add: (item: T) => void) => void): { next(): Promise<T> } {
  const items: T[] = [];
  const waiting: ((item: T) => void)[] = [];
  subscribe((item) => {
    const take = waiting.shift();
    if (take === undefined) items.push(item);
    else take(item);
  });
  return {
    next() {
      const item = items.shift();
      return item === undefined ? new Promise((resolve) => waiting.push(resolve)) : Promise.resolve(item);
    },
  };
}

/** The cells of the rows below the header that begins so. */
function table(header: string): string[][] {
  const lines = doc.split("\n");
  const start = lines.findIndex((line) => line.startsWith(`| ${header} `));
  expect(start, `a table that begins with ${header}`).toBeGreaterThan(0);
  const rows: string[][] = [];
  for (const line of lines.slice(start + 2)) {
    if (!line.startsWith("|")) break;
    rows.push(
      line
        .split("|")
        .slice(1, -1)
        .map((cell) => cell.trim()),
    );
  }
  return rows;
}

function unquote(cell: string): string {
  return cell.replaceAll("`", "");
}
