/** docs/live.md: its messages fit the schemas, its tables are the code's, and its client works. */

import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { connect, createServer, type AddressInfo, type Socket } from "node:net";
import { TOPICS, TOPIC_ACCESS, clientMessage, serverMessage, type Answer } from "@wheelhouse/api";
import { expect, test } from "vitest";
import { MAX_LOGS, MAX_MARKERS } from "../../src/live/conflation.ts";
import { SEND_EVERY_MS } from "../../src/live/live-feed.ts";
import {
  MAX_CATCH_UP,
  MAX_SUBSCRIPTIONS,
  PAUSE_BYTES,
  SLOW_BYTES,
  SLOW_MS,
} from "../../src/live/live-page.ts";
import { MAX_MESSAGE_BYTES } from "../../src/live/upgrade.ts";
import { connectGame } from "../http/support.ts";
import { afterTest, startTestServer, type TestServer } from "../support.ts";

const page = readFileSync(new URL("../../../../docs/live.md", import.meta.url), "utf8");
const shown = (arrow: "→" | "←") =>
  [...page.matchAll(new RegExp(`^${arrow} (\\{.*\\})$`, "gm"))].map(([, text]) => text ?? "");

/** The first two cells of a table's rows, by the heading of its first column. */
function tableOf(heading: string): readonly (readonly [string, string])[] {
  const [, rows = ""] =
    new RegExp(`^\\| ${heading} \\|.*\\n\\| --- .*\\n((?:\\|.*\\n)+)`, "m").exec(page) ?? [];
  return [...rows.matchAll(/^\| ([^|]+?) \| ([^|]+?) \|/gm)].map(([, one = "", other = ""]) => [one, other]);
}

test("what a client says in it is what the server takes, and the other way round", () => {
  expect(shown("→").length).toBeGreaterThanOrEqual(4);
  expect(shown("←").length).toBeGreaterThanOrEqual(6);
  for (const text of shown("→")) {
    const message: unknown = JSON.parse(text);
    expect(clientMessage.parse(message), text).toEqual(message);
  }
  for (const text of shown("←")) {
    const message: unknown = JSON.parse(text);
    expect(serverMessage.parse(message), text).toEqual(message);
  }
});

test("its topics and the roles they need are the code's", () => {
  expect(tableOf("topic")).toEqual(TOPICS.map((topic) => [`\`${topic}\``, TOPIC_ACCESS[topic]]));
});

test("its limits are the code's", () => {
  const thousands = (count: number) => count.toLocaleString("en");
  expect(tableOf("limit").map(([, value]) => value)).toEqual([
    `${Math.round(1000 / SEND_EVERY_MS)} a second`,
    thousands(MAX_LOGS),
    thousands(MAX_MARKERS),
    thousands(MAX_CATCH_UP),
    `${PAUSE_BYTES / 1024} KiB`,
    `${SLOW_BYTES / 1024 / 1024} MiB`,
    `${SLOW_MS / 1000} s`,
    String(MAX_SUBSCRIPTIONS),
    `${MAX_MESSAGE_BYTES / 1024} KiB`,
  ]);
});

/** The client of the page as a program, with what it prints. */
function runClient({ project }: TestServer, port: number, token: string) {
  const [, source = ""] = /^```js\n([^]*?)^```$/m.exec(page) ?? [];
  const child = spawn(process.execPath, ["--input-type=module", "--eval", source], {
    env: { ...process.env, WHEELHOUSE: `http://127.0.0.1:${port}`, TOKEN: token, PROJECT: project },
    stdio: ["ignore", "pipe", "inherit"],
  });
  const gone = once(child, "exit");
  afterTest(async () => {
    child.kill("SIGKILL");
    await gone;
  });
  let printed = "";
  child.stdout.setEncoding("utf8").on("data", (text: string) => (printed += text));
  return {
    /** Resolves with all it has printed once that is among it. */
    async printed(text: string): Promise<string> {
      while (!printed.includes(text)) {
        if (child.exitCode !== null) throw new Error(`expected ${text}, got the end after: ${printed}`);
        await once(child.stdout, "data");
      }
      return printed;
    },
  };
}

/** A way to the server that can be cut, after which nobody comes through until it is mended. */
async function layWire(to: number) {
  const ends = new Set<Socket>();
  let isWhole = true;
  const wire = createServer((near) => {
    const far = connect(to, "127.0.0.1");
    for (const end of [near, far]) {
      ends.add(end);
      end.on("error", () => undefined);
      end.on("close", () => {
        ends.delete(end);
        near.destroy();
        far.destroy();
      });
    }
    if (!isWhole) near.destroy();
    near.pipe(far).pipe(near);
  });
  const cut = () => {
    isWhole = false;
    for (const end of ends) end.destroy();
  };
  await once(wire.listen(0, "127.0.0.1"), "listening");
  afterTest(async () => {
    cut();
    await once(wire.close(), "close");
  });
  return { port: (wire.address() as AddressInfo).port, cut, mend: () => void (isWhole = true) };
}

test("its client prints what happens, also what happened while its connection was lost", async () => {
  const wheelhouse = await startTestServer();
  const { api, project, server } = wheelhouse;
  const { body: made } = await api<Answer<"createToken">>("/tokens", { method: "POST", body: { name: "t" } });
  const game = await connectGame(wheelhouse);
  const say = (message: string) => game.store({ type: "logs", entries: [{ level: "warn", message }] });
  const mark = (name: string) => api(`/projects/${project}/markers`, { method: "POST", body: { name } });
  const wire = await layWire(server.http.port);
  const client = runClient(wheelhouse, wire.port, made.token);
  await client.printed("live\n");
  await say("boss fight began early");
  await mark("boss");
  await client.printed("* boss\n");

  wire.cut();
  await say("while it was away");
  await mark("unseen");
  wire.mend();
  await client.printed("* unseen\n");
  await say("again");
  expect(await client.printed("again\n")).toBe(
    "live\nwarn boss fight began early\n* boss\nlive\nwarn while it was away\n* unseen\nwarn again\n",
  );

  await api(`/tokens/${made.id}`, { method: "DELETE" });
  await client.printed("logged out\n");
});
