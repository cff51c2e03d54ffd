/** Markers over HTTP. */

import { ApiError } from "@wheelhouse/api";
import type { Verbs } from "@wheelhouse/actors";
import { toMarker } from "../../devices/views.ts";
import { Store } from "../../store/store.ts";
import { given, toPage, toPlace } from "../cursors.ts";
import type { Handlers } from "../serve.ts";

export function markerHandlers(ctx: Verbs): Handlers<"markers" | "addMarker"> {
  return {
    async markers({ params, query }) {
      const { limit, cursor, ...filters } = query;
      const records = await ctx.call(Store, "markers", {
        ...params,
        ...given(filters),
        ...toPlace({ limit, cursor }),
      });
      const { shown, next } = toPage(records, limit, ({ id }) => id);
      return [200, { markers: shown.map(toMarker), next }];
    },

    async addMarker({ params: { project }, body, visitor }) {
      const { name, device = null, fields = null, at = Infinity } = body;
      if (device !== null && (await ctx.call(Store, "deviceState", { project, device })) === undefined)
        throw new ApiError("not_found", "no such device", { field: "device" });
      const receivedAt = ctx.wallClock();
      const marker = await ctx.call(Store, "addMarker", {
        project,
        device,
        name,
        fields,
        at: Math.min(at, receivedAt),
        receivedAt,
        by: visitor.user.email,
      });
      return [201, toMarker(marker)];
    },
  };
}
