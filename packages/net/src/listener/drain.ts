/** The end of all of a listener's connections: told, waited for, and cut at the deadline. */

import type { Context } from "@wheelhouse/actors";
import { tell } from "../events.ts";
import type { Ledger } from "./ledger.ts";
import type { Drained } from "./listener-protocol.ts";

export interface DrainPlan {
  readonly timeoutMs: number;
  readonly staggerMs: number;
  readonly notice: unknown;
}

type DrainContext = Pick<Context, "emit" | "now" | "inform" | "exit" | "exited" | "waitFor" | "self">;

/** Resolves when no connection is left. The port must be closed already. */
export async function drain(ctx: DrainContext, ledger: Ledger, plan: DrainPlan): Promise<Drained> {
  const deadline = ctx.now() + plan.timeoutMs;
  const { connections, local } = ledger;
  tell(ctx, { type: "net:draining", listener: local, connections });
  const draining = { notice: plan.notice, isOver: false };
  ledger.draining = draining;
  if (plan.timeoutMs > 0) {
    await tellAll(ctx, ledger, plan, deadline);
    await untilEmpty(ctx, ledger, deadline);
  }
  draining.isOver = true;
  const cut = cutRest(ctx, ledger);
  await ctx.waitFor(ledger.whenEmpty());
  if (ledger.draining === draining) ledger.draining = undefined;
  tell(ctx, { type: "net:drained", listener: local, connections, cut });
  return { connections, cut };
}

/** Those that begin from here on are told by their place in the ledger. */
async function tellAll(
  ctx: DrainContext,
  ledger: Ledger,
  { staggerMs, notice }: DrainPlan,
  deadline: number,
): Promise<void> {
  for (const place of ledger.begunPlaces()) {
    if (ctx.now() >= deadline) return;
    place.tellDrain(ctx, notice);
    if (staggerMs > 0) await untilEmpty(ctx, ledger, Math.min(ctx.now() + staggerMs, deadline));
  }
}

async function untilEmpty(ctx: DrainContext, ledger: Ledger, deadline: number): Promise<void> {
  const leftMs = deadline - ctx.now();
  if (leftMs <= 0 || ledger.connections === 0) return;
  // The wait for one's own end is a wait for so many milliseconds.
  await Promise.race([ctx.waitFor(ledger.whenEmpty()), ctx.exited(ctx.self, leftMs)]);
}

function cutRest(ctx: DrainContext, ledger: Ledger): number {
  const left = ledger.connections;
  for (const { ref } of ledger.begunPlaces()) if (ref !== undefined) ctx.exit(ref, "kill");
  return left;
}
