/** `wheelhouse variables`: what a device says of itself, and what people want of it. */

import type { Command } from "commander";
import type { Variable, Write } from "@wheelhouse/api";
import { connectToProject, type SharedOptions } from "../connection.ts";
import { findDevice } from "../device.ts";
import { CommandError } from "../errors.ts";
import { toMatcher } from "../names.ts";
import { printRows, showAge, type Listing } from "../output.ts";
import { showValueOf } from "../values.ts";
import { showWritten, styleOfState } from "../write-listing.ts";
import { type AddCommand } from "./command.ts";

const LISTING: Listing<Variable> = {
  empty: "no variables",
  columns: [
    { title: "name", cell: ({ name }) => name, style: () => "bold" },
    {
      title: "value",
      cell: ({ kind, reported }) => (reported === null ? "" : showValueOf(kind, reported.value)),
    },
    { title: "unit", cell: ({ unit }) => unit ?? "" },
    { title: "kind", cell: ({ kind }) => kind },
    { title: "takes", cell: toLimitText, style: () => "dim" },
    {
      title: "newest write",
      cell: ({ desired }) => (desired === null ? "" : toWriteText(desired)),
      style: ({ desired }) => (desired === null ? undefined : styleOfState(desired.state)),
    },
    { title: "age", cell: ({ reported }, view) => showAge(reported?.at ?? null, view), style: () => "dim" },
  ],
};

export const variables: AddCommand = (program, terminal) => {
  program
    .command("variables")
    .description("list a device's variables")
    .argument("<device>", "its id or name")
    .argument("[names...]", "only those; * stands for anything")
    .action(async (device: string, names: readonly string[], _: object, command: Command) => {
      const options = command.optsWithGlobals<SharedOptions>();
      const connection = await connectToProject(terminal, options);
      const { id } = await findDevice(connection, device);
      const params = { project: connection.project.id, device: id };
      const answer = await connection.api.call("variables", { params });
      const isWanted = toMatcher(names);
      const shown = answer.variables.filter(({ name }) => isWanted(name));
      if (names.length > 0 && shown.length === 0)
        throw new CommandError(`${id} has no variable ${names.join(", ")}`);
      await printRows(terminal, options.json === true, shown, LISTING);
    });
};

function toLimitText({ writable, min, max, step, options }: Variable): string {
  if (!writable) return "read only";
  if (options !== null) return options.join(" | ");
  if (min === null && max === null) return "";
  return `${min ?? ""}…${max ?? ""}${step === null ? "" : ` by ${step}`}`;
}

function toWriteText({ value, state }: Write): string {
  return `${showWritten(value)} ${state}`;
}
