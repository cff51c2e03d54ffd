/** `wheelhouse export`: everything that fits a filter, as it comes, onto the output. */

import { EXPORT_FORMATS, EXPORT_KINDS, type ExportFormat, type ExportKind } from "@wheelhouse/api";
import { LOG_LEVELS, type LogLevel } from "@wheelhouse/protocol";
import { Option, type Command } from "commander";
import { connectToProject, type SharedOptions } from "../connection.ts";
import { findDeviceId } from "../device.ts";
import { CommandError } from "../errors.ts";
import { readSpan, type SpanOptions } from "../span.ts";
import type { Terminal } from "../terminal.ts";
import { toVisibleLines } from "../visible.ts";
import { sinceOption, untilOption, type AddCommand } from "./command.ts";

interface Options extends SharedOptions, SpanOptions {
  readonly kind: ExportKind;
  readonly format: ExportFormat;
  readonly device?: string;
  readonly name?: string;
  readonly level?: LogLevel;
  readonly text?: string;
}

export const exportCommand: AddCommand = (program, terminal) => {
  program
    .command("export")
    .description("print everything that fits, as NDJSON or CSV")
    .addOption(new Option("--kind <kind>", "what").choices(EXPORT_KINDS).makeOptionMandatory())
    .addOption(new Option("--format <format>", "how").choices(EXPORT_FORMATS).default("ndjson"))
    .option("--device <device>", "only that one's")
    .option("--name <variable>", "only of that variable")
    .addOption(new Option("--level <level>", "of logs: that level and above").choices(LOG_LEVELS))
    .option("--text <text>", "of logs: only those with that in their message")
    .addOption(sinceOption())
    .addOption(untilOption())
    .action(async (_: object, command: Command) => {
      const options = command.optsWithGlobals<Options>();
      const { kind, format, name, level, text } = options;
      const span = readSpan(terminal, options);
      const connection = await connectToProject(terminal, options);
      const device = await findDeviceId(connection, options.device);
      const params = { project: connection.project.id };
      const query = { kind, format, device, name, level, text, ...span };
      await printStream(terminal, await connection.api.stream("export", { params, query }));
    });
};

async function printStream(terminal: Terminal, stream: ReadableStream<Uint8Array>): Promise<void> {
  const decoder = new TextDecoder();
  for await (const part of takeWhole(stream)) {
    const text = decoder.decode(part, { stream: true });
    // A pipe gets it exactly.
    await terminal.print(terminal.isTerminal ? toVisibleLines(text) : text);
  }
}

/** What breaks off isn't whole, and whoever reads it has to know. */
async function* takeWhole(stream: ReadableStream<Uint8Array>): AsyncGenerator<Uint8Array> {
  try {
    yield* stream;
  } catch (error) {
    throw new CommandError(
      "the export broke off before its end: what was printed isn't all",
      undefined,
      error,
    );
  }
}
