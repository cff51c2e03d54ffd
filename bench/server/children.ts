/** The programs beside the server: its devices, and the people who watch and steer them. Both share one core. */

import { Child, LOAD_CORE, canPin } from "../net/child.ts";
import type { Delays } from "./load/page.ts";

export function startDevices(): Promise<Child> {
  if (!canPin) console.log("there is no taskset: the load isn't held to a core");
  return startOnLoadCore("server/load.ts");
}

export function startPeople(): Promise<Child> {
  return startOnLoadCore("server/people.ts");
}

/** A program of the benches, with room for what it makes and throws away. */
export async function startOnLoadCore(file: string): Promise<Child> {
  const nodeFlags = ["--max-semi-space-size=64"];
  return (await Child.start(`../${file}`, { core: LOAD_CORE, nodeFlags })).child;
}

/** What the page saw. One that was closed, or saw nothing, is behind for ever; a message between processes can't carry that. */
export async function collectDelays(people: Child, afterMs: number, forMs: number): Promise<Delays> {
  const delays = await people.ask<Delays>("collectDelays", { afterMs, forMs });
  if (delays.closed === undefined && delays.values > 0) return delays;
  console.log(`the page was closed: ${delays.closed ?? "no, but no value came"}`);
  return { ...delays, delayP99Ms: Infinity, behindP99Ms: Infinity, behindMostMs: Infinity };
}
