/** `wheelhouse members`: who belongs to a project, as what. */

import type { Command } from "commander";
import { ROLES, type Member } from "@wheelhouse/api";
import { connectToProject, type ProjectConnection, type SharedOptions } from "../connection.ts";
import { CommandError, wrongUsage } from "../errors.ts";
import { printRows, type Listing } from "../output.ts";
import { withOwnSession, type PasswordOptions } from "../session.ts";
import { type AddCommand } from "./command.ts";

const LISTING: Listing<Member> = {
  empty: "no members",
  columns: [
    { title: "member", cell: ({ email }) => email, style: () => "bold" },
    { title: "role", cell: ({ role }) => role },
    { title: "id", cell: ({ id }) => id, style: () => "dim" },
  ],
};

export const members: AddCommand = (program, terminal) => {
  const list = program
    .command("members")
    .description("list a project's members, change one, or leave")
    .action(async (_: object, command: Command) => {
      const options = command.optsWithGlobals<SharedOptions>();
      const { api, project } = await connectToProject(terminal, options);
      const answer = await api.call("members", { params: { project: project.id } });
      await printRows(terminal, options.json === true, answer.members, LISTING);
    });

  list
    .command("role")
    .description("change a member's role; takes your password")
    .argument("<email>", "whose")
    .argument("<role>", ROLES.join(", "))
    .option("--password-stdin", "read the password from the input")
    .action(async (email: string, text: string, _: object, command: Command) => {
      const role = ROLES.find((each) => each === text);
      if (role === undefined) throw wrongUsage(`expected a role, one of ${ROLES.join(", ")}, got: ${text}`);
      const options = command.optsWithGlobals<SharedOptions & PasswordOptions>();
      const connection = await connectToProject(terminal, options);
      const { project } = connection;
      const { id } = await findMember(connection, email);
      await withOwnSession(terminal, connection, options, (session) =>
        session.call("changeMember", { params: { project: project.id, user: id }, body: { role } }),
      );
      terminal.say(`${email} is ${role} of ${project.name}`);
    });

  list
    .command("remove")
    .description("remove a member")
    .argument("<email>", "whom")
    .action(async (email: string, _: object, command: Command) => {
      const connection = await connectToProject(terminal, command.optsWithGlobals<SharedOptions>());
      const { api, project } = connection;
      const { id } = await findMember(connection, email);
      await api.call("removeMember", { params: { project: project.id, user: id } });
      terminal.say(`${email} is out of ${project.name}`);
    });

  list
    .command("leave")
    .description("leave a project")
    .action(async (_: object, command: Command) => {
      const { api, project } = await connectToProject(terminal, command.optsWithGlobals<SharedOptions>());
      const { user } = await api.call("me", {});
      await api.call("removeMember", { params: { project: project.id, user: user.id } });
      terminal.say(`you have left ${project.name}`);
    });
};

async function findMember({ api, project }: ProjectConnection, email: string): Promise<Member> {
  const { members } = await api.call("members", { params: { project: project.id } });
  const found = members.find((member) => member.email === email.toLowerCase());
  if (found === undefined) throw new CommandError(`${email} isn't a member of ${project.name}`);
  return found;
}
