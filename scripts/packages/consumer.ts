/** A project like a user's: the tarballs installed without a registry, and programs that are compiled and run against them. */

import { mkdirSync, writeFileSync } from "node:fs";
import { delimiter, join } from "node:path";

import { runCommand } from "./command.ts";
import { compiler, typesFolder, type Published, type Tarball } from "./pack.ts";
import type { Program } from "./programs.ts";

const PROGRAM_TIMEOUT_MS = 30_000;

/** What ends a program that a user's stricter process manager would end too. */
const STRICTLY = ["--throw-deprecation", "--pending-deprecation", "--unhandled-rejections=strict"];

/** The programs that need no types of Node.js, as in a browser's project. */
const WITHOUT_NODE = ["actors", "protocol"];

/**
 * Makes the project in the given folder; returns where it is.
 *
 * @throws CommandError when npm can't install the tarballs by themselves.
 */
export async function installConsumer(folder: string, tarballs: readonly Tarball[]): Promise<string> {
  const project = join(folder, "consumer");
  mkdirSync(project);
  writeJson(join(project, "package.json"), { name: "consumer", private: true, type: "module" });
  const files = tarballs.map(({ file }) => file);
  await runCommand("npm", ["install", "--offline", "--no-audit", "--no-fund", ...files], { cwd: project });
  return project;
}

/** Where a package has been installed. */
export function installedFolder(project: string, name: Published): string {
  return join(project, "node_modules", "@wheelhouse", name);
}

/**
 * Compiles the programs, with all of the packages' declarations checked, by both ways of finding modules.
 *
 * @throws CommandError with what the compiler says.
 */
export async function compilePrograms(project: string, programs: readonly Program[]): Promise<void> {
  for (const { name, code } of programs) writeFileSync(join(project, `${name}.ts`), code);
  const files = programs.map(({ name }) => `${name}.ts`);
  const node = { types: ["node"], typeRoots: [typesFolder] };
  const bundled = { module: "esnext", moduleResolution: "bundler", noEmit: true };
  await compile(project, "nodenext", files, { ...node, module: "nodenext", outDir: "js", rootDir: "." });
  await compile(project, "bundler", files, { ...node, ...bundled });
  const withoutNode = files.filter((file) => WITHOUT_NODE.includes(file.replace(".ts", "")));
  await compile(project, "without-node", withoutNode, { ...bundled, types: [] });
}

/**
 * Runs a compiled program.
 *
 * @throws CommandError when it doesn't exit with 0: also for an unhandled rejection, a deprecation, or an await without end.
 * @throws Error when it prints something else than it says, or a warning.
 */
export async function runProgram(node: string, project: string, program: Program): Promise<void> {
  const { NODE_OPTIONS: _, ...env } = process.env;
  const options = { cwd: project, env, timeoutMs: PROGRAM_TIMEOUT_MS };
  const { stdout, stderr } = await runCommand(node, [...STRICTLY, join("js", `${program.name}.js`)], options);
  const expected = program.prints.map((line) => `${line}\n`).join("");
  if (stdout !== expected) throw new Error(`expected ${program.name} to print:\n${expected}got:\n${stdout}`);
  if (stderr !== "") throw new Error(`expected ${program.name} to warn of nothing, got:\n${stderr}`);
}

/** The Node.js executables to try besides this one, from `WHEELHOUSE_TEST_NODES`: paths, separated as in `PATH`. */
export function otherNodes(): readonly string[] {
  return (process.env["WHEELHOUSE_TEST_NODES"] ?? "").split(delimiter).filter((path) => path !== "");
}

/** With no more options than it takes: strictness, target and library are the compiler's defaults, as a beginner's are. */
async function compile(
  project: string,
  name: string,
  files: readonly string[],
  options: Readonly<Record<string, unknown>>,
): Promise<void> {
  const config = join(project, `tsconfig.${name}.json`);
  writeJson(config, { compilerOptions: { ...options, skipLibCheck: false }, files });
  await runCommand(process.execPath, [compiler, "-p", config], { cwd: project });
}

function writeJson(file: string, value: unknown): void {
  writeFileSync(file, `${JSON.stringify(value, null, 2)}\n`);
}
