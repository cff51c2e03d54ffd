/** Sessions over HTTP. */

import type { Verbs } from "@wheelhouse/actors";
import { toSession } from "../../devices/views.ts";
import { Store } from "../../store/store.ts";
import { given, toPage, toPlace } from "../cursors.ts";
import type { Handlers } from "../serve.ts";

export function sessionHandlers(ctx: Verbs): Handlers<"sessions"> {
  return {
    async sessions({ params, query }) {
      const { limit, cursor, device } = query;
      const records = await ctx.call(Store, "sessions", {
        ...params,
        ...given({ device }),
        ...toPlace({ limit, cursor }),
      });
      const { shown, next } = toPage(records, limit, (record) => record.cursor);
      return [200, { sessions: shown.map(toSession), next }];
    },
  };
}
