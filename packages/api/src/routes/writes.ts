/** Routes of writes: what people change, and what became of it. */

import { errorBody } from "../errors.ts";
import { value, write, writeState } from "../entities.ts";
import { HOUR_MS } from "../spans.ts";
import { z } from "../zod.ts";
import {
  EXAMPLE_IDS,
  EXAMPLE_TIME,
  MAX_EXPIRES_IN_MS,
  MAX_NAMED_DEVICES,
  MAX_WAIT_MS,
  deviceId,
  inDevice,
  inProject,
  next,
  page,
  span,
  type Route,
} from "./route.ts";

const writeResult = z.object({
  id: z.number().int(),
  name: z.string(),
  value,
  state: writeState,
  applied: value.nullable(),
  reason: z.string().nullable(),
});

/** What a change of a device's variables is answered with. */
const changeResult = z.object({ set: z.number().int(), writes: z.array(writeResult) });

/** One device's part of a change of many. */
const deviceResult = z.union([
  changeResult.extend({ device: z.string() }),
  errorBody.extend({ device: z.string() }),
]);
const manyResults = z.object({ results: z.array(deviceResult) });

const waiting = z.object({ waitMs: z.coerce.number().int().min(0).max(MAX_WAIT_MS).optional() });
const values = z
  .record(z.string(), value)
  .refine((named) => Object.keys(named).length > 0, "expected values to name at least one variable");
const expiresInMs = z.number().int().min(1).max(MAX_EXPIRES_IN_MS).optional();
const inWrite = inProject.extend({ id: z.string().regex(/^[1-9]\d{0,15}$/, "expected the id of a write") });

const project = { project: EXAMPLE_IDS.project };
const wanted = { [EXAMPLE_IDS.variable]: 5 };
const pending = {
  id: 42,
  name: EXAMPLE_IDS.variable,
  value: 5,
  state: "pending",
  applied: null,
  reason: null,
};
const stored = {
  ...pending,
  set: 7,
  device: EXAMPLE_IDS.device,
  from: 3,
  by: "ann@example.org",
  createdAt: EXAMPLE_TIME,
  updatedAt: EXAMPLE_TIME,
  expiresAt: EXAMPLE_TIME + HOUR_MS,
};

export const writeRoutes = {
  changeVariables: {
    method: "PATCH",
    path: "/projects/:project/devices/:device/variables",
    access: "editor",
    tag: "Changes",
    summary: "Change variables of a device",
    description:
      'All or nothing, and at most 32,768 bytes: of each variable `{"name":…,"type":…,"value":…}` counts, as JSON in UTF-8, where `type` is what a device of dialect 1 sent and else empty. 202 says that the change is stored and on its way; with `waitMs`, 200 says what became of it, if that came in time, else 202 what of it came by then. What nobody answered after `expiresInMs` expires: 7 days unless given. A variable of the kind `trigger` goes off by `true`, once, and only while the device is there; a change with one expires after 10 s at the latest.',
    params: inDevice,
    query: waiting,
    body: z.object({ values, expiresInMs }),
    answers: { 200: changeResult, 202: changeResult },
    refusals: ["unknown_variable", "read_only", "offline", "out_of_range"],
    example: {
      params: { ...project, device: EXAMPLE_IDS.device },
      body: { values: wanted, expiresInMs: HOUR_MS },
      status: 202,
      answer: { set: 7, writes: [pending] },
    },
  },
  changeMany: {
    method: "POST",
    path: "/projects/:project/writes",
    access: "editor",
    tag: "Changes",
    summary: "Change variables of many devices",
    description:
      "Of those in `devices`, or of all that have the `tag`. For each device all or nothing, as for one alone, with a result of its own: its writes, or why it was refused. It is stored for all of them and sent before any is waited for; `waitMs` is for all together. 200 says that no write is open any more.",
    params: inProject,
    query: waiting,
    body: z.object({
      devices: z.array(deviceId).min(1).max(MAX_NAMED_DEVICES).optional(),
      tag: z.string().min(1).optional(),
      values,
      expiresInMs,
    }),
    answers: { 200: manyResults, 202: manyResults },
    example: {
      params: project,
      body: { devices: [EXAMPLE_IDS.device], values: wanted },
      status: 202,
      answer: { results: [{ device: EXAMPLE_IDS.device, set: 7, writes: [pending] }] },
    },
  },
  writes: {
    method: "GET",
    path: "/projects/:project/writes",
    access: "viewer",
    tag: "Changes",
    summary: "Who changed what, from, to, and what became of it",
    description:
      "Newest first. Give `next` as `cursor` to go on. `state` is the one a write has now; `from` and `to` go by `createdAt`.",
    params: inProject,
    query: z.object({
      ...page,
      ...span,
      device: deviceId.optional(),
      name: z.string().optional(),
      state: writeState.optional(),
      by: z.string().optional(),
    }),
    answers: { 200: z.object({ writes: z.array(write), next }) },
    example: {
      params: project,
      query: { device: EXAMPLE_IDS.device, limit: 10 },
      status: 200,
      answer: { writes: [stored], next: null },
    },
  },
  cancelWrite: {
    method: "DELETE",
    path: "/projects/:project/writes/:id",
    access: "editor",
    tag: "Changes",
    summary: "Cancel a write that is still open",
    description:
      "One that is pending is never sent. One that was sent may be applied by its device all the same; its answer is ignored then.",
    params: inWrite,
    answers: { 200: write },
    refusals: ["invalid", "not_found", "not_open"],
    example: {
      params: { ...project, id: "42" },
      status: 200,
      answer: { ...stored, state: "cancelled", reason: "cancelled by ann@example.org" },
    },
  },
  revertWrite: {
    method: "POST",
    path: "/projects/:project/writes/:id/revert",
    access: "editor",
    tag: "Changes",
    summary: "Set a variable back to what it was before a write",
    description:
      "A new change of the same variable, to the write's `from`. A trigger, and a variable that had no value before, can't be set back; one of any JSON is set to null then, which may be what it was.",
    params: inWrite,
    query: waiting,
    body: z.object({ expiresInMs }),
    answers: { 200: changeResult, 202: changeResult },
    refusals: ["not_found", "unknown_variable", "read_only", "nothing_before", "out_of_range"],
    example: {
      params: { ...project, id: "42" },
      body: {},
      status: 202,
      answer: { set: 8, writes: [{ ...pending, id: 43, value: 3 }] },
    },
  },
} as const satisfies Record<string, Route>;
