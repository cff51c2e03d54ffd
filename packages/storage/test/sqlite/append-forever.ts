/** A process that appends until it is killed; it prints each batch's number once its promise has resolved. */

import {
  NOON,
  batch,
  declaration,
  log,
  marker,
  opening,
  pixel,
  registerAnn,
  rocket,
  sample,
} from "../../src/contract/subject.ts";
import { openSqliteStorage } from "../../src/sqlite/index.ts";
import { CRASH_MODES, type CrashMode } from "./crash-modes.ts";

/** Batches on their way at any time, so that the kill finds some in every state. */
const IN_FLIGHT = 32;
/** Ends the process by itself if nobody kills it. */
const MAX_BATCHES = 1_000_000;
/** Batches between two calls of retention. */
const BATCHES_A_RETENTION = 25;

const [folder = "", mode = "ingest"] = process.argv.slice(2);
const { options, maxBytes } = CRASH_MODES[mode as CrashMode];
const storage = await openSqliteStorage({ folder, ...options });
await registerAnn({ storage, reopen: () => storage.close() });
await storage.accounts.setRetention(rocket.id, { maxAgeMs: null, maxBytes });
await storage.devices.openSession(opening(pixel, "s-1"));
await storage.devices.append(batch({ declarations: [declaration("n", "integer")] }));

let seq = 0;
async function appendForever(): Promise<void> {
  while (seq < MAX_BATCHES) {
    seq += 1;
    const own = seq;
    const logs = [log(`${own} first`), log(`${own} second`)];
    const samples = [sample("n", own, NOON + own)];
    const markers = own % 10 === 0 ? [marker(`${own}`)] : [];
    await storage.devices.append(batch({ seq: own, receivedAt: NOON, logs, samples, markers }));
    process.stdout.write(`${own}\n`);
    if (maxBytes !== null && own % BATCHES_A_RETENTION === 0) await storage.devices.retain(NOON);
  }
}
await Promise.all(Array.from({ length: IN_FLIGHT }, appendForever));
