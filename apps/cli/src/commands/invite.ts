/** `wheelhouse invite`: a link that lets one person in. */

import { DAY_MS, DEFAULT_INVITATION_MS, MAX_INVITATION_MS, ROLES, type Role } from "@wheelhouse/api";
import { Option, type Command } from "commander";
import { connect, connectToProject, type SharedOptions } from "../connection.ts";
import { printMade } from "../output.ts";
import { withOwnSession } from "../session.ts";
import type { Terminal } from "../terminal.ts";
import { countOption, type AddCommand } from "./command.ts";

interface Options extends SharedOptions {
  readonly role: Role;
  readonly days: number;
  readonly installation?: boolean;
  readonly passwordStdin?: boolean;
}

export const invite: AddCommand = (program, terminal) => {
  program
    .command("invite")
    .description("print a link that lets one person in; pass it on yourself; takes your password")
    .addOption(new Option("--role <role>", "as what").choices(ROLES).default("viewer"))
    .addOption(
      countOption("--days <days>", "how long the link works", 1, MAX_INVITATION_MS / DAY_MS).default(
        DEFAULT_INVITATION_MS / DAY_MS,
      ),
    )
    .option("--installation", "to an account with a project of its own, rather than into a project")
    .option("--password-stdin", "read the password from the input")
    .action(async (_: object, command: Command) => {
      const options = command.optsWithGlobals<Options>();
      const made = await makeInvitation(terminal, options);
      return printMade(terminal, options.json === true, made, made.link);
    });
};

async function makeInvitation(terminal: Terminal, options: Options) {
  const { role, days, installation } = options;
  const expiresInMs = days * DAY_MS;
  if (installation === true) {
    return withOwnSession(terminal, await connect(terminal, options), options, (session) =>
      session.call("createOpenInvitation", { body: { expiresInMs } }),
    );
  }
  const connection = await connectToProject(terminal, options);
  const params = { project: connection.project.id };
  return withOwnSession(terminal, connection, options, (session) =>
    session.call("createInvitation", { params, body: { role, expiresInMs } }),
  );
}
