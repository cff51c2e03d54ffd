/** Runs a command to its end: what it printed comes back, and a failure says all that there is to say. */

import { execFile } from "node:child_process";
import { promisify } from "node:util";

const TIMEOUT_MS = 120_000;

/** What {@link runCommand} throws: a non-zero exit, a signal, a time-out or a command that isn't there. */
export class CommandError extends Error {
  override readonly name = "CommandError";
  readonly code = "command_failed";
}

export interface Printed {
  readonly stdout: string;
  readonly stderr: string;
}

export interface CommandOptions {
  readonly cwd: string;
  readonly env?: Readonly<Record<string, string | undefined>>;
  readonly timeoutMs?: number;
}

/** @throws {@link CommandError} */
export async function runCommand(
  command: string,
  args: readonly string[],
  options: CommandOptions,
): Promise<Printed> {
  const { cwd, env = process.env, timeoutMs = TIMEOUT_MS } = options;
  // npm is a batch file on Windows, which only a shell runs.
  const shell = process.platform === "win32" && command === "npm";
  try {
    return await promisify(execFile)(command, [...args], { cwd, env, shell, timeout: timeoutMs });
  } catch (error) {
    throw new CommandError(`${[command, ...args].join(" ")}\n${toText(error)}`, { cause: error });
  }
}

/** What a failed command leaves behind. */
interface Failure extends Partial<Printed> {
  readonly message: string;
  readonly code?: number | string;
  readonly signal?: string;
}

function toText(error: unknown): string {
  const { stdout, stderr, message, code, signal } = error as Failure;
  const printed = `${stdout ?? ""}${stderr ?? ""}`;
  return `ended with ${signal ?? code ?? "an error"}:\n${printed === "" ? message : printed}`;
}
