/** Device keys over HTTP. */

import { ApiError } from "@wheelhouse/api";
import type { Verbs } from "@wheelhouse/actors";
import type { DeviceKeyRecord } from "@wheelhouse/storage";
import { randomDeviceKey, randomId } from "../../accounts/secrets.ts";
import { RevokedTopic } from "../../devices/protocol.ts";
import { Store } from "../../store/store.ts";
import type { Handlers } from "../serve.ts";

export function deviceKeyHandlers(
  ctx: Verbs,
): Handlers<"deviceKeys" | "createDeviceKey" | "revokeDeviceKey"> {
  return {
    async deviceKeys({ params }) {
      const keys = await ctx.call(Store, "deviceKeys", params.project);
      return [200, { deviceKeys: keys.map(toDeviceKey) }];
    },

    async createDeviceKey({ params, body }) {
      const key = newKey(params.project, body.name, ctx.wallClock());
      await ctx.call(Store, "addDeviceKey", key);
      return [201, toDeviceKey(key)];
    },

    async revokeDeviceKey({ params }) {
      const revoked = await ctx.call(Store, "revokeDeviceKey", params.project, params.id, ctx.wallClock());
      if (revoked === undefined) throw new ApiError("not_found", "no such device key");
      ctx.broadcast(RevokedTopic.of(revoked.id), undefined);
      return [204, null];
    },
  };
}

/** What the key is called that a project begins with. */
export const FIRST_KEY = "first key";

export function newKey(project: string, name: string, createdAt: number): DeviceKeyRecord {
  return { id: randomId(), project, key: randomDeviceKey(), name, createdAt, revokedAt: null };
}

function toDeviceKey({ id, name, key, createdAt, revokedAt }: DeviceKeyRecord) {
  return { id, name, key, createdAt, revokedAt };
}
