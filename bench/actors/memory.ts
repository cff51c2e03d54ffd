/** `npm run bench -- memory`: what an idle gen server keeps of the heap, in a process where nothing else happens. */

import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { withBeam } from "./beam.ts";
import { atMost, medians, printFigures, type Figure, type Size } from "../figure.ts";

export const FULL: Size = { count: 100_000, runs: 3 };
const IDLE_SERVERS = fileURLToPath(new URL("idle-servers.ts", import.meta.url));

export async function run(): Promise<void> {
  printFigures(await measure(FULL));
}

export function measure({ count, runs }: Size): Promise<readonly Figure[]> {
  return withBeam(async (beam) => {
    const bytes = await medians(runs, {
      ours: () => bytesHere(count),
      peer: async () => (await beam?.measure("memory", count))?.[0] ?? Number.NaN,
    });
    return [
      atMost("an idle gen server", bytes.ours, 1_024, "bytes", beam === undefined ? undefined : bytes.peer),
    ];
  });
}

async function bytesHere(count: number): Promise<number> {
  const flags = ["--expose-gc", "--conditions=source", IDLE_SERVERS, String(count)];
  return Number((await promisify(execFile)(process.execPath, flags)).stdout);
}
