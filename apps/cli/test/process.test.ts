/** The command as a process of its own: its streams, its signals, its exit codes. */

import { spawn, type ChildProcessWithoutNullStreams } from "node:child_process";
import { once } from "node:events";
import { PassThrough } from "node:stream";
import { text } from "node:stream/consumers";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { createPrompts, processTerminal } from "../src/process-terminal.ts";
import {
  ANN,
  afterTest,
  connectGame,
  openHouse,
  openOwnHouse,
  startServerIn,
  temporaryFolder,
} from "./support.ts";

/** Each process takes a second to begin on a busy machine. */
const PROCESSES_MS = 60_000;

const MAIN = fileURLToPath(new URL("../src/main.ts", import.meta.url));

function start(
  args: readonly string[],
  environment: Readonly<Record<string, string>>,
): ChildProcessWithoutNullStreams {
  const child = spawn(process.execPath, ["--conditions=source", MAIN, ...args], {
    env: { PATH: process.env["PATH"], HOME: "/nowhere", ...environment },
  });
  const gone = once(child, "close");
  afterTest(async () => {
    child.kill("SIGKILL");
    await gone;
  });
  return child;
}

/** Runs it to its end. */
async function runToEnd(args: readonly string[], environment: Readonly<Record<string, string>>, input = "") {
  const child = start(args, environment);
  child.stdin.on("error", () => undefined);
  child.stdin.end(input);
  const [stdout, stderr, [code, signal]] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    once(child, "exit") as Promise<[number | null, NodeJS.Signals | null]>,
  ]);
  return { code, signal, stdout, stderr };
}

test(
  "a log-in through a pipe, a value, a refusal: each with its exit code, and nothing else said",
  async () => {
    const house = await openHouse();
    await connectGame(house);
    const { environment } = house;
    const args = ["login", "--email", ANN.email, "--password-stdin"];
    expect(await runToEnd(args, environment, `${ANN.password}\n`)).toMatchObject({ code: 0, stdout: "" });
    expect(await runToEnd(["get", "game", "speed"], environment)).toEqual({
      code: 0,
      signal: null,
      stdout: "3\n",
      stderr: "",
    });
    expect(await runToEnd(["get", "game", "nothing"], environment)).toEqual({
      code: 1,
      signal: null,
      stdout: "",
      stderr: "wheelhouse: game has no variable nothing\n",
    });
    expect(await runToEnd(["get", "game"], environment)).toMatchObject({ code: 2, stdout: "" });
    expect(await runToEnd(["login", "--email", ANN.email], environment)).toMatchObject({
      code: 2,
      stdout: "",
    });
  },
  PROCESSES_MS,
);

test(
  "over TLS with a certificate that is trusted here and with none",
  async () => {
    const house = await openHouse();
    await house.server.stop();
    const file = (name: string) =>
      fileURLToPath(new URL(`../../server/test/http/certificates/${name}`, import.meta.url));
    const certificate = ["--tls-cert", file("one.cert.pem"), "--tls-key", file("one.key.pem")];
    const { http } = await startServerIn(house.data, "127.0.0.1:0", certificate);
    const environment = { ...house.environment, WHEELHOUSE_URL: `https://localhost:${http.port}` };
    const trusting = { ...environment, NODE_EXTRA_CA_CERTS: file("one.cert.pem") };
    const args = ["login", "--email", ANN.email, "--password-stdin"];
    const distrusted = await runToEnd(args, environment, ANN.password);
    expect(distrusted).toMatchObject({ code: 1, stdout: "" });
    expect(distrusted.stderr).toContain("NODE_EXTRA_CA_CERTS");
    expect(await runToEnd(args, trusting, ANN.password)).toMatchObject({ code: 0, stdout: "" });
    expect(await runToEnd(["logout"], trusting)).toMatchObject({ code: 0, stdout: "" });
  },
  PROCESSES_MS,
);

test(
  "whoever reads a little of much is no error",
  async () => {
    const house = await openOwnHouse();
    const game = await connectGame(house);
    for (let count = 0; count < 5_000; count += 1) game.log("info", `line ${count} ${"x".repeat(500)}`);
    await game.flush();
    for (const args of [
      ["export", "--kind", "logs"],
      ["logs", "--limit", "5000"],
      ["watch", "game"],
    ]) {
      const child = start(args, house.environment);
      const said = text(child.stderr);
      await once(child.stdout, "data");
      child.stdout.destroy();
      if (args[0] === "watch") game.send({ lives: 9 });
      expect(await once(child, "exit"), args.join(" ")).toEqual([0, null]);
      expect(await said).toBe("");
    }
  },
  PROCESSES_MS,
);

