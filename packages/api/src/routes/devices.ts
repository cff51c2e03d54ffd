/** Routes of devices: who they are, and what they said. */

import { KIND_NAMES, MAX_HELLO_TEXT_LENGTH, MAX_TAGS, MAX_TAG_LENGTH } from "@wheelhouse/protocol";
import { device, logEntry, time, value, variable } from "../entities.ts";
import { z } from "../zod.ts";
import {
  DEFAULT_POINTS,
  EXAMPLE_IDS,
  EXAMPLE_TIME,
  MAX_POINTS,
  deviceId,
  inDevice,
  inProject,
  logSearch,
  next,
  page,
  span,
  type Route,
} from "./route.ts";

/** A variable's history: numbers thinned to lowest and highest of each bucket, other kinds as their newest changes. Oldest first. */
const history = z.object({ kind: z.enum(KIND_NAMES), points: z.array(z.tuple([time, value])) });

const project = { project: EXAMPLE_IDS.project };
const params = { ...project, device: EXAMPLE_IDS.device };
const pixel = {
  id: EXAMPLE_IDS.device,
  name: "Ann's phone",
  app: "rocket",
  build: "1.4",
  tags: ["qa"],
  reported: { name: "Ann's phone", tags: ["qa"] },
  online: true,
  firstSeen: EXAMPLE_TIME,
  lastSeen: EXAMPLE_TIME,
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
  changeDevice: {
    method: "PATCH",
    path: "/projects/:project/devices/:device",
    access: "editor",
    tag: "Devices",
    summary: "Change a device's name or tags",
    description:
      "What is given here stands over what the device says of itself, which is in `reported`. What is absent stays as it is; null is the device's own again.",
    params: inDevice,
    body: z.object({
      name: z.string().trim().min(1).max(MAX_HELLO_TEXT_LENGTH).nullable().optional(),
      tags: z.array(z.string().trim().min(1).max(MAX_TAG_LENGTH)).max(MAX_TAGS).nullable().optional(),
    }),
    answers: { 200: device },
    example: {
      params,
      body: { name: "Ann's old phone", tags: ["qa", "lab"] },
      status: 200,
      answer: { ...pixel, name: "Ann's old phone", tags: ["qa", "lab"] },
    },
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
  history: {
    method: "GET",
    path: "/projects/:project/devices/:device/variables/:name/history",
    access: "viewer",
    tag: "Devices",
    summary: "A variable's past",
    description:
      "Oldest first, by `at`. Numbers come whole up to `points`; of more, the lowest and highest of each of `points` / 2 equal buckets of time, so that peaks stay. Other kinds come as their changes, and of more than `points` only the newest: where as many come as were asked for, older ones are found with an earlier `to`. `from` and `to` are both included.",
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
      device: deviceId.optional(),
      session: z.string().min(1).optional(),
      ...logSearch,
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
