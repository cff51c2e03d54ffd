/** `wheelhouse get`: one value, by itself. */

import type { Command } from "commander";
import { connectToProject, type SharedOptions } from "../connection.ts";
import { findDevice } from "../device.ts";
import { CommandError } from "../errors.ts";
import { showValueOf } from "../values.ts";
import { toJsonLine, toVisible } from "../visible.ts";
import { type AddCommand } from "./command.ts";

export const get: AddCommand = (program, terminal) => {
  program
    .command("get")
    .description("print a variable's value")
    .argument("<device>", "its id or name")
    .argument("<name>", "the variable")
    .action(async (device: string, name: string, _: object, command: Command) => {
      const options = command.optsWithGlobals<SharedOptions>();
      const connection = await connectToProject(terminal, options);
      const { id } = await findDevice(connection, device);
      const params = { project: connection.project.id, device: id };
      const answer = await connection.api.call("variables", { params });
      const variable = answer.variables.find((each) => each.name === name);
      if (variable === undefined) throw new CommandError(`${id} has no variable ${name}`);
      if (options.json === true) return terminal.print(`${toJsonLine(variable)}\n`);
      const { kind, reported } = variable;
      if (reported === null) throw new CommandError(`${id} hasn't said yet what ${name} is`);
      return terminal.print(`${toVisible(showValueOf(kind, reported.value))}\n`);
    });
};
