/** `wheelhouse sessions`: the runs of a project's devices. */

import type { Command } from "commander";
import type { Session } from "@wheelhouse/api";
import { connectToProject, type SharedOptions } from "../connection.ts";
import { findDeviceId } from "../device.ts";
import { printRows, showTime, type Listing } from "../output.ts";
import { readNewest } from "../pages.ts";
import { formatSpan } from "../times.ts";
import { limitOption, type AddCommand } from "./command.ts";

const LISTING: Listing<Session> = {
  empty: "no sessions",
  columns: [
    { title: "began", cell: ({ startedAt }, view) => showTime(startedAt, view) },
    { title: "device", cell: ({ device }) => device, style: () => "bold" },
    { title: "session", cell: ({ id }) => id },
    {
      title: "lasted",
      cell: ({ startedAt, endedAt, seenAt }, { isTerminal }) =>
        isTerminal ? formatSpan((endedAt ?? seenAt) - startedAt) : String((endedAt ?? seenAt) - startedAt),
    },
    {
      title: "end",
      cell: ({ endedAt, reason }) => (endedAt === null ? "goes on" : (reason ?? "")),
      style: ({ endedAt }) => (endedAt === null ? "green" : undefined),
    },
    { title: "missed", cell: ({ missed }) => String(missed), isNumeric: true },
  ],
};

export const sessions: AddCommand = (program, terminal) => {
  program
    .command("sessions")
    .description("list the runs of a project's devices")
    .argument("[device]", "only that one's")
    .addOption(limitOption())
    .action(async (wanted: string | undefined, _: object, command: Command) => {
      const options = command.optsWithGlobals<SharedOptions & { readonly limit: number }>();
      const connection = await connectToProject(terminal, options);
      const { api, project } = connection;
      const device = await findDeviceId(connection, wanted);
      const rows = await readNewest(options.limit, async (page) => {
        const query = { ...page, device };
        const answer = await api.call("sessions", { params: { project: project.id }, query });
        return { entries: answer.sessions, next: answer.next };
      });
      await printRows(terminal, options.json === true, rows, LISTING);
    });
};
