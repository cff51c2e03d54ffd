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

/** With no time at all nobody is told. */
async function tellAll(
  ctx: DrainContext,
  ledger: Ledger,
  { staggerMs, notice, untilMs }: Draining,
): Promise<void> {
  for (const place of ledger.begunPlaces()) {
    if (ctx.now() >= untilMs) return;
    const isNews = place.tellDrain(ctx, notice);
    if (isNews && staggerMs > 0) await untilEmpty(ctx, ledger, Math.min(ctx.now() + staggerMs, untilMs));
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
