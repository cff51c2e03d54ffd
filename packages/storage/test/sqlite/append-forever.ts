/** A process that appends until it is killed; it prints each batch's number once its promise has resolved. */

import { NOON, batch, log, opening, pixel, registerAnn, type Subject } from "../../src/contract/subject.ts";
import { openSqliteStorage } from "../../src/sqlite/index.ts";

/** Batches on their way at any time, so that the kill finds some in every state. */
const IN_FLIGHT = 32;
/** Ends the process by itself if nobody kills it. */
const MAX_BATCHES = 1_000_000;

const storage = await openSqliteStorage({ folder: process.argv[2] ?? "" });
await registerAnn({ storage } as Subject);
await storage.devices.openSession(opening(pixel, "s-1"));

let seq = 0;
async function appendForever(): Promise<void> {
  while (seq < MAX_BATCHES) {
    seq += 1;
    const own = seq;
    const logs = [log(`${own} first`), log(`${own} second`)];
    await storage.devices.append(batch({ seq: own, receivedAt: NOON, logs }));
    process.stdout.write(`${own}\n`);
  }
}
await Promise.all(Array.from({ length: IN_FLIGHT }, appendForever));
