/** The route of exports: everything that fits a filter, as one stream. */

import { z } from "../zod.ts";
import { EXAMPLE_IDS, EXAMPLE_TIME, deviceId, inProject, logSearch, span, type Route } from "./route.ts";

export const EXPORT_KINDS = ["logs", "variables", "writes", "markers"] as const;
export const EXPORT_FORMATS = ["ndjson", "csv"] as const;

export type ExportKind = (typeof EXPORT_KINDS)[number];
export type ExportFormat = (typeof EXPORT_FORMATS)[number];

/** How each format is called in `content-type`. */
export const EXPORT_TYPES: Readonly<Record<ExportFormat, string>> = {
  ndjson: "application/x-ndjson",
  csv: "text/csv",
};

const description = `Oldest first, in the order in which it was stored; what is stored after the export began isn't in it. Of \`variables\`, \`to\` is now unless asked. \`name\` is for variables and writes, \`level\` and \`text\` are for logs; \`from\` and \`to\` go by \`at\`, for writes by \`createdAt\`.

NDJSON has one object a line, as the API has them elsewhere; of variables \`{device, name, at, receivedAt, value}\`. It is exact.

CSV follows RFC 4180, with a first line of names; its times are text (ISO 8601, UTC). Spreadsheets take a cell that begins with \`=\`, \`+\`, \`-\` or \`@\` for a formula, so in text such a character is preceded by an apostrophe, at the beginning and after a line break, a tab or a semicolon, where another spreadsheet may begin a cell. Numbers stay as they are.

An export may break off: when the server is stopped, when it comes to where retention dropped what it should have gone on with, and when the storage fails. The status was 200 then, so the stream ends without the end of its last chunk, which every client of HTTP reports as an error (curl: exit code 18; fetch: reading the body rejects). An export that ended well is whole, but for files that are missing or damaged, which the server's log names.`;

export const exportRoutes = {
  export: {
    method: "GET",
    path: "/projects/:project/export",
    access: "viewer",
    tag: "Export",
    summary: "Everything that fits, as one stream",
    description,
    params: inProject,
    query: z.object({
      ...span,
      kind: z.enum(EXPORT_KINDS),
      format: z.enum(EXPORT_FORMATS).default("ndjson"),
      device: deviceId.optional(),
      name: z.string().min(1).optional(),
      ...logSearch,
    }),
    answers: { 200: z.string() },
    streams: Object.values(EXPORT_TYPES),
    example: {
      params: { project: EXAMPLE_IDS.project },
      query: { kind: "variables", format: "ndjson", device: EXAMPLE_IDS.device, name: EXAMPLE_IDS.variable },
      status: 200,
      answer: `{"device":"${EXAMPLE_IDS.device}","name":"${EXAMPLE_IDS.variable}","at":${EXAMPLE_TIME},"receivedAt":${EXAMPLE_TIME},"value":3}\n`,
    },
  },
} as const satisfies Record<string, Route>;
