/**
 * `npm run bench -- simulated-seeds --seeds 10000 [--first N] [--trace]`: random programs in virtual time, one for each
 * seed, of which nothing may be lost, doubled or turned round.
 */

import { parseArgs } from "node:util";
import { check, type Finding } from "./check.ts";
import { generate } from "./generate.ts";
import { play } from "./play.ts";
import { hashOf, type Happening, type Trace } from "./trace.ts";

/** Every so-manieth seed is played twice, to see that it is the same run. */
const TWICE_EVERY = 100;
const PROGRESS_EVERY = 25;

/** What the last line counts, by the entries that show it. */
const COUNTED: readonly (readonly [Happening["type"], string])[] = [
  ["started", "processes"],
  ["restarted", "restarts"],
  ["gave_up", "given up"],
  ["sent", "messages"],
  ["outcome", "calls"],
  ["down", "monitors fired"],
  ["timer_fired", "timers fired"],
  ["task", "tasks"],
];

export interface Played {
  readonly seed: number;
  readonly trace: Trace;
  readonly findings: readonly Finding[];
}

export async function run(args: readonly string[]): Promise<void> {
  const { values } = parseArgs({
    args: [...args],
    options: {
      seeds: { type: "string", default: "10000" },
      first: { type: "string", default: "1" },
      trace: { type: "boolean", default: false },
    },
  });
  const [count, first] = [toCount("seeds", values.seeds), toCount("first", values.first)];
  const totals = new Map<string, number>();
  let broken = 0;
  for (let seed = first; seed < first + count; seed += 1) {
    const played = await playSeed(seed, seed % TWICE_EVERY === 0 || count === 1);
    for (const { type } of played.trace) totals.set(type, (totals.get(type) ?? 0) + 1);
    if (values.trace) for (const entry of played.trace) console.log(JSON.stringify(entry));
    if (played.findings.length > 0) {
      broken += 1;
      report(played);
    }
    showProgress(seed - first + 1, count, broken);
  }
  const worked = COUNTED.map(([type, what]) => `${totals.get(type) ?? 0} ${what}`).join(", ");
  console.log(`simulated-seeds: ${worked}`);
  console.log(`simulated-seeds: ${count} seeds from ${first} on, ${broken} of them break an invariant`);
  if (broken > 0) process.exitCode = 1;
}

/** Plays one seed and checks it; played twice, also that it is the same run. */
export async function playSeed(seed: number, twice: boolean): Promise<Played> {
  const plan = generate(seed);
  try {
    const trace = await play(plan);
    const differs = twice && hashOf(await play(plan)) !== hashOf(trace);
    const again = { invariant: "the same seed is the same run", defect: "a second run differs" };
    return { seed, trace, findings: [...check(trace), ...(differs ? [again] : [])] };
  } catch (error) {
    const defect = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
    return { seed, trace: [], findings: [{ invariant: "a program can be played to its end", defect }] };
  }
}

/** The seed, what is wrong, and the command that repeats only this. */
export function formatFindings({ seed, findings }: Played): string {
  return [
    `seed ${seed} breaks an invariant`,
    ...findings.map(({ invariant, defect }) => `  ${invariant}: ${defect}`),
    `  npm run bench -- simulated-seeds --seeds 1 --first ${seed} --trace`,
  ].join("\n");
}

function report(played: Played): void {
  clearProgress();
  console.log(formatFindings(played));
}

function showProgress(done: number, count: number, broken: number): void {
  if (!process.stdout.isTTY) return;
  if (done === count) clearProgress();
  else if (done % PROGRESS_EVERY === 0)
    process.stdout.write(`\r${done} of ${count} seeds played, ${broken} of them break an invariant`);
}

function clearProgress(): void {
  if (process.stdout.isTTY) process.stdout.write("\r\u001b[K");
}

function toCount(name: string, text: string): number {
  const count = Number(text);
  if (!Number.isSafeInteger(count) || count < 1)
    throw new RangeError(`expected --${name} to be a positive integer, got: ${text}`);
  return count;
}
