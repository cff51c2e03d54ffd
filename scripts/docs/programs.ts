/** The programs that a page shows: blocks of TypeScript, run and compiled as a reader would. */

import { execFile } from "node:child_process";
import { cp, mkdtemp, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

const run = promisify(execFile);
export const root = fileURLToPath(new URL("../../", import.meta.url));

/** The first releases of Node.js 24 warn that types are an experiment. */
const RUN = [
  "--disable-warning=ExperimentalWarning",
  "--conditions=source",
  "--input-type=module-typescript",
  "--eval",
];

export interface Program {
  /** Where its first block begins on the page. */
  readonly line: number;
  readonly code: string;
  /** What its `// prints:` comments say, in the order in which they stand, which must be that of the printing. */
  readonly prints: readonly string[];
}

/** Each block of TypeScript, together with those below it that are marked as joined to it. */
export function toPrograms(page: string): readonly Program[] {
  const blocks = page.matchAll(/(<!-- joined to the block above -->\n\n)?^```ts\n(.*?)^```$/gms);
  const programs: { readonly line: number; code: string }[] = [];
  for (const { 1: joined, 2: code = "", index } of blocks) {
    const above = programs.at(-1);
    if (joined !== undefined && above !== undefined) above.code += `\n${code}`;
    else programs.push({ line: page.slice(0, index).split("\n").length, code });
  }
  return programs.map((program) => ({ ...program, prints: toPrints(program.code) }));
}

function toPrints(code: string): readonly string[] {
  return Array.from(code.matchAll(/\/\/ prints: (.*)$/gm), ([, line = ""]) => line);
}

/** A folder for programs to run in: the packages resolve by name from there. `files` are copied to the names they have there. */
export async function makeFolder(files: Readonly<Record<string, string>> = {}): Promise<string> {
  const folder = await mkdtemp(join(root, "node_modules/.docs-"));
  for (const [name, from] of Object.entries(files)) await cp(from, join(folder, name));
  return folder;
}

export function removeFolder(folder: string): Promise<void> {
  return rm(folder, { recursive: true });
}

/** What it wrote: lines to standard output, and all of standard error. */
export async function runIn(
  folder: string,
  { code }: Program,
): Promise<{ readonly lines: readonly string[]; readonly errors: string }> {
  const { stdout, stderr } = await run(process.execPath, [...RUN, code], { cwd: folder });
  return { lines: stdout.split("\n").slice(0, -1), errors: stderr };
}

/** What the compiler says of them, with the strictness of the sources. */
export async function compileIn(folder: string, programs: readonly Program[]): Promise<string> {
  const files = programs.map(({ line, code }) => ({ name: `line-${line}.ts`, code }));
  for (const { name, code } of files) await writeFile(join(folder, name), `${code}\nexport {};\n`);
  await writeFile(join(folder, "tsconfig.json"), JSON.stringify(strictly(files.map(({ name }) => name))));
  const tsc = join(root, "node_modules/typescript/bin/tsc");
  const { stdout } = await run(process.execPath, [tsc, "-p", folder], { cwd: root }).catch(
    (error: { readonly stdout: string }) => error,
  );
  return stdout;
}

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
