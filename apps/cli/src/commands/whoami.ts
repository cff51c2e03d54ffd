/** `wheelhouse whoami`: the account that commands act for, and where. */

import type { Command } from "commander";
import { connect, type SharedOptions } from "../connection.ts";
import { toJsonLine, toVisible } from "../visible.ts";
import { type AddCommand } from "./command.ts";

export const whoami: AddCommand = (program, terminal) => {
  program
    .command("whoami")
    .description("who is logged in here")
    .action(async (_: object, command: Command) => {
      const options = command.optsWithGlobals<SharedOptions>();
      const { api, url } = await connect(terminal, options);
      const { user, projects, admin } = await api.call("me", {});
      if (options.json === true)
        return terminal.print(`${toJsonLine({ url, email: user.email, id: user.id, admin, projects })}\n`);
      const names = projects.map(({ name, role }) => `${name} (${role})`).join(", ") || "no project";
      return terminal.print(
        `${toVisible(`${user.email}${admin ? ", the admin" : ""} at ${url}: ${names}`)}\n`,
      );
    });
};
