/** The end of all of a listener's connections: told, waited for, and cut at the deadline. */

import type { Context } from "@wheelhouse/actors";
import { tell } from "../events.ts";
import { within } from "../socket/alarm.ts";
import type { Draining, Ledger } from "./ledger.ts";
import type { Drained } from "./listener-protocol.ts";

export interface DrainPlan {
  readonly timeoutMs: number;
  readonly staggerMs: number;
  readonly notice: unknown;
}

export type DrainContext = Pick<
  Context,
  "emit" | "now" | "inform" | "exit" | "schedule" | "signal" | "waitFor"
>;

/** Whoever begins from here on is told by its place in the ledger. */
export function beginDrain(ctx: DrainContext, ledger: Ledger, plan: DrainPlan): Draining {
  const { timeoutMs, staggerMs, notice } = plan;
  const connections = ledger.connections + ledger.closing;
  const untilMs = ctx.now() + timeoutMs;
  const draining = { notice, staggerMs, untilMs, connections, cutBefore: ledger.cut, isOver: false };
  ledger.draining = draining;
  tell(ctx, { type: "net:draining", listener: ledger.local, connections });
  return draining;
}

/**
 * Resolves when no connection is left, and nothing that one has sent. The port must be closed already. After a crash of its
 * process another can carry on with it.
 */
export async function carryOut(ctx: DrainContext, ledger: Ledger, draining: Draining): Promise<Drained> {
  const { connections, cutBefore, untilMs } = draining;
  await tellAll(ctx, ledger, draining);
  await untilEmpty(ctx, ledger, untilMs);
  draining.isOver = true;
  cutRest(ctx, ledger);
  await untilEmpty(ctx, ledger, Infinity);
  // Another drain may have hurried this one, and have cut them.
  const cut = ledger.cut - cutBefore;
  if (ledger.draining === draining) ledger.draining = undefined;
  tell(ctx, { type: "net:drained", listener: ledger.local, connections, cut });
  return { connections, cut };
}

/** Of a drain's time, how much of it telling may take: whoever is told last has the rest. */
const TELLING_SHARE = 1 / 2;

/** With no time at all nobody is told. Between two of them passes no more than leaves all of them some. */
async function tellAll(ctx: DrainContext, ledger: Ledger, draining: Draining): Promise<void> {
  const { notice, untilMs } = draining;
  const places = ledger.begunPlaces();
  const beginsAt = ctx.now();
  const stepMs = Math.min(draining.staggerMs, ((untilMs - beginsAt) * TELLING_SHARE) / places.length);
  let dueAt = beginsAt;
  for (const place of places) {
    if (ctx.now() >= untilMs) return;
    if (!place.tellDrain(ctx, notice)) continue;
    dueAt += stepMs;
    if (dueAt > ctx.now()) await untilEmpty(ctx, ledger, dueAt);
  }
}

async function untilEmpty(ctx: DrainContext, ledger: Ledger, untilMs: number): Promise<void> {
  const leftMs = untilMs - ctx.now();
  if (leftMs > 0) await ctx.waitFor(within(ctx, leftMs, ledger.whenEmpty(), "late"));
  // An acceptor that has crashed meanwhile leaves the rest to its successor.
  if (ctx.signal.aborted) await new Promise<never>(() => {});
}

function cutRest(ctx: DrainContext, ledger: Ledger): void {
  ledger.cut += ledger.connections + ledger.cutClosing();
  for (const { ref } of ledger.begunPlaces()) if (ref !== undefined) ctx.exit(ref, "kill");
}
