/** `wheelhouse reset-password`: lets somebody in again who lost their password, with a link or in a stopped server's folder. */

import type { Command } from "commander";
import { resolve } from "node:path";
import {
  DEFAULT_RESET_MS,
  HOUR_MS,
  MAX_PASSWORD_LENGTH,
  MAX_RESET_MS,
  MIN_PASSWORD_LENGTH,
} from "@wheelhouse/api";
import { connect, type SharedOptions } from "../connection.ts";
import { CommandError, wrongUsage } from "../errors.ts";
import { printMade } from "../output.ts";
import { readNewPassword, withOwnSession } from "../session.ts";
import type { Terminal } from "../terminal.ts";
import { countOption, type AddCommand } from "./command.ts";

interface Options extends SharedOptions {
  readonly data?: string;
  readonly hours: number;
  readonly passwordStdin?: boolean;
}

export const resetPassword: AddCommand = (program, terminal) => {
  program
    .command("reset-password")
    .description("print a link that sets a new password, for the admin; or set one in a data folder")
    .argument("<email>", "whose")
    .addOption(
      countOption("--hours <hours>", "how long the link works", 1, MAX_RESET_MS / HOUR_MS).default(
        DEFAULT_RESET_MS / HOUR_MS,
      ),
    )
    .option("--data <dir>", "the folder of a server that is stopped: sets the password there")
    .option("--password-stdin", "read the password from the input: the admin's, or with --data the new one")
    .action(async (email: string, _: object, command: Command) => {
      const options = command.optsWithGlobals<Options>();
      if (options.data !== undefined) return setInFolder(terminal, options, resolve(options.data), email);
      return makeLink(terminal, options, email);
    });
};

/** Whoever makes such a link could take any account over, so a token isn't enough. */
async function makeLink(terminal: Terminal, options: Options, email: string): Promise<void> {
  const body = { email, expiresInMs: options.hours * HOUR_MS };
  const made = await withOwnSession(terminal, await connect(terminal, options), options, (session) =>
    session.call("createPasswordReset", { body }),
  );
  await printMade(terminal, options.json === true, made, made.link);
}

async function setInFolder(
  terminal: Terminal,
  options: Options,
  folder: string,
  email: string,
): Promise<void> {
  const password = await readNewPassword(terminal, options, `New password of ${email}`);
  if (password.length < MIN_PASSWORD_LENGTH || password.length > MAX_PASSWORD_LENGTH)
    throw wrongUsage(`expected a password of ${MIN_PASSWORD_LENGTH} to ${MAX_PASSWORD_LENGTH} characters`);
  // The server is a good deal to load for those who only want a link.
  const { resetPasswordInFolder } = await import("@wheelhouse/server");
  const outcome = await resetPasswordInFolder(folder, { email, password });
  if (outcome === "unknown_account")
    throw new CommandError(`no account in ${folder} has the address ${email}`);
  if (outcome !== "done") throw new CommandError(`choose another password: this one ${outcome.weak}`);
  terminal.say(`set the password of ${email}; its sessions and tokens have ended`);
}
