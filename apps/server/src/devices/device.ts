/**
 * One device: its variables, its session, its open writes. Everything it says and everything a person wants of it goes
 * through this process in order; what is said is stored in groups, one after the other, and acknowledged when durable.
 */

import { defineGenServer, noReply, type GenServer } from "@wheelhouse/actors";
import { StorageFailedError, type DeviceAddress } from "@wheelhouse/storage";
import { Store } from "../store/store.ts";
import { describe } from "./device/describing.ts";
import { hear, takeAnswer } from "./device/hearing.ts";
import { detach, replace } from "./device/sessions.ts";
import {
  RETRY_STORING_MS,
  beginState,
  type DeviceContext,
  type DevicePrivate,
  type DeviceState,
} from "./device/state.ts";
import { acknowledge, goOn, grantBehind, inTurn, refuseWishes, store } from "./device/storing.ts";
import { toView, viewOf } from "./device/telling.ts";
import { answerLate, awaitSettling, cancel, change, expireWrites, takeStored } from "./device/writing.ts";
import type { DeviceProtocol } from "./protocol.ts";

/** How long a process stays for a device that is away and that nobody asks about. */
const IDLE_MS = 60_000;

export const DeviceServer: GenServer<DeviceProtocol, DeviceAddress> = defineGenServer<
  DevicePrivate,
  DeviceState,
  DeviceAddress
>({
  name: "Device",
  async init(ctx, address) {
    const state = beginState(address, await ctx.call(Store, "deviceState", address));
    if (state.writes.nextExpiry !== undefined) ctx.cast(ctx.self, "expire");
    ctx.idleAfter(IDLE_MS);
    return state;
  },

  calls: {
    async attach(ctx, attachment) {
      const { attached, failing } = ctx.state;
      if (attached !== undefined && !attachment.takeOver) return { outcome: "occupied" };
      // Whoever is thrown out stays out, so it isn't done for one that couldn't be taken in.
      if (attached !== undefined && failing) return { outcome: "storage_unavailable" };
      ctx.state.waiting.push(...replace(ctx));
      ctx.state.waiting.push({ type: "attach", attachment, from: ctx.from });
      await goOn(ctx);
      return noReply;
    },

    change(ctx, values, by, expiresInMs) {
      restIfIdle(ctx);
      return inTurn(ctx, ctx.from, async (later) => {
        const outcome = await change(later, { values, by, expiresInMs });
        await goOn(later);
        return outcome;
      });
    },

    cancel(ctx, write, by) {
      restIfIdle(ctx);
      return inTurn(ctx, ctx.from, (later) => cancel(later, write, by));
    },

    describe(ctx, description) {
      restIfIdle(ctx);
      return describe(ctx, description);
    },

    settled(ctx, set, waitMs) {
      restIfIdle(ctx);
      const { writes } = ctx.state;
      if (waitMs <= 0 || writes.isSettled(set)) return writes.ofSet(set);
      awaitSettling(ctx, { set, from: ctx.from, waitMs });
      return noReply;
    },

    view(ctx) {
      restIfIdle(ctx);
      return toView(ctx.state);
    },

    variable(ctx, name) {
      restIfIdle(ctx);
      const { record, variables } = ctx.state;
      if (record === undefined) return "unknown_device";
      return variables.get(name) === undefined ? "unknown_variable" : viewOf(ctx.state, name);
    },
  },

  casts: {
    async heard(ctx, line) {
      if (ctx.state.attached?.connection !== line.connection) return;
      hear(ctx, ctx.state.attached, line);
      await goOn(ctx);
    },

    async answered(ctx, connection, set, results) {
      if (ctx.state.attached?.connection !== connection) return;
      const refusal = takeAnswer(ctx, set, results);
      if (refusal !== undefined) ctx.cast(connection, "refuse", refusal.code, refusal.text, undefined);
      await goOn(ctx);
    },

    ended(ctx, writes) {
      takeStored(ctx, writes);
      restIfIdle(ctx);
    },

    async detached(ctx, connection, reason, resumable) {
      if (ctx.state.attached?.connection !== connection) return;
      ctx.state.waiting.push(...detach(ctx, reason, resumable));
      await goOn(ctx);
      restIfIdle(ctx);
    },

    async batchStored(ctx, batch, stored) {
      ctx.state.storing = undefined;
      ctx.state.failing = false;
      acknowledge(ctx, batch);
      batch.free();
      takeStored(ctx, stored.writes);
      await grantBehind(ctx, batch);
      await goOn(ctx);
      restIfIdle(ctx);
    },

    batchFailed(ctx, batch, error) {
      // Anything but the engine's own failure is a bug: the process ends, and the device sends again what wasn't stored.
      if (!(error instanceof StorageFailedError)) throw error;
      const { attached, failing } = ctx.state;
      const text = "storing fails for now; what was sent is kept and tried again";
      if (attached !== undefined && !failing)
        ctx.cast(attached.connection, "refuse", "storage_unavailable", text, undefined);
      ctx.state.failing = true;
      refuseWishes(ctx);
      ctx.after(RETRY_STORING_MS, "store", batch);
    },

    store: (ctx, batch) => store(ctx, batch),

    waitedEnough(ctx, waiting) {
      answerLate(ctx, waiting);
      restIfIdle(ctx);
    },

    async expire(ctx) {
      await expireWrites(ctx);
      restIfIdle(ctx);
    },
  },

  async down(ctx, { ref }) {
    if (ctx.state.attached?.connection !== ref) return;
    ctx.state.waiting.push(...detach(ctx, "connection lost", true));
    await goOn(ctx);
    restIfIdle(ctx);
  },

  timeout(ctx) {
    // Nobody waits for a change for as long as this has been idle.
    if (ctx.state.attached === undefined && ctx.state.storing === undefined) ctx.stop();
  },

  format: ({ address }) => address,
});

/** A device that never was is of no use to anybody, so its process doesn't stay. */
function restIfIdle(ctx: DeviceContext): void {
  const { attached, record } = ctx.state;
  if (attached === undefined) ctx.idleAfter(record === undefined ? 0 : IDLE_MS);
}
