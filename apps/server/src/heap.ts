/**
 * How V8 keeps this program's memory. By itself it takes what there is, to collect less often: what a busy hour took stays
 * taken. A server runs for months beside a game. docs/decisions/0022 has the figures.
 */

import { setFlagsFromString } from "node:v8";

/** How much garbage may gather before a heap's old part is collected again, of what was left the last time. V8's own is up to three times as much as that. */
const GARBAGE_PERCENT = 50;

/** To be called before anything else: `npm start` gives the limit of what is young, which can't be set any more by then. */
export function keepHeapsSmall(): void {
  // That limit is for this thread: as long as the flag stands, it takes precedence over those that other threads are given.
  setFlagsFromString("--max-semi-space-size=0");
  setFlagsFromString(`--heap-growing-percent=${GARBAGE_PERCENT}`);
  // Having seen a burst of log entries wait, V8 may put all that come later among what is old, with all that they hold.
  setFlagsFromString("--no-allocation-site-pretenuring");
}
