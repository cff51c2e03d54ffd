/** `wheelhouse markers`: moments worth finding again, and a new one. */

import type { Command } from "commander";
import type { Marker } from "@wheelhouse/api";
import { connectToProject, type SharedOptions } from "../connection.ts";
import { findDeviceId } from "../device.ts";
import { printLine, printRows, showTime, type Listing } from "../output.ts";
import { readNewest } from "../pages.ts";
import { readSpan, type SpanOptions } from "../span.ts";
import { limitOption, sinceOption, untilOption, type AddCommand } from "./command.ts";

const LISTING: Listing<Marker> = {
  empty: "no markers",
  columns: [
    { title: "time", cell: ({ at }, view) => showTime(at, view), style: () => "dim" },
    { title: "device", cell: ({ device }) => device ?? "" },
    { title: "name", cell: ({ name }) => name, style: () => "bold" },
    { title: "by", cell: ({ by }) => by ?? "" },
    { title: "fields", cell: ({ fields }) => (fields === null ? "" : JSON.stringify(fields)) },
  ],
};

interface ListOptions extends SharedOptions, SpanOptions {
  readonly limit: number;
}

export const markers: AddCommand = (program, terminal) => {
  const list = program
    .command("markers")
    .description("list markers, or set one")
    .argument("[device]", "only that one's and the project's own")
    .addOption(sinceOption())
    .addOption(untilOption())
    .addOption(limitOption())
    .action(async (wanted: string | undefined, _: object, command: Command) => {
      const options = command.optsWithGlobals<ListOptions>();
      const span = readSpan(terminal, options);
      const connection = await connectToProject(terminal, options);
      const { api, project } = connection;
      const device = await findDeviceId(connection, wanted);
      const rows = await readNewest(options.limit, async (page) => {
        const query = { ...page, ...span, device };
        const answer = await api.call("markers", { params: { project: project.id }, query });
        return { entries: answer.markers, next: answer.next };
      });
      await printRows(terminal, options.json === true, rows, LISTING);
    });

  list
    .command("add")
    .description("set a marker on this moment")
    .argument("<name>", "what it is called")
    .option("--device <device>", "on that device rather than on the whole project")
    .action(async (name: string, _: object, command: Command) => {
      const options = command.optsWithGlobals<SharedOptions & { readonly device?: string }>();
      const connection = await connectToProject(terminal, options);
      const device = await findDeviceId(connection, options.device);
      const params = { project: connection.project.id };
      const marker = await connection.api.call("addMarker", { params, body: { name, device } });
      await printLine(terminal, options.json === true, marker, LISTING);
    });
};
