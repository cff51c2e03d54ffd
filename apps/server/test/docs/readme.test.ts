/** The README's tour, step by step: what it tells people to type must do what it says. */

import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { watch } from "../devices/watch.ts";
import { afterTest, startTestServer, type TestServer } from "../support.ts";

const root = fileURLToPath(new URL("../../../../", import.meta.url));
const readme = readFileSync(new URL("../../../../README.md", import.meta.url), "utf8");

/** The README's blocks of that language that hold the text. */
function block(language: string, holding: string): string {
  const blocks = [...readme.matchAll(/^```(\w+)\n(.*?)^```$/gms)];
  const found = blocks.filter(([, name, text]) => name === language && text?.includes(holding) === true);
  expect(found, `README blocks with ${holding}`).toHaveLength(1);
  return found[0]?.[2] ?? "";
}

/** The text with this server's key and port in the places the reader fills in. */
function filledIn(text: string, { key, server }: TestServer): string {
  return text.replaceAll("YOUR_KEY", key).replaceAll("127.0.0.1:6667", `127.0.0.1:${server.tcp.port}`);
}

function run(command: string, args: readonly string[]): ChildProcess {
  const child = spawn(command, args, { cwd: root, stdio: ["pipe", "ignore", "inherit"] });
  afterTest(async () => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    const gone = once(child, "exit");
    child.kill("SIGKILL");
    await gone;
  });
  return child;
}

test("the shell lines of step 3 make a device with a variable", async () => {
  const server = await startTestServer();
  const eyes = await watch(server, server);
  // Not every machine has nc; this one does what `nc` is asked to do.
  const nc = `"${process.execPath}" -e 'process.stdin.pipe(require("node:net").connect(${server.server.tcp.port}, "127.0.0.1"))'`;
  run("sh", ["-c", filledIn(block("sh", "nc 127.0.0.1 6667"), server).replace("nc 127.0.0.1 6667", nc)]);
  const speed = await eyes.variable("anonymous-1", "speed", ({ reported }) => reported?.value === 3);
  expect(speed).toMatchObject({ kind: "float", writable: true });
});

test("the game of step 4 declares, reports and applies", async () => {
  const server = await startTestServer();
  const eyes = await watch(server, server);
  const game = filledIn(block("ts", "@wheelhouse/sdk"), server);
  run(process.execPath, ["--conditions=source", "--input-type=module-typescript", "--eval", game]);
  await eyes.variable("my-game", "score", ({ reported }) => reported?.value === 0);
  const path = `/projects/${server.project}/devices/my-game/variables?waitMs=10000`;
  const answer = await server.api(path, { method: "PATCH", body: { values: { speed: 7 } } });
  expect(answer).toMatchObject({
    status: 200,
    body: { writes: [{ name: "speed", state: "applied", applied: 7 }] },
  });
});

test("every file and folder it names is there", () => {
  const links = [...readme.matchAll(/\]\((?!https?:)([^)#]+)\)/g)].map(([, path]) => path ?? "");
  expect(links.length).toBeGreaterThan(5);
  for (const path of links)
    expect(() => readFileSync(new URL(path, `file://${root}`)), path).not.toThrow(/ENOENT/);
});
