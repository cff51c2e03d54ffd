/** `wheelhouse projects`: those one belongs to, and a new one. */

import type { Command } from "commander";
import type { Answer } from "@wheelhouse/api";
import { connect, type SharedOptions } from "../connection.ts";
import { printMade, printRows, showTime, type Listing } from "../output.ts";
import { type AddCommand } from "./command.ts";

type Row = Answer<"projects">["projects"][number];

const LISTING: Listing<Row> = {
  empty: "no projects: make one with `wheelhouse projects create NAME`",
  columns: [
    { title: "id", cell: ({ id }) => id },
    { title: "name", cell: ({ name }) => name, style: () => "bold" },
    { title: "role", cell: ({ role }) => role },
    { title: "made", cell: ({ createdAt }, view) => showTime(createdAt, view), style: () => "dim" },
  ],
};

export const projects: AddCommand = (program, terminal) => {
  const list = program
    .command("projects")
    .description("list your projects, or make one")
    .action(async (_: object, command: Command) => {
      const options = command.optsWithGlobals<SharedOptions>();
      const { api } = await connect(terminal, options);
      const answer = await api.call("projects", {});
      await printRows(terminal, options.json === true, answer.projects, LISTING);
    });

  list
    .command("create")
    .description("make a project; prints its device key")
    .argument("<name>", "what it is called")
    .action(async (name: string, _: object, command: Command) => {
      const options = command.optsWithGlobals<SharedOptions>();
      const { api } = await connect(terminal, options);
      const made = await api.call("createProject", { body: { name } });
      if (options.json !== true) terminal.say(`made ${made.name} (${made.id}); its device key:`);
      return printMade(terminal, options.json === true, made, made.deviceKey);
    });
};
