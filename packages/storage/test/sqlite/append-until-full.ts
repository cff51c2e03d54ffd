/** A process that appends until that fails, twice, and prints which batches were stored and why the others weren't. */

import { batch, log, opening, pixel, registerAnn } from "../../src/contract/subject.ts";
import { openSqliteStorage } from "../../src/sqlite/index.ts";

const MAX_ROUNDS = 10_000;
const IN_FLIGHT = 8;

const storage = await openSqliteStorage({ folder: process.argv[2] ?? "" });
await registerAnn({ storage, reopen: () => storage.close() });
await storage.devices.openSession(opening(pixel, "s-1"));

let seq = 0;
async function append(): Promise<string> {
  seq += 1;
  const own = seq;
  try {
    await storage.devices.append(batch({ seq: own, logs: [log(`${own} ${"x".repeat(2_000)}`)] }));
    return `stored ${own}`;
  } catch (error) {
    return `failed ${own} ${(error as Error).name}`;
  }
}

let failedRounds = 0;
for (let round = 0; round < MAX_ROUNDS && failedRounds < 2; round += 1) {
  const outcomes = await Promise.all(Array.from({ length: IN_FLIGHT }, append));
  for (const outcome of outcomes) console.log(outcome);
  if (outcomes.some((outcome) => outcome.startsWith("failed"))) failedRounds += 1;
}
console.log(`read ${(await storage.devices.logs({ project: pixel.project, limit: 1 })).length}`);
await storage.close();
