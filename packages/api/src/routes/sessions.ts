/** The route of sessions: the runs of a project's devices. */

import { session } from "../entities.ts";
import { z } from "../zod.ts";
import { EXAMPLE_IDS, EXAMPLE_TIME, deviceId, inProject, next, page, type Route } from "./route.ts";

export const sessionRoutes = {
  sessions: {
    method: "GET",
    path: "/projects/:project/sessions",
    access: "viewer",
    tag: "Devices",
    summary: "The runs of a project's devices",
    description:
      "Newest first. Give `next` as `cursor` to go on. `endedAt` is null while a run goes on, and again once it is resumed. `missed` counts the lines that the device numbered and never sent.",
    params: inProject,
    query: z.object({ ...page, device: deviceId.optional() }),
    answers: { 200: z.object({ sessions: z.array(session), next }) },
    example: {
      params: { project: EXAMPLE_IDS.project },
      query: { device: EXAMPLE_IDS.device, limit: 10 },
      status: 200,
      answer: {
        sessions: [
          {
            id: "s7Yq3mBd5xKe",
            device: EXAMPLE_IDS.device,
            startedAt: EXAMPLE_TIME,
            seenAt: EXAMPLE_TIME + 60_000,
            endedAt: null,
            reason: null,
            missed: 0,
          },
        ],
        next: null,
      },
    },
  },
} as const satisfies Record<string, Route>;
