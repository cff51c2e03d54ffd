/** The pages of the documentation: what they quote is there, and what they show runs. */

import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { execPath } from "node:process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { probe, world } from "./support.ts";

const run = promisify(execFile);
/** The first releases of Node.js 24 warn that types are an experiment. */
const RUN = [
  "--disable-warning=ExperimentalWarning",
  "--conditions=source",
  "--input-type=module-typescript",
  "--eval",
];
const root = fileURLToPath(new URL("../../../", import.meta.url));

describe.each(["from-elixir", "first-supervised-server"])("the guide %s", async (guide) => {
  const programs = toPrograms(await readFile(join(root, `docs/guides/${guide}.md`), "utf8"));
  let folder = "";
  beforeAll(async () => {
    folder = await mkdtemp(join(root, "node_modules/.docs-"));
  });
  afterAll(() => rm(folder, { recursive: true }));

  test("shows programs that all print something", () => {
    expect(programs.length).toBeGreaterThan(1);
    expect(programs.filter(({ prints }) => prints.length === 0)).toEqual([]);
  });

  test.concurrent.each(programs)("has a program that prints what it says: line $line", async (program) => {
    const args = [...RUN, program.code];
    // From there the packages resolve by name, as they do for a user.
    const { stdout, stderr } = await run(execPath, args, { cwd: join(root, "examples") });
    expect(stdout.split("\n").slice(0, -1)).toEqual(program.prints);
    expect(stderr).toBe("");
  });

  test.concurrent("has programs that compile", async () => {
    const files = programs.map(({ line, code }) => ({ name: `line-${line}.ts`, code }));
    for (const { name, code } of files) await writeFile(join(folder, name), `${code}\nexport {};\n`);
    await writeFile(join(folder, "tsconfig.json"), JSON.stringify(strictly(files.map(({ name }) => name))));
    const tsc = join(root, "node_modules/typescript/bin/tsc");
    const { stdout } = await run(execPath, [tsc, "-p", folder], { cwd: root }).catch(
      (error: { readonly stdout: string }) => error,
    );
    expect(stdout).toBe("");
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

test("a program is a block with those joined to it", () => {
  const guide = [
    "```ts\na(); // prints: 1\n```",
    "```elixir\nb()\n```",
    "<!-- joined to the block above -->\n\n```ts\nc();\n// prints: 2\n```",
    "```ts\nd();\n```",
  ].join("\n\n");
  expect(toPrograms(guide)).toEqual([
    { line: 1, code: "a(); // prints: 1\n\nc();\n// prints: 2\n", prints: ["1", "2"] },
    { line: 16, code: "d();\n", prints: [] },
  ]);
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

interface Program {
  /** Where its first block begins in the guide. */
  readonly line: number;
  readonly code: string;
  readonly prints: readonly string[];
}

/** Each block of TypeScript, together with those below it that are marked as joined to it. */
function toPrograms(guide: string): readonly Program[] {
  const blocks = guide.matchAll(/(<!-- joined to the block above -->\n\n)?^```ts\n(.*?)^```$/gms);
  const programs: { readonly line: number; code: string }[] = [];
  for (const { 1: joined, 2: code = "", index } of blocks) {
    const above = programs.at(-1);
    if (joined !== undefined && above !== undefined) above.code += `\n${code}`;
    else programs.push({ line: guide.slice(0, index).split("\n").length, code });
  }
  return programs.map((program) => ({ ...program, prints: toPrints(program.code) }));
}

/** In the order in which they stand, which must be that of the printing. */
function toPrints(code: string): readonly string[] {
  return Array.from(code.matchAll(/\/\/ prints: (.*)$/gm), ([, line = ""]) => line);
}

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

/** The same strictness as the sources', and the sources' own types. */
function strictly(files: readonly string[]) {
  return {
    extends: "../../tsconfig.base.json",
    compilerOptions: {
      composite: false,
      tsBuildInfoFile: null,
      noEmit: true,
      rewriteRelativeImportExtensions: false,
      allowImportingTsExtensions: true,
    },
    files,
  };
}
