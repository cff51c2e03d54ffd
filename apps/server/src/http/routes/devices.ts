/** Devices, variables, histories and logs over HTTP. */

import { ApiError, type Variable } from "@wheelhouse/api";
import type { Verbs } from "@wheelhouse/actors";
import type { DeviceAddress } from "@wheelhouse/storage";
import type { DeviceView } from "../../devices/protocol.ts";
import { eachOf, showDevice, withDevice } from "../../devices/devices.ts";
import { toLogEntry } from "../../devices/views.ts";
import { Store } from "../../store/store.ts";
import { storageUnavailable, unknownDevice } from "../answers.ts";
import { given, toPage, toPlace } from "../cursors.ts";
import type { Handlers } from "../serve.ts";

type DeviceRoutes = "devices" | "device" | "changeDevice" | "variables" | "history" | "logs";

export function deviceHandlers(ctx: Verbs): Handlers<DeviceRoutes> {
  return {
    async devices({ params }) {
      const records = await ctx.call(Store, "devices", params.project);
      const views = await eachOf(records, (record) => showDevice(ctx, record, false));
      return [200, { devices: views.map(({ device }) => device) }];
    },

    async device({ params }) {
      return [200, (await viewDevice(ctx, params)).device];
    },

    async changeDevice({ params, body }) {
      const outcome = await withDevice(ctx, params, (device) => ctx.call(device, "describe", given(body)));
      if (outcome === "unknown_device") throw unknownDevice();
      if (outcome === "storage_unavailable") throw storageUnavailable();
      return [200, outcome];
    },

    async variables({ params }) {
      return [200, { variables: [...(await viewDevice(ctx, params)).variables] }];
    },

    async history({ params, query }) {
      const { kind } = await viewVariable(ctx, params, params.name);
      const points = await ctx.call(Store, "history", {
        project: params.project,
        device: params.device,
        name: params.name,
        kind,
        points: query.points,
        ...given({ from: query.from, to: query.to }),
      });
      return [200, { kind, points: points.map(([at, value]) => [at, value]) }];
    },

    async logs({ params, query }) {
      const { limit, cursor, ...filters } = query;
      const records = await ctx.call(Store, "logs", {
        project: params.project,
        ...toPlace({ limit, cursor }),
        ...given(filters),
      });
      const { shown, next } = toPage(records, limit, ({ id }) => id);
      return [200, { entries: shown.map(toLogEntry), next }];
    },
  };
}

async function viewDevice(ctx: Verbs, address: DeviceAddress): Promise<DeviceView> {
  const view = await withDevice(ctx, address, (device) => ctx.call(device, "view"));
  if (view === undefined) throw unknownDevice();
  return view;
}

/** One of a device's variables, without a look at the others. @throws ApiError */
export async function viewVariable(ctx: Verbs, address: DeviceAddress, name: string): Promise<Variable> {
  const variable = await withDevice(ctx, address, (device) => ctx.call(device, "variable", name));
  if (variable === "unknown_device") throw unknownDevice();
  if (variable === "unknown_variable")
    throw new ApiError("unknown_variable", "no such variable", { field: "name" });
  return variable;
}
