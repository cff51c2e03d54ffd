/** The command line as a whole: its commands, the options that they share, and how each ends. */

import { Command } from "commander";
import packageJson from "../package.json" with { type: "json" };
import { changes } from "./commands/changes.ts";
import { devices } from "./commands/devices.ts";
import { exportCommand } from "./commands/export.ts";
import { get } from "./commands/get.ts";
import { history } from "./commands/history.ts";
import { invite } from "./commands/invite.ts";
import { keys } from "./commands/keys.ts";
import { login } from "./commands/login.ts";
import { logout } from "./commands/logout.ts";
import { logs } from "./commands/logs.ts";
import { markers } from "./commands/markers.ts";
import { members } from "./commands/members.ts";
import { projects } from "./commands/projects.ts";
import { resetPassword } from "./commands/reset-password.ts";
import { serve } from "./commands/serve.ts";
import { sessions } from "./commands/sessions.ts";
import { set } from "./commands/set.ts";
import { tokens } from "./commands/tokens.ts";
import { variables } from "./commands/variables.ts";
import { watch } from "./commands/watch.ts";
import { whoami } from "./commands/whoami.ts";
import type { AddCommand } from "./commands/command.ts";
import { DEFAULT_URL } from "./connection.ts";
import { EXIT, toFailure } from "./errors.ts";
import type { EndReason, Terminal } from "./terminal.ts";

/** In the order in which the help shows them. */
const COMMANDS: readonly AddCommand[] = [
  [login, logout, whoami, projects],
  [devices, variables, get, set, watch, history],
  [logs, markers, sessions, changes, exportCommand],
  [keys, tokens, members, invite, resetPassword],
  [serve],
].flat();

/** Runs one command line and resolves with its exit code; what there is to say was said. */
export async function run(args: readonly string[], terminal: Terminal): Promise<number> {
  let helped = Promise.resolve();
  const program = createProgram(terminal, (text) => {
    helped = helped.then(() => terminal.print(text));
  });
  try {
    await program.parseAsync([...args], { from: "user" });
    return EXIT.done;
  } catch (error) {
    await helped.catch(() => undefined);
    if (terminal.ended.aborted) return toEndCode(terminal.ended.reason as EndReason);
    const { exitCode, line } = toFailure(error);
    if (line !== "") terminal.say(`wheelhouse: ${line}`);
    return exitCode;
  }
}

/** Whoever has read enough isn't told off for it. */
function toEndCode(reason: EndReason): number {
  return reason === "interrupted" ? EXIT.interrupted : EXIT.done;
}

function createProgram(terminal: Terminal, print: (text: string) => void): Command {
  const program = new Command("wheelhouse")
    .description("Watch and steer your game while it runs.")
    .usage("COMMAND [options]")
    .version(packageJson.version, "--version", "the version")
    .option("--url <url>", `the server, as in ${DEFAULT_URL} (WHEELHOUSE_URL)`)
    .option("--token <token>", "a token instead of the log-in (WHEELHOUSE_TOKEN)")
    .option("--project <project>", "a project's name or id, where there are several (WHEELHOUSE_PROJECT)")
    .option("--json", "a line of JSON for each entry, for programs")
    .configureHelp({ showGlobalOptions: true })
    .configureOutput({ writeOut: print, writeErr: print, outputError: () => undefined })
    .exitOverride()
    .helpOption("-h, --help", "what there is")
    .helpCommand(false);
  for (const add of COMMANDS) add(program, terminal);
  return program;
}
