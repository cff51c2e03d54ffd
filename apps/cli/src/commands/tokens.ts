/** `wheelhouse tokens`: what programs log in with. */

import { DAY_MS, ROLES, type Role, type Token } from "@wheelhouse/api";
import { Option, type Command } from "commander";
import { connect, connectToProject, type SharedOptions } from "../connection.ts";
import { printMade, printRows, showAge, showTime, type Listing } from "../output.ts";
import { withOwnSession } from "../session.ts";
import { countOption, type AddCommand } from "./command.ts";

const LISTING: Listing<Token> = {
  empty: "no tokens",
  columns: [
    { title: "id", cell: ({ id }) => id },
    { title: "name", cell: ({ name }) => name, style: () => "bold" },
    { title: "role", cell: ({ role }) => role ?? "" },
    { title: "project", cell: ({ project }) => project ?? "" },
    { title: "ends", cell: ({ expiresAt }, view) => showTime(expiresAt, view) },
    { title: "used", cell: ({ lastUsedAt }, view) => showAge(lastUsedAt, view), style: () => "dim" },
  ],
};

interface CreateOptions extends SharedOptions {
  readonly role?: Role;
  readonly days?: number;
  readonly onlyProject?: boolean;
  readonly passwordStdin?: boolean;
}

export const tokens: AddCommand = (program, terminal) => {
  const list = program
    .command("tokens")
    .description("list your tokens, make one, or revoke one")
    .action(async (_: object, command: Command) => {
      const options = command.optsWithGlobals<SharedOptions>();
      const { api } = await connect(terminal, options);
      const answer = await api.call("tokens", {});
      await printRows(terminal, options.json === true, answer.tokens, LISTING);
    });

  list
    .command("create")
    .description("make a token, and print it this once; takes your password")
    .argument("<name>", "what it is for")
    .addOption(new Option("--role <role>", "the most it may be").choices(ROLES))
    .option("--only-project", "only for the project, not for all of yours")
    .addOption(countOption("--days <days>", "how long it lasts; for good unless given", 1, 3_650))
    .option("--password-stdin", "read the password from the input")
    .action(async (name: string, _: object, command: Command) => {
      const options = command.optsWithGlobals<CreateOptions>();
      const connection = await connect(terminal, options);
      const body = {
        name,
        role: options.role,
        project:
          options.onlyProject === true ? (await connectToProject(terminal, options)).project.id : undefined,
        expiresAt: options.days === undefined ? undefined : terminal.now() + options.days * DAY_MS,
      };
      const made = await withOwnSession(terminal, connection, options, (session) =>
        session.call("createToken", { body }),
      );
      return printMade(terminal, options.json === true, made, made.token);
    });

  list
    .command("revoke")
    .description("revoke a token")
    .argument("<id>", "its id in the list")
    .action(async (id: string, _: object, command: Command) => {
      const { api } = await connect(terminal, command.optsWithGlobals<SharedOptions>());
      await api.call("revokeToken", { params: { id } });
      terminal.say(`revoked ${id}`);
    });
};
