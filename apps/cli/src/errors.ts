/** How a command ends that didn't do its work: one line and an exit code, whatever went wrong below it. */

import { ApiError } from "@wheelhouse/api";
import { CommanderError } from "commander";

export const EXIT = { done: 0, failed: 1, wrongUsage: 2, interrupted: 130 } as const;

export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

export class CommandError extends Error {
  override readonly name = "CommandError";
  readonly code = "command_failed";
  readonly exitCode: ExitCode;

  /** An empty message says nothing: what there is to say was printed. */
  constructor(message: string, exitCode: ExitCode = EXIT.failed, cause?: unknown) {
    super(message, { cause });
    this.exitCode = exitCode;
  }
}

export function wrongUsage(message: string): CommandError {
  return new CommandError(message, EXIT.wrongUsage);
}

export interface Failure {
  readonly exitCode: ExitCode;
  /** One line, without its end; empty for nothing to say. */
  readonly line: string;
}

export function toFailure(error: unknown): Failure {
  if (error instanceof CommandError) return { exitCode: error.exitCode, line: toLine(error.message) };
  if (error instanceof CommanderError) return toUsageFailure(error);
  if (error instanceof ApiError) return { exitCode: EXIT.failed, line: toRefusalLine(error) };
  const message = error instanceof Error ? error.message : String(error);
  return { exitCode: EXIT.failed, line: toLine(message) };
}

/** Help and version end the same way as wrong usage, with nothing wrong. */
function toUsageFailure({ code, exitCode, message }: CommanderError): Failure {
  if (exitCode === 0 || code === "commander.help") return { exitCode: EXIT.done, line: "" };
  const line = toLine(message.replace(/^error: /, ""));
  return { exitCode: EXIT.wrongUsage, line: `${line}; --help shows what there is` };
}

function toRefusalLine({ code, message, field }: ApiError): string {
  if (code === "unauthenticated")
    return "you aren't logged in there any more: log in again with `wheelhouse login`";
  return toLine(field === undefined || message.includes(field) ? message : `${message} (${field})`);
}

function toLine(message: string): string {
  return message.trim().replaceAll(/\s*\n\s*/g, " ");
}
