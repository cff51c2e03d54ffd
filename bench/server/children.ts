/** The programs beside the server: its devices, and the people who watch and steer them. Both share one core. */

import { Child, LOAD_CORE, canPin } from "../net/child.ts";
import type { Delays } from "./load/page.ts";

const ROOM = ["--max-semi-space-size=64"];

export async function startDevices(): Promise<Child> {
  if (!canPin) console.log("there is no taskset: the load isn't held to a core");
  return (await Child.start("../server/load.ts", { core: LOAD_CORE, nodeFlags: ROOM })).child;
}

export async function startPeople(): Promise<Child> {
  return (await Child.start("../server/people.ts", { core: LOAD_CORE, nodeFlags: ROOM })).child;
}

/** What the page saw. One that was closed, or saw nothing, is behind for ever; a message between processes can't carry that. */
export async function collectDelays(people: Child, afterMs: number, forMs: number): Promise<Delays> {
  const delays = await people.ask<Delays>("collectDelays", { afterMs, forMs });
  if (delays.closed === undefined && delays.values > 0) return delays;
  console.log(`the page was closed: ${delays.closed ?? "no, but no value came"}`);
  return { ...delays, delayP99Ms: Infinity, behindP99Ms: Infinity, behindMostMs: Infinity };
}
