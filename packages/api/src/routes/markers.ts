/** Routes of markers: moments that a device or a person wants to find again. */

import { MAX_NAME_LENGTH, NAME_RULE, isVariableName } from "@wheelhouse/protocol";
import { marker, time, value } from "../entities.ts";
import { z } from "../zod.ts";
import { EXAMPLE_IDS, EXAMPLE_TIME, deviceId, inProject, next, page, span, type Route } from "./route.ts";

/** Most that a person's marker may hold beside its name, as JSON. */
const MAX_MARKER_FIELDS_LENGTH = 16_384;

const params = { project: EXAMPLE_IDS.project };
const boss = {
  id: 813,
  device: EXAMPLE_IDS.device,
  session: null,
  at: EXAMPLE_TIME,
  receivedAt: EXAMPLE_TIME + 5,
  name: "boss fight",
  fields: { level: 3 },
  by: "ann@example.org",
};

export const markerRoutes = {
  markers: {
    method: "GET",
    path: "/projects/:project/markers",
    access: "viewer",
    tag: "Markers",
    summary: "Markers of devices and of people",
    description:
      "Newest first, in the order in which they were stored. Give `next` as `cursor` to go on. With `device`, the markers of the whole project are among them; with `session` they aren't. `from` and `to` go by `at`.",
    params: inProject,
    query: z.object({ ...page, ...span, device: deviceId.optional(), session: z.string().min(1).optional() }),
    answers: { 200: z.object({ markers: z.array(marker), next }) },
    example: {
      params,
      query: { device: EXAMPLE_IDS.device, limit: 10 },
      status: 200,
      answer: { markers: [boss], next: null },
    },
  },
  addMarker: {
    method: "POST",
    path: "/projects/:project/markers",
    access: "editor",
    tag: "Markers",
    summary: "Set a marker",
    description:
      "On one device or, without `device`, on the whole project. `at` is now where it is absent or later than now. `fields` may hold 16,384 characters of JSON.",
    params: inProject,
    body: z.object({
      name: z
        .string()
        .trim()
        .min(1)
        .max(MAX_NAME_LENGTH)
        .refine(isVariableName, `expected name to be ${NAME_RULE}`),
      device: deviceId.optional(),
      at: time.optional(),
      fields: z
        .record(z.string(), value)
        .refine(
          (fields) => JSON.stringify(fields).length <= MAX_MARKER_FIELDS_LENGTH,
          `expected fields to have at most ${MAX_MARKER_FIELDS_LENGTH} characters of JSON`,
        )
        .optional(),
    }),
    answers: { 201: marker },
    refusals: ["not_found"],
    example: {
      params,
      body: { name: "boss fight", device: EXAMPLE_IDS.device, at: EXAMPLE_TIME, fields: { level: 3 } },
      status: 201,
      answer: boss,
    },
  },
} as const satisfies Record<string, Route>;
