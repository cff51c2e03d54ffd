/** `wheelhouse changes`: who changed what and what became of it; takes a change back. */

import { WRITE_STATES, type Write, type WriteState } from "@wheelhouse/api";
import { Option, type Command } from "commander";
import { connectToProject, type SharedOptions } from "../connection.ts";
import { findDeviceId } from "../device.ts";
import { printLine, printRows, showTime, type Listing } from "../output.ts";
import { readNewest } from "../pages.ts";
import { readSpan, type SpanOptions } from "../span.ts";
import { printResults, showWritten, styleOfState } from "../write-listing.ts";
import { limitOption, sinceOption, untilOption, waitOption, type AddCommand } from "./command.ts";

const LISTING: Listing<Write> = {
  empty: "no changes",
  columns: [
    { title: "id", cell: ({ id }) => String(id), isNumeric: true },
    { title: "time", cell: ({ createdAt }, view) => showTime(createdAt, view), style: () => "dim" },
    { title: "device", cell: ({ device }) => device },
    { title: "variable", cell: ({ name }) => name, style: () => "bold" },
    { title: "from", cell: ({ from }) => showWritten(from) },
    { title: "to", cell: ({ value }) => showWritten(value) },
    { title: "state", cell: ({ state }) => state, style: ({ state }) => styleOfState(state) },
    { title: "is now", cell: ({ applied }) => showWritten(applied) },
    { title: "by", cell: ({ by }) => by },
    { title: "why", cell: ({ reason }) => reason ?? "" },
  ],
};

interface ListOptions extends SharedOptions, SpanOptions {
  readonly limit: number;
  readonly name?: string;
  readonly state?: WriteState;
  readonly by?: string;
}

export const changes: AddCommand = (program, terminal) => {
  const list = program
    .command("changes")
    .description("list changes, cancel one, or revert one")
    .argument("[device]", "only that one's")
    .option("--name <variable>", "only of that variable")
    .addOption(new Option("--state <state>", "only in that state").choices(WRITE_STATES))
    .option("--by <email>", "only by that person")
    .addOption(sinceOption())
    .addOption(untilOption())
    .addOption(limitOption())
    .action(async (wanted: string | undefined, _: object, command: Command) => {
      const options = command.optsWithGlobals<ListOptions>();
      const { name, state, by } = options;
      const filters = { ...readSpan(terminal, options), name, state, by };
      const connection = await connectToProject(terminal, options);
      const { api, project } = connection;
      const device = await findDeviceId(connection, wanted);
      const rows = await readNewest(options.limit, async (page) => {
        const query = { ...page, ...filters, device };
        const answer = await api.call("writes", { params: { project: project.id }, query });
        return { entries: answer.writes, next: answer.next };
      });
      await printRows(terminal, options.json === true, rows, LISTING);
    });

  list
    .command("cancel")
    .description("cancel a change that its device hasn't answered")
    .argument("<id>", "its id in the list")
    .action(async (id: string, _: object, command: Command) => {
      const options = command.optsWithGlobals<SharedOptions>();
      const { api, project } = await connectToProject(terminal, options);
      const write = await api.call("cancelWrite", { params: { project: project.id, id } });
      await printLine(terminal, options.json === true, write, LISTING);
    });

  list
    .command("revert")
    .description("set a variable back to what it was before a change; exit code 0 when that was applied")
    .argument("<id>", "its id in the list")
    .addOption(waitOption())
    .action(async (id: string, _: object, command: Command) => {
      const options = command.optsWithGlobals<SharedOptions & { readonly wait: number }>();
      const { api, project } = await connectToProject(terminal, options);
      const params = { project: project.id, id };
      const { writes } = await api.call("revertWrite", { params, query: { waitMs: options.wait }, body: {} });
      await printResults(terminal, options.json === true, writes);
    });
};
