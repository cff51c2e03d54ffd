/** `wheelhouse logout`: revokes this machine's token, and forgets it. */

import type { Command } from "commander";
import { ApiError } from "@wheelhouse/api";
import { createClient, findUrl, type SharedOptions } from "../connection.ts";
import { forgetLogIn, readLogIns, type LogIn } from "../log-ins.ts";
import type { Terminal } from "../terminal.ts";
import { type AddCommand } from "./command.ts";

export const logout: AddCommand = (program, terminal) => {
  program
    .command("logout")
    .description("log this machine out")
    .action(async (_: object, command: Command) => {
      const url = await findUrl(terminal, command.optsWithGlobals<SharedOptions>());
      const logIn = (await readLogIns(terminal.environment)).servers[url];
      if (logIn === undefined) return terminal.say(`this machine isn't logged in at ${url}`);
      const outcome = await revoke(terminal, url, logIn);
      await forgetLogIn(terminal.environment, url);
      terminal.say(`logged out at ${url}${outcome}`);
    });
};

/** What there is to add to that. A server that is away keeps the token for good, so who logs out is told. */
async function revoke(terminal: Terminal, url: string, { token, tokenId }: LogIn): Promise<string> {
  if (tokenId === undefined) return "; the token that was given goes on: revoke it where it was made";
  try {
    await createClient(terminal, url, { token }).call("revokeToken", { params: { id: tokenId } });
    return "";
  } catch (error) {
    const isGone = error instanceof ApiError && (error.status === 401 || error.status === 404);
    return isGone ? "" : "; its token couldn't be revoked there: do it in the settings of the page";
  }
}
