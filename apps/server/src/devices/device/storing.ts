/** What a device said goes into the storage in groups, one after the other, and is acknowledged when it is durable. */

import { noReply, type ReplyTo } from "@wheelhouse/actors";
import { StorageFailedError } from "@wheelhouse/storage";
import { Store } from "../../store/store.ts";
import type { Batch } from "../batch.ts";
import { attach, closeSession } from "./sessions.ts";
import type { DeviceContext } from "./state.ts";

/** Stores what has been said, or does what waited for it. Holds the mailbox only while a session opens or closes. */
export async function goOn(ctx: DeviceContext): Promise<void> {
  const { state } = ctx;
  if (state.storing !== undefined) return;
  while (state.batch === undefined) {
    const work = state.waiting.shift();
    if (work === undefined) return;
    if (work.type === "attach") ctx.reply(work.from, await attempt(attach(ctx, work.attachment)));
    else await closeSession(ctx, work);
  }
  const { batch } = state;
  state.batch = undefined;
  store(ctx, batch);
}

export function store(ctx: DeviceContext, batch: Batch): void {
  ctx.state.storing = batch;
  ctx.callWithin(Infinity, Store, "append", batch.toDeviceBatch(ctx.state.address)).then(
    (stored) => ctx.cast(ctx.self, "batchStored", batch, stored),
    (error: Error) => ctx.cast(ctx.self, "batchFailed", batch, error),
  );
}

/** Tells the connection up to where what it passed on is durable. */
export function acknowledge(ctx: DeviceContext, { session, line, seq }: Batch): void {
  const { attached } = ctx.state;
  if (attached?.session !== session || line === 0) return;
  attached.acknowledged = Math.max(attached.acknowledged, seq ?? 0);
  ctx.cast(attached.connection, "stored", line, seq === undefined ? undefined : attached.acknowledged);
}

// What people want

const UNAVAILABLE = { outcome: "storage_unavailable" } as const;

/** Grants a wish once everything that the device said before it is stored; `grant` may fail as the storage does. */
export function inTurn<Outcome>(
  ctx: DeviceContext,
  from: ReplyTo<Outcome | typeof UNAVAILABLE>,
  grant: (ctx: DeviceContext) => Promise<Outcome | typeof UNAVAILABLE>,
): Promise<Outcome | typeof UNAVAILABLE> | typeof UNAVAILABLE | typeof noReply {
  const { storing, failing, batch } = ctx.state;
  if (failing) return UNAVAILABLE;
  const behind = batch ?? storing;
  if (behind === undefined) return attempt(grant(ctx));
  const wish = {
    behind,
    grant: async (later: DeviceContext) => later.reply(from, await attempt(grant(later))),
    refuse: (later: DeviceContext) => later.reply(from, UNAVAILABLE),
  };
  ctx.state.wishes = [...ctx.state.wishes, wish];
  return noReply;
}

/** Grants what waited for a batch that is now stored, before more of the device's is. */
export async function grantBehind(ctx: DeviceContext, batch: Batch): Promise<void> {
  const { wishes } = ctx.state;
  ctx.state.wishes = wishes.filter(({ behind }) => behind !== batch);
  for (const wish of wishes) if (wish.behind === batch) await wish.grant(ctx);
}

export function refuseWishes(ctx: DeviceContext): void {
  const { wishes } = ctx.state;
  ctx.state.wishes = [];
  for (const wish of wishes) wish.refuse(ctx);
}

/** That the storage fails is an outcome like others. */
async function attempt<Outcome>(outcome: Promise<Outcome>): Promise<Outcome | typeof UNAVAILABLE> {
  try {
    return await outcome;
  } catch (error) {
    if (error instanceof StorageFailedError) return UNAVAILABLE;
    throw error;
  }
}
