/** Changes that people make, over HTTP. */

import { API_ERRORS, ApiError, errorBody, type Answer, type Write } from "@wheelhouse/api";
import { CallTimeoutError, type Verbs } from "@wheelhouse/actors";
import type { JsonObject } from "@wheelhouse/protocol";
import { StorageFailedError, type DeviceAddress, type WriteRecord } from "@wheelhouse/storage";
import { deviceName, type ChangeOutcome } from "../../devices/protocol.ts";
import { withDevice } from "../../devices/devices.ts";
import { toWrite } from "../../devices/views.ts";
import { Store } from "../../store/store.ts";
import { toErrorAnswer } from "../answers.ts";
import { given, readCursor, toPage } from "../cursors.ts";
import type { Handlers } from "../serve.ts";

type WriteRoutes = "changeVariables" | "changeMany" | "writes" | "cancelWrite" | "revertWrite";

/** Devices that one change is passed on to at a time. */
const AT_ONCE = 100;
/** Writes that one answer looks through for few among many, in steps. */
const LOOK_THROUGH = 10_000;
const STEP = 1_000;

/** What a person wants of a device. */
interface Wish {
  readonly values: JsonObject;
  readonly by: string;
  readonly expiresInMs: number | undefined;
  /** How long the answer may wait for the device's. */
  readonly waitMs: number | undefined;
}

type Changed = Answer<"changeVariables">;

export function writeHandlers(ctx: Verbs): Handlers<WriteRoutes> {
  return {
    async changeVariables({ params, query, body, visitor }) {
      const { values, expiresInMs } = body;
      return change(ctx, params, { values, expiresInMs, by: visitor.user.email, waitMs: query.waitMs });
    },

    async changeMany({ params, query, body, visitor }) {
      const { devices, tag, values, expiresInMs } = body;
      const wish = { values, expiresInMs, by: visitor.user.email, waitMs: query.waitMs };
      const named = await findDevices(ctx, params.project, devices, tag);
      const results = await inGroups(named, AT_ONCE, (device) =>
        tryChange(ctx, { project: params.project, device }, wish),
      );
      const isSettled = results.every(([status]) => status !== 202);
      return [isSettled ? 200 : 202, { results: results.map(([, result]) => result) }];
    },

    async writes({ params, query }) {
      const { limit, cursor, device, name, state, by } = query;
      const found = await findWrites(ctx, { ...params, ...given({ device }) }, readCursor(cursor).before, {
        limit,
        wanted: given({ name, state, by }),
      });
      return [200, { writes: found.shown.map(toWrite), next: found.next }];
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
      if (record.from === null)
        throw new ApiError("nothing_before", `${record.name} had no value to be set back to`);
      const values = { [record.name]: record.from };
      const by = visitor.user.email;
      return change(ctx, record, { values, by, expiresInMs: body.expiresInMs, waitMs: query.waitMs });
    },
  };
}

// Changing

async function change(
  ctx: Verbs,
  { project, device }: DeviceAddress,
  { values, by, expiresInMs, waitMs = 0 }: Wish,
): Promise<readonly [200 | 202, Changed]> {
  const address = { project, device };
  const outcome = await withDevice(ctx, address, (ref) => ctx.call(ref, "change", values, by, expiresInMs));
  const { set, writes } = expectStored(outcome);
  const settled = waitMs === 0 ? undefined : await waitForDevice(ctx, address, set, waitMs);
  return settled === undefined
    ? [202, { set, writes: writes.map(toResult) }]
    : [200, { set, writes: settled.map(toResult) }];
}

/** What goes wrong with one device is its result, whatever becomes of the others. */
async function tryChange(
  ctx: Verbs,
  address: DeviceAddress,
  wish: Wish,
): Promise<readonly [status: number, Answer<"changeMany">["results"][number]]> {
  const { device } = address;
  try {
    const [status, changed] = await change(ctx, address, wish);
    return [status, { device, ...changed }];
  } catch (error) {
    const kinds = [ApiError, StorageFailedError, CallTimeoutError];
    if (!kinds.some((kind) => error instanceof kind)) throw error;
    const { status, body } = toErrorAnswer(error);
    return [status, { device, ...errorBody.parse(body) }];
  }
}

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
  return records.filter(({ tags }) => tags.includes(tag as string)).map(({ device }) => device);
}

async function inGroups<Item, Result>(
  items: readonly Item[],
  size: number,
  work: (item: Item) => Promise<Result>,
): Promise<readonly Result[]> {
  const results: Result[] = [];
  for (let start = 0; start < items.length; start += size)
    results.push(...(await Promise.all(items.slice(start, start + size).map(work))));
  return results;
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
      throw storageUnavailable();
  }
}

function storageUnavailable(): ApiError {
  return new ApiError("storage_unavailable", "storing fails for now; nothing was changed");
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

// Finding

async function findWrite(
  ctx: Verbs,
  { project, id }: { readonly project: string; readonly id: string },
): Promise<WriteRecord> {
  const record = await ctx.call(Store, "write", project, Number(id));
  if (record === undefined) throw new ApiError("not_found", "no such write");
  return record;
}

interface Looking {
  readonly limit: number;
  /** What a write must have; nothing in it takes them all. */
  readonly wanted: Readonly<Partial<Pick<WriteRecord, "name" | "state" | "by">>>;
}

async function findWrites(
  ctx: Verbs,
  where: { readonly project: string; readonly device?: string },
  before: number | undefined,
  { limit, wanted }: Looking,
): Promise<{ readonly shown: readonly WriteRecord[]; readonly next: string | null }> {
  const filters = Object.entries(wanted) as readonly (readonly [keyof typeof wanted, string])[];
  const step = filters.length === 0 ? limit + 1 : STEP;
  const found: WriteRecord[] = [];
  let last = before;
  for (let looked = 0; looked < LOOK_THROUGH && found.length <= limit; looked += step) {
    const records = await ctx.call(Store, "writes", { ...where, ...given({ before: last }), limit: step });
    found.push(...records.filter((write) => filters.every(([field, value]) => write[field] === value)));
    if (records.length < step) return toPage(found, limit, ({ id }) => id);
    last = records.at(-1)?.id;
  }
  if (found.length > limit) return toPage(found, limit, ({ id }) => id);
  return { shown: found, next: String(last) };
}
