/** Where the two sets of lines differ, and what to show of it. */

import type { Script, Step } from "./script.ts";

export interface Difference {
  readonly script: Script;
  readonly here: readonly string[];
  readonly there: readonly string[];
}

/** `undefined` when both did the same. */
export function compare(
  script: Script,
  here: readonly string[],
  there: readonly string[],
): Difference | undefined {
  const [ours, theirs] = [toComparable(script, here), toComparable(script, there)];
  return ours.join("\n") === theirs.join("\n") ? undefined : { script, here: ours, there: theirs };
}

export function formatDifference({ script, here, there }: Difference): string {
  const lines = Array.from({ length: Math.max(here.length, there.length) }, (_, place) => {
    const [ours = "", theirs = ""] = [here[place], there[place]];
    return `${ours === theirs ? " " : "!"} ${ours.padEnd(50)} ${theirs}`;
  });
  const steps = script.steps.map((step, place) => `${place + 1}: ${JSON.stringify(step)}`);
  return [
    `seed ${script.seed}: the traces differ`,
    JSON.stringify(script.root, null, 1),
    ...steps,
    `  ${"here".padEnd(50)} Erlang/OTP`,
    ...lines,
  ].join("\n");
}

/** Orphans of a killed supervisor end side by side with its restart: in such a step, ends have no order but starts have. */
function toComparable(script: Script, lines: readonly string[]): readonly string[] {
  return blocksOf(lines).flatMap(([head = "", ...block]) => {
    if (!killsSupervisor(script.steps[Number(head.slice(3)) - 1])) return [head, ...block];
    const isEnd = (line: string) => line.startsWith("exit ") || line.startsWith("terminate ");
    return [head, ...block.filter(isEnd).toSorted(), ...block.filter((line) => !isEnd(line))];
  });
}

function killsSupervisor(step: Step | undefined): boolean {
  return step?.step === "kill" && step.ids.some((id) => id.startsWith("s"));
}

function blocksOf(lines: readonly string[]): readonly (readonly string[])[] {
  const blocks: string[][] = [];
  for (const line of lines) {
    if (line.startsWith("-- ")) blocks.push([]);
    blocks.at(-1)?.push(line);
  }
  return blocks;
}
