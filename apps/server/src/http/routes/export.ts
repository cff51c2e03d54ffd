/**
 * Exports over HTTP: rows are read as fast as the client takes them and no faster. One page is read ahead; while the
 * socket is full nothing more is, and once it is gone nothing at all.
 */

import { ApiError, EXPORT_TYPES, type ExportFormat, type ExportKind } from "@wheelhouse/api";
import type { Context, Verbs } from "@wheelhouse/actors";
import { DroppedSinceError } from "@wheelhouse/storage";
import type { FastifyReply, FastifyRequest } from "fastify";
import { Readable } from "node:stream";
import { EXPORTS, type Export, type ExportFilter, type ExportText } from "../export-rows.ts";
import { toIsoTime } from "../iso-time.ts";
import { tellExportBroken, tellFailed } from "../request-failed.ts";
import type { Handlers } from "../serve.ts";

/** How long the text of one page should be, and how many rows that may take. */
const PAGE_LENGTH = 128 * 1024;
const FIRST_ROWS = 100;
const MOST_ROWS = 1_000;

/** That the server is being stopped breaks an export off, and is nobody's failure. */
class StoppingError extends Error {
  override readonly name = "StoppingError";
  readonly code = "stopping";
}

type ExportPage = Awaited<ReturnType<ExportText["read"]>>;
type ExportContext = Verbs & Pick<Context, "emit">;

/** `beforeClose` has something done before the web server closes: it would wait for the slowest client. */
export function exportHandlers(
  ctx: ExportContext,
  beforeClose: (act: () => void) => void,
): Handlers<"export"> {
  const open = new Set<Readable>();
  beforeClose(() => {
    for (const stream of open) stream.destroy(new StoppingError("the server is being stopped"));
  });

  return {
    async export({ params, query: { kind, format, ...filters }, request, reply }) {
      const source = EXPORTS[kind];
      const filter = { ...params, ...filters };
      checkFilter(kind, source, filter);
      const now = ctx.wallClock();
      const rows = source.open({ ctx, filter, startedAt: now }, format);
      // What can't be read at all is refused like any other request.
      const first = request.method === "HEAD" ? undefined : await rows.read(0, FIRST_ROWS);
      reply
        .type(`${EXPORT_TYPES[format]}; charset=utf-8`)
        .header("content-disposition", `attachment; filename="${toFileName(kind, format, now)}"`)
        .header("cache-control", "no-store");
      if (first === undefined) return [200, Readable.from([])];
      const text = reportFailure(ctx, request, kind, formatPages(rows, first, reply));
      const stream = Readable.from(text, { highWaterMark: 1 });
      open.add(stream);
      stream.once("close", () => open.delete(stream));
      return [200, stream];
    },
  };
}

function checkFilter(kind: ExportKind, { filters }: Export, filter: ExportFilter): void {
  for (const field of ["name", "level", "text"] as const) {
    if (filter[field] !== undefined && !filters.includes(field))
      throw new ApiError("invalid", `expected no ${field} for an export of ${kind}`, { field });
  }
}

/** `wheelhouse-logs-2025-11-24T16-00-00Z.csv`. */
function toFileName(kind: ExportKind, format: ExportFormat, now: number): string {
  const time = toIsoTime(now).slice(0, 19).replaceAll(":", "-");
  return `wheelhouse-${kind}-${time}Z.${format}`;
}

async function* formatPages(
  rows: ExportText,
  first: ExportPage,
  { raw }: FastifyReply,
): AsyncGenerator<string> {
  // The first rows may be far away.
  raw.flushHeaders();
  let limit = FIRST_ROWS;
  let before = rows.head;
  for (let page = first; ; page = await rows.read(page.next, limit)) {
    const text = before + page.text;
    if (text !== "") yield text;
    if (page.next === null) return;
    limit = nextLimit(limit, text.length);
    before = "";
  }
}

/** Long rows come in short pages, so that what is in memory depends on neither. */
function nextLimit(limit: number, length: number): number {
  const fitting = Math.floor((limit * PAGE_LENGTH) / Math.max(1, length));
  return Math.max(1, Math.min(MOST_ROWS, fitting));
}

/** The client sees the connection break; the log is told why. */
async function* reportFailure(
  ctx: ExportContext,
  request: FastifyRequest,
  kind: ExportKind,
  text: AsyncGenerator<string>,
): AsyncGenerator<string> {
  try {
    yield* text;
  } catch (error) {
    if (error instanceof DroppedSinceError) tellExportBroken(ctx, kind, error);
    else if (!(error instanceof StoppingError)) tellFailed(ctx, request, error);
    throw error;
  }
}
