/** `wheelhouse login`: makes a token for this machine and keeps it; the password is kept nowhere. */

import { MAX_LABEL_LENGTH } from "@wheelhouse/api";
import type { Command } from "commander";
import { hostname } from "node:os";
import { createClient, findUrl, givenToken, type SharedOptions } from "../connection.ts";
import { wrongUsage } from "../errors.ts";
import { keepLogIn, readLogIns, type LogIn } from "../log-ins.ts";
import { readPassword, withSession } from "../session.ts";
import type { Terminal } from "../terminal.ts";
import { type AddCommand } from "./command.ts";

interface Options extends SharedOptions {
  readonly email?: string;
  readonly passwordStdin?: boolean;
}

export const login: AddCommand = (program, terminal) => {
  program
    .command("login")
    .description("log in on this machine")
    .option("--email <email>", "whose account")
    .option("--password-stdin", "read the password from the input")
    .action(async (_: object, command: Command) => {
      const options = command.optsWithGlobals<Options>();
      const url = await findUrl(terminal, options);
      const token = givenToken(terminal, options);
      const before = (await readLogIns(terminal.environment)).servers[url];
      const logIn =
        token === undefined ? await makeToken(terminal, url, options) : await takeToken(terminal, url, token);
      await keepLogIn(terminal.environment, url, logIn);
      if (before?.tokenId !== undefined) await revoke(terminal, url, before);
      terminal.say(`logged in at ${url} as ${logIn.email}`);
    });
};

async function makeToken(terminal: Terminal, url: string, options: Options): Promise<LogIn> {
  if (new URL(url).protocol === "http:" && !LOOPBACK.test(new URL(url).hostname))
    terminal.say(`warning: ${url} isn't TLS: whoever is on the way reads the password`);
  const email = options.email ?? (await askEmail(terminal));
  const password = await readPassword(terminal, options, `Password of ${email}`);
  return withSession(terminal, url, { email, password }, async (api) => {
    const { user } = await api.call("me", {});
    const name = `command line on ${hostname()}`.slice(0, MAX_LABEL_LENGTH);
    const { id, token } = await api.call("createToken", { body: { name } });
    return { email: user.email, token, tokenId: id };
  });
}

const LOOPBACK = /^(?:localhost|127\.\d+\.\d+\.\d+|\[::1\])$/;

async function askEmail({ prompts }: Terminal): Promise<string> {
  if (prompts === undefined) throw wrongUsage("expected --email where there is no terminal to ask");
  return prompts.text("E-mail address");
}

/** One that was made elsewhere is tried once, and stays whoever's it is. */
async function takeToken(terminal: Terminal, url: string, token: string): Promise<LogIn> {
  const { user } = await createClient(terminal, url, { token }).call("me", {});
  return { email: user.email, token };
}

/** The token of the log-in before does no harm where it can't be revoked: the settings list it. */
async function revoke(terminal: Terminal, url: string, { token, tokenId = "" }: LogIn): Promise<void> {
  const api = createClient(terminal, url, { token });
  await api.call("revokeToken", { params: { id: tokenId } }).catch(() => undefined);
}
