/** The packed packages, installed and compiled as a user does it, run on this Node.js and on those that the environment names. */

import { existsSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";

import {
  compilePrograms,
  installConsumer,
  installedFolder,
  otherNodes,
  runProgram,
} from "../packages/consumer.ts";
import { PUBLISHED, packPackages, root } from "../packages/pack.ts";
import { readPrograms, toPrograms } from "../packages/programs.ts";
import { findStaleRow, toRow } from "../packages/sizes.ts";

const programs = readPrograms();
const runnable = programs.filter(({ prints }) => prints.length > 0);
let folder = "";
let project = "";

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "wheelhouse-packages-"));
  project = await installConsumer(folder, await packPackages(folder));
  await compilePrograms(project, programs);
}, 60_000);

afterAll(() => rmSync(folder, { recursive: true, force: true }));

test.each(PUBLISHED)("%s holds what it is built to, its sources, a README and the licence", (name) => {
  const files = readdirSync(installedFolder(project, name));
  expect(files).toEqual(expect.arrayContaining(["LICENSE", "README.md", "dist", "package.json", "src"]));
  expect(readdirSync(join(installedFolder(project, name), "dist"))).not.toContain(".tsbuildinfo");
});

test.concurrent.each(runnable)("$name prints what it says", async (program) => {
  await expect(runProgram(process.execPath, project, program)).resolves.toBeUndefined();
});

const nodes = otherNodes();
if (nodes.length === 0) test.skip("other releases of Node.js: WHEELHOUSE_TEST_NODES names none", () => {});

describe.each(nodes)("on %s", (node) => {
  test.concurrent.each(runnable)("$name prints what it says", async (program) => {
    await expect(runProgram(node, project, program)).resolves.toBeUndefined();
  });
});

describe("a program that goes wrong fails:", () => {
  test.each([
    ["a rejection that nobody handles", 'void Promise.reject(new Error("unhandled"));', "unhandled"],
    ["a deprecated call", "new Buffer(1);", "DEP0005"],
    ["a warning", 'process.emitWarning("careful");', "to warn of nothing"],
    ["an await without end", "await new Promise(() => {});", "ended with 13"],
    ["something else printed", 'console.log("two");', "to print:\none"],
  ])("%s", async (name, code, expected) => {
    const file = name.replaceAll(" ", "-");
    writeFileSync(join(project, "js", `${file}.js`), `${code}\nconsole.log("one");\n`);
    await expect(
      runProgram(process.execPath, project, { name: file, code, prints: ["one"] }),
    ).rejects.toThrow(expected);
  });
});

test("each block of TypeScript on a page is a program", () => {
  const page = "```ts\na(); // prints: 1\n```\n\n```sh\nb\n```\n\n```ts\nc();\n```\n";
  expect(toPrograms("page", page)).toEqual([
    { name: "page-1", code: "a(); // prints: 1\n", prints: ["1"] },
    { name: "page-2", code: "c();\n", prints: [] },
  ]);
});

test.each(["docs/packages.md", ...PUBLISHED.map((name) => `packages/${name}/README.md`)])(
  "%s links to what is there",
  (page) => {
    const text = readFileSync(join(root, page), "utf8");
    const links = Array.from(text.matchAll(/\]\(([^)#]+)\)/g), ([, to = ""]) =>
      join(root, dirname(page), to),
    );
    expect(links.filter((link) => !existsSync(link))).toEqual([]);
    expect(links.length).toBeGreaterThan(0);
  },
);

describe("the page's row for a package", () => {
  const size = { package: "net", packedBytes: 45_919, installedBytes: 1_187_400, files: 83 };
  test.each([
    ["| `@wheelhouse/net` | 46 kB | 1,187 kB | 83 | actors |", undefined],
    ["| `@wheelhouse/net` | 40 kB | 1,000 kB | 70 | actors |", undefined],
    ["| `@wheelhouse/net` | 46 kB | 1,187 kB | 60 | actors |", toRow(size)],
    ["| `@wheelhouse/net` | 30 kB | 1,187 kB | 83 | actors |", toRow(size)],
    ["| `@wheelhouse/network` | 46 kB | 1,187 kB | 83 |", toRow(size)],
  ])("%s", (row, expected) => {
    expect(findStaleRow(`| package |\n${row}\n`, size)).toBe(expected);
  });
});
