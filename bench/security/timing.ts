/** `npm run bench -- security-timing`: whether the time of a refused log-in says that there is an account. */

import { atMost, printFigures, quantile, type Figure } from "../figure.ts";
import { OWNER, addressOf, api, registerOwner, withServer, type Server } from "./server.ts";

export interface TimingSize {
  /** Log-ins of each of the two kinds. */
  readonly count: number;
}

export const FULL: TimingSize = { count: 500 };
const WARM_UP = 20;
/** A difference at this level would be one. */
const LEVEL = 0.001;
const MISSING = "nobody@example.org";

export async function run(): Promise<void> {
  printFigures(await measure(FULL));
}

export function measure({ count }: TimingSize): Promise<readonly Figure[]> {
  return withServer(async (server) => {
    await registerOwner(server);
    const times: Record<"existing" | "missing", number[]> = { existing: [], missing: [] };
    for (let index = 0; index < WARM_UP + count; index += 1) {
      // They take turns, and which is first takes turns too.
      const kinds = index % 2 === 0 ? (["existing", "missing"] as const) : (["missing", "existing"] as const);
      for (const kind of kinds) {
        const ms = await timeOf(server, kind === "existing" ? OWNER.email : MISSING, index);
        if (index >= WARM_UP) times[kind].push(ms);
      }
    }
    const p = mannWhitney(times.existing, times.missing);
    const seen = smallestSeen(times.existing, times.missing);
    console.log(
      `a refused log-in: median ${quantile(times.existing, 0.5).toFixed(2)} ms with an account, ${quantile(times.missing, 0.5).toFixed(2)} ms without; p = ${p.toFixed(3)} (Mann-Whitney, n = ${count} each); a difference of ${seen} ms would be seen at p < ${LEVEL}`,
    );
    return [atMost("accounts told by time: differences at p < 0.001", p < LEVEL ? 1 : 0, 0, "")];
  });
}

/** Each from an address of its own, so that no limit is met. */
async function timeOf({ ask }: Server, email: string, index: number): Promise<number> {
  const headers = { "x-forwarded-for": addressOf(index * 2 + (email === MISSING ? 1 : 0)) };
  const body = { email, password: "not the right one" };
  const began = performance.now();
  const { status } = await ask(api("/session"), { method: "POST", body, headers });
  if (status !== 401) throw new Error(`expected a refused log-in, got: ${status}`);
  return performance.now() - began;
}

/** The two-sided p-value of the rank-sum test, in its normal approximation. */
export function mannWhitney(one: readonly number[], other: readonly number[]): number {
  const all = [
    ...one.map((value) => ({ value, mine: true })),
    ...other.map((value) => ({ value, mine: false })),
  ];
  all.sort((a, b) => a.value - b.value);
  let ranks = 0;
  for (let start = 0; start < all.length;) {
    let end = start + 1;
    while (all[end]?.value === all[start]?.value && end < all.length) end += 1;
    const rank = (start + end + 1) / 2;
    for (let index = start; index < end; index += 1) if (all[index]?.mine === true) ranks += rank;
    start = end;
  }
  const u = ranks - (one.length * (one.length + 1)) / 2;
  const mean = (one.length * other.length) / 2;
  const deviation = Math.sqrt((one.length * other.length * (all.length + 1)) / 12);
  return deviation === 0 ? 1 : 2 * upperTail(Math.abs(u - mean) / deviation);
}

/** Of the normal distribution, by Simpson's rule. */
function upperTail(z: number): number {
  const steps = 2_000;
  const width = Math.max(0, 10 - z) / steps;
  const density = (x: number) => Math.exp((-x * x) / 2) / Math.sqrt(2 * Math.PI);
  let sum = density(z) + density(10);
  for (let step = 1; step < steps; step += 1) sum += density(z + step * width) * (step % 2 === 1 ? 4 : 2);
  return Math.min(0.5, (sum * width) / 3);
}

/** The test's own sharpness: how much one side would have to be slower. */
function smallestSeen(one: readonly number[], other: readonly number[]): string {
  for (const shift of [0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10])
    if (
      mannWhitney(
        one.map((value) => value + shift),
        other,
      ) < LEVEL
    )
      return String(shift);
  return "more than 10";
}
