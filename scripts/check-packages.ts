/**
 * Checks the published packages as their users get them: builds, packs, lints, installs, compiles and runs them, on this
 * Node.js and on those that `WHEELHOUSE_TEST_NODES` names. `--out DIR` keeps the tarballs, for `npm publish`.
 */

import { copyFileSync, mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { parseArgs } from "node:util";

import { runCommand } from "./packages/command.ts";
import {
  compilePrograms,
  installConsumer,
  installedFolder,
  otherNodes,
  runProgram,
} from "./packages/consumer.ts";
import { packPackages, type Tarball } from "./packages/pack.ts";
import { readPrograms, type Program } from "./packages/programs.ts";
import { findStaleRow, measure, readPage, toRow } from "./packages/sizes.ts";
import { findProblems } from "./packages/verdicts.ts";

const say = (text: string) => console.log(text);

async function check(folder: string): Promise<readonly Tarball[]> {
  const tarballs = await packPackages(folder);
  await lint(tarballs);
  const project = await installConsumer(folder, tarballs);
  const programs = readPrograms();
  await compilePrograms(project, programs);
  say(`compiled: ${programs.map(({ name }) => name).join(", ")}`);
  const runnable = programs.filter(({ prints }) => prints.length > 0);
  for (const node of [process.execPath, ...otherNodes()]) await runAll(node, project, runnable);
  if (otherNodes().length === 0) say("WHEELHOUSE_TEST_NODES names no other Node.js: tried on this one only");
  compareSizes(project, tarballs);
  return tarballs;
}

async function lint(tarballs: readonly Tarball[]): Promise<void> {
  for (const tarball of tarballs) {
    const problems = await findProblems(tarball.file);
    if (problems.length > 0) throw new Error([`@wheelhouse/${tarball.package}:`, ...problems].join("\n"));
  }
  say(
    `publint and are-the-types-wrong: nothing to say of ${tarballs.map((each) => each.package).join(", ")}`,
  );
}

async function runAll(node: string, project: string, programs: readonly Program[]): Promise<void> {
  const version = await runCommand(node, ["--version"], { cwd: project });
  for (const program of programs) await runProgram(node, project, program);
  say(`Node.js ${version.stdout.trim()}: ran ${programs.length} programs`);
}

function compareSizes(project: string, tarballs: readonly Tarball[]): void {
  const page = readPage();
  const sizes = tarballs.map(({ package: name, file }) =>
    measure(name, file, installedFolder(project, name)),
  );
  for (const size of sizes) say(toRow(size));
  const stale = sizes.map((size) => findStaleRow(page, size)).filter((row) => row !== undefined);
  if (stale.length > 0) throw new Error(`expected docs/packages.md to say:\n${stale.join("\n")}`);
}

function keep(tarballs: readonly Tarball[], folder: string): void {
  mkdirSync(folder, { recursive: true });
  for (const { file } of tarballs) copyFileSync(file, join(folder, basename(file)));
}

const { values } = parseArgs({ options: { out: { type: "string" } } });
const folder = mkdtempSync(join(tmpdir(), "wheelhouse-packages-"));
try {
  const tarballs = await check(folder);
  if (values.out !== undefined) keep(tarballs, values.out);
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
} finally {
  rmSync(folder, { recursive: true, force: true });
}
