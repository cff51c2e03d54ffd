/** `npm run bench -- otp-differential --scripts 2000 [--seed N]`: the same random scripts here and on Erlang/OTP. */

import { parseArgs } from "node:util";
import { compare, formatDifference, type Difference } from "./compare.ts";
import { generate } from "./generate.ts";
import { playHere } from "./play-here.ts";
import { otpRelease, playThere } from "./play-there.ts";
import type { Script } from "./script.ts";

/** Scripts that one virtual machine plays, so that progress shows. */
const BATCH = 250;

export interface Played {
  readonly script: Script;
  readonly lines: readonly string[];
  readonly difference: Difference | undefined;
}

export async function run(args: readonly string[]): Promise<void> {
  const { values } = parseArgs({
    args: [...args],
    options: { scripts: { type: "string", default: "2000" }, seed: { type: "string", default: "1" } },
  });
  const [count, seed] = [toCount("scripts", values.scripts), toCount("seed", values.seed)];
  const release = await otpRelease();
  if (release === undefined) {
    console.log("otp-differential: skipped, there is no erl on the path");
    return;
  }
  let [differing, lines] = [0, 0];
  for (let done = 0; done < count; done += BATCH) {
    const batch = await play(seed + done, Math.min(BATCH, count - done));
    for (const { difference } of batch)
      if (difference !== undefined) console.log(formatDifference(difference));
    differing += batch.filter(({ difference }) => difference !== undefined).length;
    lines += batch.reduce((sum, played) => sum + played.lines.length, 0);
  }
  console.log(
    `otp-differential: ${count} scripts, ${lines} lines, ${differing} scripts differ (Erlang/OTP ${release})`,
  );
  if (differing > 0) process.exitCode = 1;
}

/** Scripts of the seeds from `seed` on, played on both. */
export async function play(seed: number, count: number): Promise<readonly Played[]> {
  const scripts = Array.from({ length: count }, (_, place) => generate(seed + place));
  const theirs = await playThere(scripts);
  const played: Played[] = [];
  for (const [place, script] of scripts.entries()) {
    const lines = await playHere(script);
    played.push({ script, lines, difference: compare(script, lines, theirs[place] ?? []) });
  }
  return played;
}

function toCount(name: string, text: string): number {
  const count = Number(text);
  if (!Number.isSafeInteger(count) || count < 1)
    throw new RangeError(`expected --${name} to be a positive integer, got: ${text}`);
  return count;
}
