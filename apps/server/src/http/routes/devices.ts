/** Devices, variables, histories, writes and logs over HTTP. */

import { API_ERRORS, ApiError, type Write } from "@wheelhouse/api";
import { CallTimeoutError, type Verbs } from "@wheelhouse/actors";
import type { DeviceAddress, WriteRecord } from "@wheelhouse/storage";
import { deviceName, type ChangeOutcome, type DeviceView } from "../../devices/protocol.ts";
import { withDevice } from "../../devices/devices.ts";
import { toDevice, toLogEntry, toWrite } from "../../devices/views.ts";
import { Store } from "../../store/store.ts";
import type { Handlers } from "../serve.ts";

type DeviceRoutes = "devices" | "device" | "variables" | "changeVariables" | "history" | "writes" | "logs";

export function deviceHandlers(ctx: Verbs): Handlers<DeviceRoutes> {
  return {
    async devices({ params }) {
      const records = await ctx.call(Store, "devices", params.project);
      return [200, { devices: await Promise.all(records.map((record) => withPresence(ctx, record))) }];
    },

    async device({ params }) {
      return [200, (await viewDevice(ctx, params)).device];
    },

    async variables({ params }) {
      return [200, { variables: [...(await viewDevice(ctx, params)).variables] }];
    },

    async changeVariables({ params, query, body, visitor }) {
      if (Object.keys(body.values).length === 0) {
        throw new ApiError("invalid", "expected values to name at least one variable", { field: "values" });
      }
      const by = visitor.user.email;
      const outcome = await withDevice(ctx, params, (device) => ctx.call(device, "change", body.values, by));
      const { set, writes } = expectStored(outcome);
      if (query.waitMs === undefined || query.waitMs === 0)
        return [202, { set, writes: writes.map(toResult) }];
      const settled = await waitForDevice(ctx, params, set, query.waitMs);
      return settled === undefined
        ? [202, { set, writes: writes.map(toResult) }]
        : [200, { set, writes: settled.map(toResult) }];
    },

    async history({ params, query }) {
      const variable = (await viewDevice(ctx, params)).variables.find(({ name }) => name === params.name);
      if (variable === undefined)
        throw new ApiError("unknown_variable", "no such variable", { field: "name" });
      const points = await ctx.call(Store, "history", {
        project: params.project,
        device: params.device,
        name: params.name,
        kind: variable.kind,
        points: query.points,
        ...(query.from === undefined ? {} : { from: query.from }),
        ...(query.to === undefined ? {} : { to: query.to }),
      });
      return [200, { kind: variable.kind, points: points.map(([at, value]) => [at, value]) }];
    },

    async writes({ params, query }) {
      const { limit, cursor, device } = query;
      const records = await ctx.call(Store, "writes", {
        project: params.project,
        limit: limit + 1,
        ...readCursor(cursor),
        ...(device === undefined ? {} : { device }),
      });
      return [200, { writes: records.slice(0, limit).map(toWrite), next: nextCursor(records, limit) }];
    },

    async logs({ params, query }) {
      const { limit, cursor, ...filters } = query;
      const given = Object.fromEntries(Object.entries(filters).filter(([, value]) => value !== undefined));
      const records = await ctx.call(Store, "logs", {
        project: params.project,
        limit: limit + 1,
        ...readCursor(cursor),
        ...given,
      });
      return [200, { entries: records.slice(0, limit).map(toLogEntry), next: nextCursor(records, limit) }];
    },
  };
}

async function viewDevice(ctx: Verbs, address: DeviceAddress): Promise<DeviceView> {
  const view = await withDevice(ctx, address, (device) => ctx.call(device, "view"));
  if (view === undefined) throw new ApiError("not_found", "no such device");
  return view;
}

/** A device whose process rests is away; asking needn't wake it. */
async function withPresence(ctx: Verbs, record: Parameters<typeof toDevice>[0]) {
  const living = ctx.whereis(deviceName(record));
  const view = living === undefined ? undefined : await ctx.call(living, "view").catch(() => undefined);
  return view?.device ?? toDevice(record, false);
}

function expectStored(outcome: ChangeOutcome): Extract<ChangeOutcome, { outcome: "stored" }> {
  switch (outcome.outcome) {
    case "stored":
      return outcome;
    case "refused":
      throw new ApiError(outcome.code, outcome.message, {
        status: API_ERRORS[outcome.code],
        field: outcome.field,
      });
    case "unknown_device":
      throw new ApiError("not_found", "no such device");
    case "storage_unavailable":
      throw new ApiError("storage_unavailable", "storing fails for now; nothing was changed");
  }
}

/** The change's writes once none is open any more; `undefined` when that takes too long. */
async function waitForDevice(
  ctx: Verbs,
  address: DeviceAddress,
  set: number,
  waitMs: number,
): Promise<readonly WriteRecord[] | undefined> {
  try {
    return await ctx.callWithin(waitMs, deviceName(address), "settled", set);
  } catch (error) {
    if (error instanceof CallTimeoutError) return undefined;
    throw error;
  }
}

function toResult(record: WriteRecord) {
  const { id, name, value, state, applied, reason }: Write = toWrite(record);
  return { id, name, value, state, applied, reason };
}

/** A cursor is the id of the last entry that was shown: lists stay stable while new entries arrive. */
function readCursor(cursor: string | undefined): { readonly before?: number } {
  if (cursor === undefined) return {};
  const before = Number(cursor);
  if (!Number.isSafeInteger(before) || before < 1) {
    throw new ApiError("invalid", "expected cursor to be what an earlier answer had as next", {
      field: "cursor",
    });
  }
  return { before };
}

function nextCursor(records: readonly { readonly id: number }[], limit: number): string | null {
  return records.length > limit ? String(records[limit - 1]?.id) : null;
}
