/** The programs that use the packed packages: those in `consumer/`, and the examples in the packages' READMEs. */

import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

import { PUBLISHED, root } from "./pack.ts";

export interface Program {
  /** Without an extension; unique. */
  readonly name: string;
  readonly code: string;
  /** What its `// prints:` comments say. One that prints nothing is only compiled. */
  readonly prints: readonly string[];
}

export function readPrograms(): readonly Program[] {
  return [...readConsumers(), ...PUBLISHED.flatMap(readReadme)];
}

/** Each block of TypeScript is a program. */
export function toPrograms(name: string, page: string): readonly Program[] {
  const blocks = page.matchAll(/^```ts\n(.*?)^```$/gms);
  return Array.from(blocks, ({ 1: code = "" }, index) => toProgram(`${name}-${index + 1}`, code));
}

function readConsumers(): readonly Program[] {
  const folder = fileURLToPath(new URL("./consumer/", import.meta.url));
  return readdirSync(folder)
    .sort()
    .map((file) => toProgram(file.replace(/\.ts$/, ""), readFileSync(join(folder, file), "utf8")));
}

function readReadme(name: string): readonly Program[] {
  return toPrograms(`readme-${name}`, readFileSync(join(root, "packages", name, "README.md"), "utf8"));
}

function toProgram(name: string, code: string): Program {
  return { name, code, prints: Array.from(code.matchAll(/\/\/ prints: (.*)$/gm), ([, line = ""]) => line) };
}
