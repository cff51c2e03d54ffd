/** A device comes and goes: which connection speaks for it, and in which session. */

import { NoProcessError, ProcessExitedError } from "@wheelhouse/actors";
import { SESSION_RESUME_MS } from "@wheelhouse/protocol";
import { StorageFailedError, type DeviceAddress } from "@wheelhouse/storage";
import { randomId } from "../../accounts/secrets.ts";
import { Store } from "../../store/store.ts";
import { ALL_ONLINE, type AttachOutcome, type Attachment } from "../protocol.ts";
import type { Closing, DeviceContext, DeviceState, OwnRecord } from "./state.ts";
import { publishDevice } from "./telling.ts";
import { sendOpenWrites } from "./writing.ts";

/** @throws StorageFailedError */
export async function attach(
  ctx: DeviceContext,
  { connection, about, resume, takeOver }: Attachment,
): Promise<AttachOutcome> {
  const { state } = ctx;
  // Another one may have come to the front of the queue first.
  if (state.attached !== undefined && !takeOver) return { outcome: "occupied" };
  for (const closing of replace(ctx)) await closeSession(ctx, closing);
  const at = ctx.wallClock();
  const { session, resumed, acknowledged } = await ctx.callWithin(Infinity, Store, "openSession", {
    ...state.address,
    ...about,
    at,
    newSession: randomId(),
    ...(resume === undefined ? {} : { resume }),
    resumeAfter: at - SESSION_RESUME_MS,
  });
  state.record = withAbout(state, about, at);
  state.attached = { connection, session, received: acknowledged, acknowledged };
  state.session = session;
  ctx.monitor(connection);
  ctx.subscribe(ALL_ONLINE);
  publishDevice(ctx);
  sendOpenWrites(ctx);
  return { outcome: "attached", session, resumed, acknowledged };
}

/** Tells the connection that is there, if any, that another has come. */
export function replace(ctx: DeviceContext): readonly Closing[] {
  const { attached } = ctx.state;
  if (attached !== undefined)
    ctx.cast(attached.connection, "end", "replaced", "the same device connected again");
  return detach(ctx, "replaced", true);
}

/** From here on no connection speaks for the device; its session is to be closed once what it said is stored. */
export function detach(ctx: DeviceContext, reason: string, resumable: boolean): readonly Closing[] {
  const { state } = ctx;
  if (state.attached === undefined) return [];
  const { connection, session } = state.attached;
  ctx.demonitor(connection);
  ctx.unsubscribe(ALL_ONLINE);
  state.attached = undefined;
  publishDevice(ctx);
  return [{ type: "close", session, reason, resumable, at: ctx.wallClock() }];
}

export async function closeSession(
  ctx: DeviceContext,
  { session, reason, resumable, at }: Closing,
): Promise<void> {
  try {
    await ctx.callWithin(Infinity, Store, "closeSession", { session, reason, resumable, at });
  } catch (error) {
    // A session that isn't marked as ended is one that ended with the server: nothing is lost by it.
    const isAway =
      error instanceof StorageFailedError ||
      error instanceof NoProcessError ||
      error instanceof ProcessExitedError;
    if (!isAway) throw error;
  }
}

function withAbout(
  { record, address }: DeviceState,
  { name, tags, ...about }: Attachment["about"],
  at: number,
): OwnRecord {
  const before = record ?? newRecord(address, at);
  const reported = { name: name ?? before.reported.name, tags: tags ?? before.reported.tags };
  return { ...before, ...about, reported, lastSeen: at };
}

function newRecord(address: DeviceAddress, at: number): OwnRecord {
  return {
    ...address,
    reported: { name: null, tags: [] },
    given: { name: null, tags: null },
    app: null,
    build: null,
    firstSeen: at,
    lastSeen: at,
  };
}
