/** `wheelhouse logs`: log entries, those that are stored and those that come. */

import { positionAfter, type LogEntry, type Position, type Snapshot } from "@wheelhouse/api";
import { LOG_LEVELS, toLogMatcher, type LogLevel } from "@wheelhouse/protocol";
import { Option, type Command } from "commander";
import { connectToProject, type ProjectConnection, type SharedOptions } from "../connection.ts";
import { findDeviceId } from "../device.ts";
import { wrongUsage } from "../errors.ts";
import { follow } from "../live.ts";
import { printLine, showTime, type Column, type Style } from "../output.ts";
import { readNewest } from "../pages.ts";
import { readSpan, type SpanOptions } from "../span.ts";
import type { Terminal } from "../terminal.ts";
import { limitOption, sinceOption, untilOption, type AddCommand } from "./command.ts";

const STYLES: Readonly<Partial<Record<LogLevel, Style>>> = {
  debug: "dim",
  warn: "yellow",
  error: "red",
  fatal: "red",
};

const COLUMNS: readonly Column<LogEntry>[] = [
  { title: "time", cell: ({ at }, view) => showTime(at, view), style: () => "dim" },
  {
    title: "level",
    cell: ({ level }, { isTerminal }) => (isTerminal ? level.padEnd(5) : level),
    style: ({ level }) => STYLES[level],
  },
  { title: "device", cell: ({ device }) => device, style: () => "bold" },
  { title: "message", cell: ({ message }) => message },
  {
    title: "fields",
    cell: ({ fields }) => (fields === null ? "" : JSON.stringify(fields)),
    style: () => "dim",
  },
];

interface Options extends SharedOptions, SpanOptions {
  readonly limit: number;
  readonly level?: LogLevel;
  readonly text?: string;
  readonly follow?: boolean;
  readonly json?: boolean;
}

export const logs: AddCommand = (program, terminal) => {
  program
    .command("logs")
    .description("print log entries, oldest first")
    .argument("[device]", "only that one's")
    .option("--follow", "go on with those that come")
    .addOption(new Option("--level <level>", "that level and above").choices(LOG_LEVELS))
    .option("--text <text>", "only those with that in their message, whatever its case")
    .addOption(sinceOption())
    .addOption(untilOption())
    .addOption(limitOption())
    .action(async (wanted: string | undefined, _: object, command: Command) => {
      const options = command.optsWithGlobals<Options>();
      if (options.follow === true && options.until !== undefined)
        throw wrongUsage("expected --follow without --until: what comes has no end");
      const span = readSpan(terminal, options);
      const connection = await connectToProject(terminal, options);
      const device = await findDeviceId(connection, wanted);
      const query = { ...span, device, level: options.level, text: options.text };
      const stored = () => readStored(connection, options.limit, query);
      if (options.follow === true) await followLogs(terminal, connection, options, device, stored);
      else for (const entry of await stored()) await print(terminal, options, entry);
    });
};

interface Filters {
  readonly from?: number;
  readonly to?: number;
  readonly device: string | undefined;
  readonly level: LogLevel | undefined;
  readonly text: string | undefined;
}

function readStored(
  { api, project }: ProjectConnection,
  count: number,
  filters: Filters,
): Promise<readonly LogEntry[]> {
  return readNewest(count, async (page) => {
    const query = { ...page, ...filters };
    const { entries, next } = await api.call("logs", { params: { project: project.id }, query });
    return { entries, next };
  });
}

/**
 * The snapshot's offset parts what is stored, which is read once the socket listens, from what comes over it. After an
 * absence that was too long for the socket, what is stored is read again from where the printed part ends.
 */
async function followLogs(
  terminal: Terminal,
  connection: ProjectConnection,
  options: Options,
  device: string | undefined,
  readNewest: () => Promise<readonly LogEntry[]>,
): Promise<void> {
  const wanted = { topics: ["logs" as const], ...(device === undefined ? {} : { device }) };
  const fits = toLogMatcher(options);
  let isToRead = true;
  let printed: Position | undefined;

  async function printStored({ epoch, offset }: Snapshot): Promise<void> {
    // Entries of another data folder have ids of their own.
    const after = printed?.epoch === epoch ? printed.offset : 0;
    const newest = await readNewest();
    const oldest = newest[0]?.id ?? 0;
    if (after > 0 && newest.length === options.limit && oldest > after)
      terminal.say("wheelhouse: more came while the server was away than --limit asks for");
    for (const entry of newest)
      if (entry.id > after && entry.id <= offset) await print(terminal, options, entry);
    printed = { epoch, offset };
  }

  for await (const message of follow(terminal, connection, wanted)) {
    if (message.type === "reload") isToRead = true;
    if (message.type === "snapshot" && isToRead) await printStored(message);
    if (message.type === "snapshot") isToRead = false;
    if (message.type !== "changes") continue;
    const entries = (message.logs ?? []).toSorted((one, other) => one.id - other.id);
    for (const entry of entries) if (fits(entry)) await print(terminal, options, entry);
    printed = positionAfter(printed, message);
    if (message.dropped > 0)
      terminal.say(`wheelhouse: ${message.dropped} entries came too fast and were left out`);
  }
}

function print(terminal: Terminal, options: Options, entry: LogEntry): Promise<void> {
  return printLine(terminal, options.json === true, entry, { columns: COLUMNS });
}
