/** The pages of the documentation: what they quote is there, and what they show runs. */

import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import {
  compileIn,
  makeFolder,
  removeFolder,
  root,
  runIn,
  toPrograms,
} from "../../../scripts/docs/programs.ts";
import { probe, world } from "./support.ts";

describe.each(["from-elixir", "first-supervised-server"])("the guide %s", async (guide) => {
  const programs = toPrograms(await readFile(join(root, `docs/guides/${guide}.md`), "utf8"));
  let folder = "";
  beforeAll(async () => {
    folder = await makeFolder();
  });
  afterAll(() => removeFolder(folder));

  test("shows programs that all print something", () => {
    expect(programs.length).toBeGreaterThan(1);
    expect(programs.filter(({ prints }) => prints.length === 0)).toEqual([]);
  });

  test.concurrent.each(programs)("has a program that prints what it says: line $line", async (program) => {
    const { lines, errors } = await runIn(folder, program);
    expect(lines).toEqual(program.prints);
    expect(errors).toBe("");
  });

  test.concurrent("has programs that compile", async () => {
    expect(await compileIn(folder, programs)).toBe("");
  });
});

describe("the semantics", async () => {
  const text = await readFile(join(root, "docs/semantics.md"), "utf8");
  const proofs = toProofs(text);

  test("say something of each of the thirty behaviours, with a test that proves it", () => {
    const proved = new Set(proofs.map(({ row }) => row));
    const thirty = Array.from({ length: 30 }, (_, place) => String(place + 1));
    expect(thirty.filter((row) => !proved.has(row))).toEqual([]);
  });

  test("name tests that are there", async () => {
    // Those of net are looked for by net's own tests.
    const others = proofs.filter(({ file }) => !file.startsWith("../packages/net/"));
    const files = [...new Set(others.map(({ file }) => file))];
    const names = new Map<string, readonly string[]>();
    for (const file of files) names.set(file, toTestNames(await readFile(join(root, "docs", file), "utf8")));
    const missing = others.filter(({ file, name }) => !names.get(file)?.includes(name));
    expect(missing).toEqual([]);
  });

  test("leave no line of proof unread", () => {
    const quotes = text.match(/“/g)?.length ?? 0;
    expect(proofs).toHaveLength(quotes);
  });
});

test.each(["semantics", "guides/from-elixir", "guides/first-supervised-server"])(
  "docs/%s.md links to what is there",
  async (page) => {
    const file = join(root, `docs/${page}.md`);
    const text = await readFile(file, "utf8");
    const links = Array.from(text.matchAll(/\]\(([^)#]+)(?:#[^)]*)?\)/g), ([, to = ""]) =>
      join(dirname(file), to),
    );
    expect(links.length).toBeGreaterThan(0);
    expect(links.filter((link) => !existsSync(link))).toEqual([]);
  },
);

describe("what JavaScript can't keep:", () => {
  test("a message isn't copied", async () => {
    const { runtime, start } = world();
    const ref = await start(probe());
    const sent = { from: "outside" };
    expect(await runtime.call(ref, "run", () => sent)).toBe(sent);
  });

  test("a killed process's handler runs to its end, but does nothing more", async () => {
    const { runtime, start, log, takeLog } = world();
    const [ref, other] = [await start(probe()), await start(probe())];
    takeLog();
    runtime.cast(ref, "do", (ctx) => {
      ctx.exit(ctx.self, "kill");
      log.push("still computes");
      ctx.cast(other, "note", "never arrives");
    });
    await runtime.settle();
    expect(takeLog()).toEqual(["still computes"]);
    expect(runtime.processes()).toEqual([other]);
  });
});

test("a test's name begins with its group's, whatever way it is written", () => {
  const source = [
    'describe("a link", () => {',
    '  test("works both ways (11)", async () => {',
    "  test.each<number>([",
    '    ["no name", () => 1],',
    '  ])("to %s is \\"fine\\" (3, 4)", async (to) => {',
    "  test.each([1, 2])(",
    '    "%d times",',
    "    (times) => {",
    "});",
    'test("alone", () => {',
  ].join("\n");
  expect(toTestNames(source)).toEqual([
    "a link works both ways",
    'a link to … is "fine"',
    "a link … times",
    "alone",
  ]);
});

interface Proof {
  /** The number of the behaviour, in the first cell of its row; elsewhere something else. */
  readonly row: string;
  /** As linked from the page. */
  readonly file: string;
  readonly name: string;
}

/** In the last cell of a row: `[file](path) “name”, “name”; [file](path) “name”`. */
function toProofs(text: string): readonly Proof[] {
  return text.split("\n").flatMap((line) => {
    const row = /^\| *(\S*)/.exec(line)?.[1] ?? "";
    const files = line.matchAll(/\]\(([^)]+\.test\.ts)\) (“[^”]+”(?:, “[^”]+”)*)/g);
    return Array.from(files, ([, file = "", names = ""]) =>
      Array.from(names.matchAll(/“([^”]+)”/g), ([, name = ""]) => ({ row, file, name })),
    ).flat();
  });
}

/** As a reporter shows them, without the numbers of the behaviours at their ends, and with … for what is filled in. */
function toTestNames(source: string): readonly string[] {
  const titles = source.matchAll(/^( *)(describe|test|\])(?:.*?)\(\s*"((?:[^"\\]|\\.)*)",\s*(?:async )?\(/gm);
  let group = "";
  return Array.from(titles).flatMap(([, indent, verb, title = ""]) => {
    const name = title
      .replaceAll("\\", "")
      .replace(/ \([\d–, ]+\)$/, "")
      .replace(/%[dijs]/g, "…");
    if (verb === "describe") group = `${name} `;
    if (verb === "describe") return [];
    return [`${indent === "" ? "" : group}${name}`];
  });
}
