/** What publint and are-the-types-wrong find in a tarball. */

import { readFileSync } from "node:fs";

import { checkPackage, createPackageFromTarballData, type Problem } from "@arethetypeswrong/core";
import { publint } from "publint";
import { formatMessage } from "publint/utils";

/** Everything either of them has to say; nothing when both are content. */
export async function findProblems(tarball: string): Promise<readonly string[]> {
  const bytes = readFileSync(tarball);
  return [...(await findLayoutProblems(bytes)), ...(await findTypeProblems(bytes))];
}

/** Suggestions count too. */
async function findLayoutProblems(bytes: Uint8Array): Promise<readonly string[]> {
  const tarball = Uint8Array.from(bytes).buffer;
  const { messages, pkg } = await publint({ pack: { tarball }, strict: true, level: "suggestion" });
  return messages.map(
    (message) => `publint: ${formatMessage(message, pkg, { color: false }) ?? message.code}`,
  );
}

/**
 * The profile that the tool calls `esm-only`. It leaves out how TypeScript found modules for Node.js 10, which knows no
 * `exports`, and what a CommonJS file would see: the tool holds that `require` can't load an ES module, but Node.js can
 * from 20.19 and 22.12 on, and `consumer/entries.ts` proves it.
 */
const LEFT_OUT: readonly string[] = ["node10", "node16-cjs"];

async function findTypeProblems(bytes: Uint8Array): Promise<readonly string[]> {
  const result = await checkPackage(createPackageFromTarballData(bytes));
  if (result.types === false) return ["are-the-types-wrong: no types"];
  return result.problems
    .filter(concernsUs)
    .map((problem) => `are-the-types-wrong: ${JSON.stringify(problem)}`);
}

function concernsUs(problem: Problem): boolean {
  return !("resolutionKind" in problem && LEFT_OUT.includes(problem.resolutionKind));
}
