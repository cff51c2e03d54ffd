/** Programs that are killed in the middle of what they do. */

import { spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { expect } from "vitest";

/** Runs a program of this folder until it has printed that many lines, kills it, and gives all that it printed. */
export async function killAfter(
  count: number,
  program: string,
  ...args: readonly string[]
): Promise<readonly string[]> {
  const child = spawnProgram(program, args);
  const closed = once(child, "close");
  const printed: string[] = [];
  for await (const line of createInterface(child.stdout)) {
    printed.push(line);
    if (printed.length === count) child.kill("SIGKILL");
  }
  const [, signal] = (await closed) as [number | null, string | null];
  expect(signal).toBe("SIGKILL");
  return printed;
}

export function spawnProgram(program: string, args: readonly string[]) {
  const file = fileURLToPath(new URL(program, import.meta.url));
  return spawn(process.execPath, ["--conditions=source", file, ...args], {
    stdio: ["ignore", "pipe", "inherit"],
  });
}
