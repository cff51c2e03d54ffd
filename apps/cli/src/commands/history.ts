/** `wheelhouse history`: a variable's past. */

import type { Command } from "commander";
import { DEFAULT_POINTS, MAX_POINTS } from "@wheelhouse/api";
import type { JsonValue } from "@wheelhouse/protocol";
import { connectToProject, type SharedOptions } from "../connection.ts";
import { findDevice } from "../device.ts";
import { printRows, showTime } from "../output.ts";
import { showValueOf } from "../values.ts";
import { countOption, sinceOption, untilOption, type AddCommand } from "./command.ts";
import { readSpan, type SpanOptions } from "../span.ts";

interface Options extends SharedOptions, SpanOptions {
  readonly points: number;
}

export const history: AddCommand = (program, terminal) => {
  program
    .command("history")
    .description("print a variable's past; of many numbers the lowest and highest of each stretch")
    .argument("<device>", "its id or name")
    .argument("<name>", "the variable")
    .addOption(sinceOption())
    .addOption(untilOption())
    .addOption(countOption("--points <count>", "so many at most", 2, MAX_POINTS).default(DEFAULT_POINTS))
    .action(async (device: string, name: string, _: object, command: Command) => {
      const options = command.optsWithGlobals<Options>();
      const span = readSpan(terminal, options);
      const connection = await connectToProject(terminal, options);
      const { id } = await findDevice(connection, device);
      const params = { project: connection.project.id, device: id, name };
      const query = { ...span, points: options.points };
      const { kind, points } = await connection.api.call("history", { params, query });
      await printRows<readonly [number, JsonValue]>(terminal, options.json === true, points, {
        empty: "nothing in that time",
        columns: [
          { title: "time", cell: ([at], view) => showTime(at, view), style: () => "dim" },
          { title: name, cell: ([, value]) => showValueOf(kind, value) },
        ],
        toJson: ([at, value]) => ({ device: id, name, at, value }),
      });
    });
};
