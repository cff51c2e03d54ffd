/** `npm run bench -- net-long-lines`: lines of 4 KiB, of which many lie across the network's chunks. */

import { printFigures, type Figure } from "../figure.ts";
import { FULL, measureRows, type EchoRow, type EchoSize } from "./echo-figures.ts";

const ROW: EchoRow = {
  what: "4 KiB lines, 50 × 16 in flight",
  connections: 50,
  lineBytes: 4_096,
  inFlight: 16,
  plain: { floor: 1, aim: 1.2 },
  gen_tcp: { floor: 3 },
};

export async function run(): Promise<void> {
  printFigures(await measure(FULL));
}

export function measure(size: EchoSize): Promise<readonly Figure[]> {
  return measureRows([ROW], size);
}
