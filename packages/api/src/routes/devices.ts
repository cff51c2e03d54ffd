/** Routes of devices: what they said, and what people change. */

import { KIND_NAMES } from "@wheelhouse/protocol";
import { device, logEntry, logLevel, time, value, variable, write, writeState } from "../entities.ts";
import { z } from "../zod.ts";
import {
  DEFAULT_POINTS,
  EXAMPLE_IDS,
  EXAMPLE_TIME,
  MAX_POINTS,
  MAX_WAIT_MS,
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

/** A variable's history: numbers thinned to lowest and highest of each bucket, other kinds as changes. Oldest first. */
const history = z.object({ kind: z.enum(KIND_NAMES), points: z.array(z.tuple([time, value])) });

const project = { project: EXAMPLE_IDS.project };
const params = { ...project, device: EXAMPLE_IDS.device };
const pixel = {
  id: EXAMPLE_IDS.device,
  name: "Ann's phone",
  app: "rocket",
  build: "1.4",
  tags: ["qa"],
  online: true,
  firstSeen: EXAMPLE_TIME,
  lastSeen: EXAMPLE_TIME,
};
const sent = {
  id: 42,
  name: EXAMPLE_IDS.variable,
  value: 5,
  state: "pending",
  applied: null,
  reason: null,
};
const change = {
  ...sent,
  set: 7,
  device: EXAMPLE_IDS.device,
  from: 3,
  by: "ann@example.org",
  createdAt: EXAMPLE_TIME,
  updatedAt: EXAMPLE_TIME,
};
const speed = {
  name: EXAMPLE_IDS.variable,
  kind: "float",
  writable: true,
  min: 0,
  max: 9,
  step: 0.1,
  unit: "m/s",
  options: null,
  group: "Enemies",
  help: null,
  reported: { value: 3, at: EXAMPLE_TIME },
  desired: null,
};

export const deviceRoutes = {
  devices: {
    method: "GET",
    path: "/projects/:project/devices",
    access: "viewer",
    tag: "Devices",
    summary: "A project's devices",
    params: inProject,
    answers: { 200: z.object({ devices: z.array(device) }) },
    example: { params: project, status: 200, answer: { devices: [pixel] } },
  },
  device: {
    method: "GET",
    path: "/projects/:project/devices/:device",
    access: "viewer",
    tag: "Devices",
    summary: "One device",
    params: inDevice,
    answers: { 200: device },
    example: { params, status: 200, answer: pixel },
  },
  variables: {
    method: "GET",
    path: "/projects/:project/devices/:device/variables",
    access: "viewer",
    tag: "Devices",
    summary: "A device's variables, with what it reports and what people want",
    description: "`desired` is the newest write, whatever its state.",
    params: inDevice,
    answers: { 200: z.object({ variables: z.array(variable) }) },
    example: { params, status: 200, answer: { variables: [speed] } },
  },
  changeVariables: {
    method: "PATCH",
    path: "/projects/:project/devices/:device/variables",
    access: "editor",
    tag: "Changes",
    summary: "Change variables of a device",
    description:
      "All or nothing. 202 says that the change is stored and on its way; with `waitMs`, 200 says what became of it, if that came in time.",
    params: inDevice,
    query: z.object({ waitMs: z.coerce.number().int().min(0).max(MAX_WAIT_MS).optional() }),
    body: z.object({ values: z.record(z.string(), value) }),
    answers: { 200: changeResult, 202: changeResult },
    refusals: ["unknown_variable", "read_only", "out_of_range"],
    example: {
      params,
      body: { values: { [EXAMPLE_IDS.variable]: 5 } },
      status: 202,
      answer: { set: 7, writes: [sent] },
    },
  },
  history: {
    method: "GET",
    path: "/projects/:project/devices/:device/variables/:name/history",
    access: "viewer",
    tag: "Devices",
    summary: "A variable's past",
    description:
      "Numbers come as the lowest and highest of each bucket of time, so that peaks stay; other kinds as their changes.",
    params: inDevice.extend({ name: z.string() }),
    query: z.object({
      ...span,
      points: z.coerce.number().int().min(2).max(MAX_POINTS).default(DEFAULT_POINTS),
    }),
    answers: { 200: history },
    refusals: ["unknown_variable"],
    example: {
      params: { ...params, name: EXAMPLE_IDS.variable },
      query: { from: EXAMPLE_TIME, points: 100 },
      status: 200,
      answer: { kind: "float", points: [[EXAMPLE_TIME, 3]] },
    },
  },
  writes: {
    method: "GET",
    path: "/projects/:project/writes",
    access: "viewer",
    tag: "Changes",
    summary: "Who changed what, from, to, and what became of it",
    description: "Newest first. Give `next` as `cursor` to go on.",
    params: inProject,
    query: z.object({ ...page, device: z.string().optional() }),
    answers: { 200: z.object({ writes: z.array(write), next }) },
    example: {
      params: project,
      query: { device: EXAMPLE_IDS.device, limit: 10 },
      status: 200,
      answer: { writes: [change], next: null },
    },
  },
  logs: {
    method: "GET",
    path: "/projects/:project/logs",
    access: "viewer",
    tag: "Logs",
    summary: "Log entries",
    description: "Newest first. Give `next` as `cursor` to go on. `level` is that level and above.",
    params: inProject,
    query: z.object({
      ...page,
      ...span,
      device: z.string().optional(),
      session: z.string().optional(),
      level: logLevel.optional(),
      text: z.string().max(200).optional(),
    }),
    answers: { 200: z.object({ entries: z.array(logEntry), next }) },
    example: {
      params: project,
      query: { level: "warn", text: "boss" },
      status: 200,
      answer: {
        entries: [
          {
            id: 812,
            device: EXAMPLE_IDS.device,
            session: "s-17",
            at: EXAMPLE_TIME,
            receivedAt: EXAMPLE_TIME,
            level: "warn",
            message: "boss fight began early",
            fields: { level: 3 },
          },
        ],
        next: null,
      },
    },
  },
} as const satisfies Record<string, Route>;
