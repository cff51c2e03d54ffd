/** `npm run bench -- net-round-trips`: one line in flight a connection, on few connections and on many. */

import { printFigures, type Figure } from "../figure.ts";
import { FULL, measureRows, type EchoRow, type EchoSize } from "./echo-figures.ts";

const ROWS: readonly EchoRow[] = [50, 1_000].map((connections) => ({
  what: `64-byte lines, ${connections.toLocaleString("en")} × 1 in flight`,
  connections,
  lineBytes: 64,
  inFlight: 1,
  plain: { floor: 0.85, aim: 1 },
  gen_tcp: { floor: 1.2, aim: 1.6 },
}));

export async function run(): Promise<void> {
  printFigures(await measure(FULL));
}

export function measure(size: EchoSize): Promise<readonly Figure[]> {
  return measureRows(ROWS, size);
}
