/** What can be exported, read from the storage page by page in the order in which it was stored. */

import type { ExportFormat, ExportKind } from "@wheelhouse/api";
import type { Verbs } from "@wheelhouse/actors";
import type { LogLevel } from "@wheelhouse/protocol";
import type { LogEntryRecord, MarkerRecord, SampleRecord, WriteRecord } from "@wheelhouse/storage";
import { toLogEntry, toMarker, toWrite } from "../devices/views.ts";
import { Store } from "../store/store.ts";
import { toRowFormat, type ExportColumns } from "./export-format.ts";
import { given } from "./cursors.ts";
import { toIsoTime } from "./iso-time.ts";

export interface ExportFilter {
  readonly project: string;
  readonly device?: string | undefined;
  readonly name?: string | undefined;
  readonly from?: number | undefined;
  readonly to?: number | undefined;
  readonly level?: LogLevel | undefined;
  readonly text?: string | undefined;
}

/** A kind of export, whose rows come as text. */
export interface Export {
  /** The filters it has beside device and time. */
  readonly filters: readonly ("name" | "level" | "text")[];
  open(reader: ExportReader, format: ExportFormat): ExportText;
}

export interface ExportText {
  /** What comes before the first row. */
  readonly head: string;
  /** The rows after that place, at most so many: there may be none and yet more to come. */
  read(after: number, limit: number): Promise<{ readonly text: string; readonly next: number | null }>;
}

export interface ExportReader {
  readonly ctx: Pick<Verbs, "callWithin">;
  readonly filter: ExportFilter;
  readonly startedAt: number;
}

interface ExportPage<Row> {
  readonly rows: readonly Row[];
  /** Where the next page begins; null at the end. */
  readonly next: number | null;
}

interface ExportSource<Row> extends ExportColumns<Row> {
  readonly filters: Export["filters"];
  /** The highest id there is when the export begins: what comes later isn't in it. */
  lastId(reader: ExportReader): Promise<number>;
  read(reader: ExportReader, place: Place): Promise<ExportPage<Row>>;
}

/** Which rows a page is of, by their ids. */
interface Place {
  readonly after: number;
  readonly before: number;
  readonly order: "oldest";
  readonly limit: number;
}

/** How long one page may take. */
const PAGE_TIMEOUT_MS = 60_000;

/** What retention drops while it is exported isn't passed over: an export that ends well is whole. */
const WHOLE = { unbroken: true } as const;

const lastEntry = ({ ctx }: ExportReader) => ctx.callWithin(PAGE_TIMEOUT_MS, Store, "lastEntry");

/** What log entries and markers have in common comes first. */
const ENTRY_COLUMNS: ExportColumns<LogEntryRecord | MarkerRecord>["csv"] = {
  id: ({ id }) => id,
  at: ({ at }) => toIsoTime(at),
  receivedAt: ({ receivedAt }) => toIsoTime(receivedAt),
  device: ({ device }) => device,
  session: ({ session }) => session,
};

const logs: ExportSource<LogEntryRecord> = {
  filters: ["level", "text"],
  lastId: lastEntry,
  async read({ ctx, filter: { project, name: _, ...filters } }, place) {
    const query = { project, ...given(filters), ...place, ...WHOLE };
    return toExportPage(await ctx.callWithin(PAGE_TIMEOUT_MS, Store, "logs", query), place);
  },
  toObject: toLogEntry,
  csv: {
    ...ENTRY_COLUMNS,
    level: ({ level }) => level,
    message: ({ message }) => message,
    fields: ({ fields }) => fields,
  },
};

const markers: ExportSource<MarkerRecord> = {
  filters: [],
  lastId: lastEntry,
  async read({ ctx, filter: { project, device, from, to } }, place) {
    const query = { project, ...given({ device, from, to }), ...place, ...WHOLE };
    return toExportPage(await ctx.callWithin(PAGE_TIMEOUT_MS, Store, "markers", query), place);
  },
  toObject: toMarker,
  csv: {
    ...ENTRY_COLUMNS,
    name: ({ name }) => name,
    fields: ({ fields }) => fields,
    by: ({ by }) => by,
  },
};

const writes: ExportSource<WriteRecord> = {
  filters: ["name"],
  async lastId({ ctx, filter: { project } }) {
    const [newest] = await ctx.callWithin(PAGE_TIMEOUT_MS, Store, "writes", { project, limit: 1 });
    return newest?.id ?? 0;
  },
  async read({ ctx, filter: { project, device, name, from, to } }, place) {
    const query = { project, ...given({ device, name, from, to }), ...place };
    return toExportPage(await ctx.callWithin(PAGE_TIMEOUT_MS, Store, "writes", query), place);
  },
  toObject: toWrite,
  csv: {
    id: ({ id }) => id,
    set: ({ set }) => set,
    createdAt: ({ createdAt }) => toIsoTime(createdAt),
    updatedAt: ({ updatedAt }) => toIsoTime(updatedAt),
    device: ({ device }) => device,
    name: ({ name }) => name,
    from: ({ from }) => from,
    value: ({ value }) => value,
    state: ({ state }) => state,
    applied: ({ applied }) => applied,
    reason: ({ reason }) => reason,
    by: ({ by }) => by,
  },
};

/** Samples have no ids; their end is a time. */
const variables: ExportSource<SampleRecord> = {
  filters: ["name"],
  lastId: async () => Infinity,
  async read({ ctx, filter: { project, device, name, from, to }, startedAt }, { after, limit }) {
    const query = { project, ...given({ device, name, from }), to: to ?? startedAt, after, limit, ...WHOLE };
    const { samples, next } = await ctx.callWithin(PAGE_TIMEOUT_MS, Store, "samples", query);
    return { rows: samples, next };
  },
  toObject: ({ device, name, at, receivedAt, value }) => ({ device, name, at, receivedAt, value }),
  csv: {
    at: ({ at }) => toIsoTime(at),
    receivedAt: ({ receivedAt }) => toIsoTime(receivedAt),
    device: ({ device }) => device,
    name: ({ name }) => name,
    value: ({ value }) => value,
  },
};

export const EXPORTS: Readonly<Record<ExportKind, Export>> = {
  logs: toExport(logs),
  variables: toExport(variables),
  writes: toExport(writes),
  markers: toExport(markers),
};

function toExport<Row>(source: ExportSource<Row>): Export {
  return {
    filters: source.filters,
    open(reader, format) {
      const { head, toLine } = toRowFormat(source, format);
      let last: Promise<number> | undefined;
      return {
        head,
        async read(after, limit) {
          last ??= source.lastId(reader);
          const before = (await last) + 1;
          const { rows, next } = await source.read(reader, { after, before, order: "oldest", limit });
          return { text: rows.map(toLine).join(""), next };
        },
      };
    },
  };
}

function toExportPage<Row extends { readonly id: number }>(
  rows: readonly Row[],
  { limit }: Place,
): ExportPage<Row> {
  return { rows, next: rows.length < limit ? null : (rows.at(-1)?.id ?? null) };
}
