/** Changes that people make, over HTTP. */

import { ApiError } from "@wheelhouse/api";
import type { Verbs } from "@wheelhouse/actors";
import type { WriteRecord } from "@wheelhouse/storage";
import { withDevice } from "../../devices/devices.ts";
import { tagsOf, toWrite } from "../../devices/views.ts";
import { Store } from "../../store/store.ts";
import { storageUnavailable } from "../answers.ts";
import { Changing } from "../changing.ts";
import { given, toPage, toPlace } from "../cursors.ts";
import type { Handlers } from "../serve.ts";
import { viewVariable } from "./devices.ts";

type WriteRoutes = "changeVariables" | "changeMany" | "writes" | "cancelWrite" | "revertWrite";

/** `beforeClose` has something done before the web server closes: it would wait for whoever waits for a device. */
export function writeHandlers(ctx: Verbs, beforeClose: (act: () => void) => void): Handlers<WriteRoutes> {
  const changing = new Changing(ctx);
  beforeClose(() => changing.endWaits());

  return {
    async changeVariables({ params, query, body, visitor }) {
      const { values, expiresInMs } = body;
      return changing.one(params, { values, expiresInMs, by: visitor.user.email, waitMs: query.waitMs });
    },

    async changeMany({ params, query, body, visitor }) {
      const { devices, tag, values, expiresInMs } = body;
      const wish = { values, expiresInMs, by: visitor.user.email, waitMs: query.waitMs };
      const named = await findDevices(ctx, params.project, devices, tag);
      return changing.many(
        named.map((device) => ({ project: params.project, device })),
        wish,
      );
    },

    async writes({ params, query }) {
      const { limit, cursor, ...filters } = query;
      const records = await ctx.call(Store, "writes", {
        ...params,
        ...given(filters),
        ...toPlace({ limit, cursor }),
      });
      const { shown, next } = toPage(records, limit, ({ id }) => id);
      return [200, { writes: shown.map(toWrite), next }];
    },

    async cancelWrite({ params, visitor }) {
      const record = await findWrite(ctx, params);
      const outcome = await withDevice(ctx, record, (device) =>
        ctx.call(device, "cancel", record.id, visitor.user.email),
      );
      if (outcome.outcome === "storage_unavailable") throw storageUnavailable();
      if (outcome.outcome === "not_open") throw new ApiError("not_open", "this write isn't open any more");
      return [200, toWrite(outcome.write)];
    },

    async revertWrite({ params, query, body, visitor }) {
      const record = await findWrite(ctx, params);
      if (record.from === null && !(await mayBeNull(ctx, record)))
        throw new ApiError("nothing_before", `${record.name} had no value to be set back to`);
      const values = { [record.name]: record.from };
      const by = visitor.user.email;
      return changing.one(record, { values, by, expiresInMs: body.expiresInMs, waitMs: query.waitMs });
    },
  };
}

// Finding

async function findDevices(
  ctx: Verbs,
  project: string,
  devices: readonly string[] | undefined,
  tag: string | undefined,
): Promise<readonly string[]> {
  if ((devices === undefined) === (tag === undefined))
    throw new ApiError("invalid", "expected either devices or a tag", { field: "devices" });
  if (devices !== undefined) return [...new Set(devices)];
  const records = await ctx.call(Store, "devices", project);
  return records.filter((record) => tagsOf(record).includes(tag as string)).map(({ device }) => device);
}

/** Of a variable of any JSON, null may be a value like others; one of another kind had none. */
async function mayBeNull(ctx: Verbs, write: WriteRecord): Promise<boolean> {
  const { kind } = await viewVariable(ctx, write, write.name);
  return kind === "json";
}

async function findWrite(
  ctx: Verbs,
  { project, id }: { readonly project: string; readonly id: string },
): Promise<WriteRecord> {
  const record = await ctx.call(Store, "write", project, Number(id));
  if (record === undefined) throw new ApiError("not_found", "no such write");
  return record;
}
