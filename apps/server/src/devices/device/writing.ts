/** Changes that people make: stored before they are sent, sent until they are answered or end. */

import { TRIGGER_EXPIRY_MS, WRITE_EXPIRY_MS, type JsonObject } from "@wheelhouse/protocol";
import { StorageFailedError, toExpiry, type WriteRecord, type WriteUpdate } from "@wheelhouse/storage";
import { Store } from "../../store/store.ts";
import type { CancelOutcome, ChangeOutcome } from "../protocol.ts";
import { RETRY_STORING_MS, openBatch, type DeviceContext, type DeviceState, type Settling } from "./state.ts";

/** A timer is set no further ahead; when it rings too early, it is set again. */
const LONGEST_TIMER_MS = 60 * 60 * 1000;

/** What a person wants. */
export interface Wish {
  readonly values: JsonObject;
  readonly by: string;
  readonly expiresInMs: number | undefined;
}

/** @throws StorageFailedError */
export async function change(ctx: DeviceContext, { values, by, expiresInMs }: Wish): Promise<ChangeOutcome> {
  const { state } = ctx;
  if (state.record === undefined) return { outcome: "unknown_device" };
  const checked = state.variables.checkChange(values, { online: state.attached !== undefined });
  if ("code" in checked) return { outcome: "refused", ...checked };
  const at = ctx.wallClock();
  const lastsMs = expiresInMs ?? WRITE_EXPIRY_MS;
  const stored = await ctx.callWithin(Infinity, Store, "change", {
    ...state.address,
    by,
    at,
    expiresAt: at + (checked.pressesTrigger ? Math.min(lastsMs, TRIGGER_EXPIRY_MS) : lastsMs),
    values: checked.values,
  });
  takeStored(ctx, stored.replaced);
  state.writes.add(stored.writes);
  state.writes.forgetBehind(stored.writes, new Set(state.settling.map(({ set }) => set)));
  sendWrites(ctx, stored.writes);
  planExpiry(ctx);
  return { outcome: "stored", set: stored.set, writes: state.writes.ofSet(stored.set) };
}

/**
 * The wire has no word for it: one that is pending is never sent, and what a device answers to one that was sent is ignored.
 *
 * @throws StorageFailedError
 */
export async function cancel(ctx: DeviceContext, id: number, by: string): Promise<CancelOutcome> {
  if (!ctx.state.writes.isOpen(id)) return { outcome: "not_open" };
  const update: WriteUpdate = { id, state: "cancelled", reason: `cancelled by ${by}`, at: ctx.wallClock() };
  const [write] = await endWrites(ctx, [update]);
  return write?.state === "cancelled" ? { outcome: "cancelled", write } : { outcome: "not_open" };
}

// Expiry

/** Ends what nobody answered in time, and sets the timer for the next. */
export async function expireWrites(ctx: DeviceContext): Promise<void> {
  const at = ctx.wallClock();
  const updates = ctx.state.writes.overdue(at).map((write) => toExpiry(write, at));
  try {
    if (updates.length > 0) await endWrites(ctx, updates);
    planExpiry(ctx);
  } catch (error) {
    if (!(error instanceof StorageFailedError)) throw error;
    ringIn(ctx, RETRY_STORING_MS);
  }
}

function planExpiry(ctx: DeviceContext): void {
  const next = ctx.state.writes.nextExpiry;
  if (next !== undefined) ringIn(ctx, Math.min(Math.max(next - ctx.wallClock(), 1), LONGEST_TIMER_MS));
}

function ringIn(ctx: DeviceContext, ms: number): void {
  const { state } = ctx;
  if (state.expiry !== undefined) ctx.cancel(state.expiry);
  state.expiry = ctx.after(ms, "expire");
}

/** Stores that writes end, whether their device is there or not. Those that had ended before stay as they are. */
async function endWrites(
  ctx: DeviceContext,
  updates: readonly WriteUpdate[],
): Promise<readonly WriteRecord[]> {
  const ended = await ctx.callWithin(Infinity, Store, "updateWrites", updates);
  takeStored(ctx, ended);
  return ended;
}

/** Takes on writes as they are stored now. */
export function takeStored(ctx: DeviceContext, writes: readonly WriteRecord[]): void {
  ctx.state.writes.remember(writes);
  answerSettling(ctx);
}

// Waiting for what the device makes of a change

/** Whoever asks is answered when the change is settled, or after `waitMs`. */
export function awaitSettling(
  ctx: DeviceContext,
  { set, from, waitMs }: Pick<Settling, "set" | "from"> & { readonly waitMs: number },
): void {
  const waiting: Settling = { set, from, deadline: undefined };
  waiting.deadline = ctx.after(waitMs, "waitedEnough", waiting);
  ctx.state.settling = [...ctx.state.settling, waiting];
}

/** Answers with what the change's writes are so far. */
export function answerLate(ctx: DeviceContext, waiting: Settling): void {
  const { state } = ctx;
  state.settling = state.settling.filter((other) => other !== waiting);
  ctx.reply(waiting.from, state.writes.ofSet(waiting.set));
}

/** Answers those who waited for a change that is settled now. */
function answerSettling(ctx: DeviceContext): void {
  const { state } = ctx;
  state.settling = state.settling.filter(({ set, from, deadline }) => {
    const settled = state.writes.isSettled(set);
    if (!settled) return true;
    if (deadline !== undefined) ctx.cancel(deadline);
    ctx.reply(from, state.writes.ofSet(set));
    return false;
  });
}

// Sending

/** Sends again, under their ids, what is still open and still fits. A trigger isn't: it is sent when it is pressed, or never. */
export function sendOpenWrites(ctx: DeviceContext): void {
  const { state } = ctx;
  rejectUnfit(ctx);
  const overdue = new Set(state.writes.overdue(ctx.wallClock()));
  const open = state.writes.unanswered.filter((write) => !overdue.has(write) && !isTrigger(state, write));
  for (const set of new Set(open.map((write) => write.set))) {
    const ofSet = open.filter((write) => write.set === set);
    sendWrites(ctx, ofSet);
  }
}

/** To be called when variables were declared anew, with their names: an open write may not fit any more. */
export function rejectUnfit(ctx: DeviceContext, names?: ReadonlySet<string>): void {
  const { writes, variables } = ctx.state;
  updateWrites(ctx, writes.rejectUnfit(variables, ctx.wallClock(), names));
}

function isTrigger({ variables }: DeviceState, { name }: WriteRecord): boolean {
  return variables.get(name)?.declaration.kind === "trigger";
}

function sendWrites(ctx: DeviceContext, sent: readonly WriteRecord[]): void {
  const { attached, variables, writes } = ctx.state;
  const [first] = sent;
  if (attached === undefined || first === undefined) return;
  const values = sent.map(({ name, value }) => {
    const entry = variables.get(name);
    return { name, value, kind: entry?.declaration.kind ?? "json", type: entry?.type ?? "" };
  });
  ctx.cast(attached.connection, "set", first.set, values);
  updateWrites(ctx, writes.markSent(sent, ctx.wallClock()));
}

/** States go into the storage with the next batch; nobody is told of them before. */
export function updateWrites(ctx: DeviceContext, updates: readonly WriteUpdate[]): void {
  if (updates.length === 0) return;
  const batch = openBatch(ctx);
  batch.writes.push(...updates);
  batch.receivedAt = Math.max(batch.receivedAt, ...updates.map(({ at }) => at));
}