test(
  "SIGINT ends what goes on, quietly, with the exit code of shells",
  async () => {
    const house = await openOwnHouse();
    const game = await connectGame(house);
    game.log("info", "ready");
    await game.flush();
    for (const args of [
      ["watch", "game"],
      ["logs", "--follow"],
    ]) {
      const child = start(args, house.environment);
      const said = text(child.stderr);
      await once(child.stdout, "data");
      child.kill("SIGINT");
      expect((await once(child, "exit"))[0]).toBe(130);
      expect(await said).toBe("");
    }
  },
  PROCESSES_MS,
);

test(
  "serve is the server, with its own options and words",
  async () => {
    const data = await temporaryFolder();
    const help = await runToEnd(["serve", "--help"], {});
    expect(help).toMatchObject({ code: 0, stderr: "" });
    expect(help.stdout).toContain("--http HOST:PORT");
    expect(await runToEnd(["serve", "--tcp", "nonsense"], {})).toMatchObject({
      code: 2,
      stdout: "",
      stderr: expect.stringContaining("expected --tcp to be HOST:PORT"),
    });
    const child = start(["serve", "--http", "127.0.0.1:0", "--tcp", "127.0.0.1:0", "--data", data], {});
    const said = text(child.stderr);
    child.stdout.setEncoding("utf8");
    let printed = "";
    while (!printed.includes("\n  data ")) printed += String((await once(child.stdout, "data"))[0]);
    expect(printed).toMatch(/page +http:\/\/127\.0\.0\.1:\d+/);
    child.stdout.resume();
    child.kill("SIGTERM");
    expect(await once(child, "exit")).toEqual([0, null]);
    expect(await said).toBe("");
  },
  PROCESSES_MS,
);

test("a password that is typed isn't shown, nor is one that is given up", async () => {
  const terminal = new FakeTerminal();
  const prompts = createPrompts(terminal.input, terminal.output);
  const asked = prompts.password("Password of ann@example.org");
  terminal.type(`${ANN.password}\r`);
  expect(await asked).toBe(ANN.password);
  expect(terminal.shown).toContain("Password of ann@example.org");
  expect(terminal.shown).not.toContain(ANN.password);
  expect(terminal.shown).not.toContain(ANN.password.slice(0, 3));
  expect(terminal.shown).not.toMatch(/[▪•*]/);

  const address = prompts.text("E-mail address");
  terminal.type("ann@example.org\r");
  expect(await address).toBe("ann@example.org");
  const chosen = prompts.choose("Which project?", [
    { value: "p1", label: "Rocket" },
    { value: "p2", label: "Boat" },
  ]);
  terminal.type("\u001b[B\r");
  expect(await chosen).toBe("p2");
  const given = prompts.password("Password");
  terminal.type("half\u0003");
  await expect(given).rejects.toMatchObject({ exitCode: 130, message: "" });
});

/** What a prompt is shown on and typed at. */
class FakeTerminal {
  readonly input = Object.assign(new PassThrough(), {
    isTTY: true,
    setRawMode: () => this.input,
  }) as unknown as NodeJS.ReadStream;
  readonly output = Object.assign(new PassThrough(), {
    isTTY: true,
    columns: 80,
    rows: 24,
  }) as unknown as NodeJS.WriteStream;
  shown = "";

  constructor() {
    this.output.on("data", (part: Buffer) => (this.shown += part.toString()));
  }

  /** Key by key, as a person does. */
  type(text: string): void {
    (this.input as unknown as PassThrough).write(text);
  }
}

/** A terminal of this process whose streams the test holds. */
function openTerminal(env: Readonly<Record<string, string>>, isTTY: boolean) {
  const [stdout, stderr] = [new PassThrough(), new PassThrough()];
  const terminal = processTerminal({
    stdin: Object.assign(new PassThrough(), { isTTY }) as unknown as NodeJS.ReadStream,
    stdout: Object.assign(stdout, { isTTY }) as unknown as NodeJS.WriteStream,
    stderr: Object.assign(stderr, { isTTY }) as unknown as NodeJS.WriteStream,
    env,
  });
  return { terminal, stdout, stderr };
}

test.each<[Readonly<Record<string, string>>, boolean, boolean]>([
  [{}, true, true],
  [{ NO_COLOR: "" }, true, true],
  [{ NO_COLOR: "1" }, true, false],
  [{ TERM: "dumb" }, true, false],
  [{}, false, false],
])("with %j, at a terminal: %s, there is colour: %s", (env, isTTY, hasColour) => {
  const { terminal } = openTerminal(env, isTTY);
  expect(terminal.hasColour).toBe(hasColour);
  expect(terminal.isTerminal).toBe(isTTY);
  expect(terminal.prompts === undefined).toBe(!isTTY);
});

test("what is said beside the output is one line that steers nothing", () => {
  const { terminal, stderr } = openTerminal({}, true);
  terminal.say("you have left \u001b[2J\nevil");
  expect(String(stderr.read())).toBe("you have left \\u001b[2J\\nevil\n");
});
