/** docs/guides/command-line.md: its examples do what it says, in the order in which they stand. */

import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import {
  ANN,
  BOB,
  cli,
  connectGame,
  openHouse,
  registerAt,
  startCli,
  type Ended,
  type House,
} from "./support.ts";

const page = readFileSync(new URL("../../../docs/guides/command-line.md", import.meta.url), "utf8");

interface Example {
  readonly args: readonly string[];
  /** What is written behind it. */
  readonly comment: string;
  readonly text: string;
}

const examples: readonly Example[] = [...page.matchAll(/^```sh\n([^]*?)^```$/gm)]
  .flatMap(([, block = ""]) => block.split("\n"))
  .filter((line) => /(?:^|\| )wheelhouse /.test(line))
  .map((text) => {
    const [, command = ""] = /(?:^|\| )wheelhouse (.*?)(?: *(?:\|\||\||>|#) .*)?$/.exec(text) ?? [];
    const words = [...command.matchAll(/"([^"]*)"|'([^']*)'|(\S+)/g)];
    const args = words.map(([, double, single, bare]) => double ?? single ?? bare ?? "");
    return { args, comment: /# (.*)$/.exec(text)?.[1] ?? "", text };
  });

/** What the page speaks of: a device with its variables, and Bob, who has lost his password. */
async function furnish(house: House): Promise<void> {
  const game = await connectGame(house, { device: "pixel-7" });
  game.declare({
    "enemy.speed": { kind: "float", value: 3, min: 0, max: 9, writable: true },
    spawn: { kind: "vector", value: [0, 0], writable: true },
  });
  for (const name of ["enemy.speed", "spawn"]) game.onSet(name, (value) => value);
  game.log("warn", "boss fight began early");
  await game.flush();
  const { link } = await house.api.call("createOpenInvitation", { body: {} });
  await registerAt(house.url, { ...BOB, invitation: link.split("#")[1] ?? "" });
}

/** Runs one as the page's comment says that it goes. */
async function runExample(house: House, { args, comment }: Example): Promise<Ended> {
  if (comment === "Ctrl-C") {
    const running = startCli(house, args);
    await running.printed("boss");
    running.end("interrupted");
    return running.ended;
  }
  const isOffline = args.includes("--data");
  if (isOffline) await house.server.stop();
  const real = args.map((word) => (word === "./data" ? house.data : word));
  const answers = isOffline
    ? [BOB.password, BOB.password]
    : comment.startsWith("asks")
      ? [ANN.password]
      : undefined;
  return cli(house, real, {
    ...(answers === undefined ? {} : { answers }),
    ...(args.includes("--password-stdin") ? { input: `${ANN.password}\n` } : {}),
  });
}

test("every example ends as it says", async () => {
  const house = await openHouse();
  await furnish(house);
  expect(examples.length).toBeGreaterThan(25);
  for (const example of examples) {
    const { code, stdout, stderr } = await runExample(house, example);
    const expected = example.comment === "Ctrl-C" ? 130 : example.comment === "exit code 1" ? 1 : 0;
    expect(code, `${example.text}: ${stderr}`).toBe(expected);
    expect(`${stdout}${stderr}`, example.text).not.toBe("");
    for (const secret of [ANN.password, BOB.password, house.key])
      expect(`${stdout}${stderr}`, example.text).not.toContain(secret);
    if (example.args[0] !== "tokens") expect(`${stdout}${stderr}`, example.text).not.toContain("wh_");
  }
}, 60_000);

test("every command has its place in it, and every option in its table is one", async () => {
  const help = (await cli({ environment: { XDG_CONFIG_HOME: "/nowhere" } }, ["--help"])).stdout;
  const commands = [...help.matchAll(/^ {2}([a-z][\w-]*) /gm)].map(([, name]) => name ?? "");
  for (const name of commands) expect(page, name).toMatch(new RegExp(`wheelhouse ${name}\\b`));
  for (const [, flag = "", variable = ""] of page.matchAll(/^\| `(--\w+)[^`]*` \| (?:`(\w+)`)? ?\|/gm)) {
    expect(help).toContain(flag);
    expect(help).toContain(variable);
  }
});
