/** `npm run bench -- net-lines`: short lines echoed with many in flight, each its own message to its own process. */

import { printFigures, type Figure } from "../figure.ts";
import { FULL, measureRows, type EchoRow, type EchoSize } from "./echo-figures.ts";

const ROW: EchoRow = {
  what: "64-byte lines, 50 × 64 in flight",
  connections: 50,
  lineBytes: 64,
  inFlight: 64,
  plain: { floor: 0.65, aim: 0.9 },
  cutting: { floor: 0.65 },
  gen_tcp: { floor: 12, aim: 20 },
  ranch: { floor: 12, aim: 20 },
};

export async function run(): Promise<void> {
  printFigures(await measure(FULL));
}

export function measure(size: EchoSize): Promise<readonly Figure[]> {
  return measureRows([ROW], size);
}
