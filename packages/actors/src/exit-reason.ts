/** Why a process ended, and what that means for those linked to it. */

/**
 * `normal` and `shutdown` (also with details) are clean; `killed` came from outside and left no time; an `Error` is a
 * crash. Any other text is a crash too, chosen by the program.
 *
 * As in Erlang ("Processes", *Error Handling*); there a reason is any term.
 */
export type ExitReason = "normal" | "shutdown" | "killed" | "noproc" | (string & {}) | Error | ShutdownReason;

export interface ShutdownReason {
  readonly shutdown: unknown;
}

/** Whether nobody needs to hear of it: neither a crash report nor a restart of a transient child. */
export function isCleanExit(reason: ExitReason): boolean {
  return reason === "normal" || reason === "shutdown" || (typeof reason === "object" && "shutdown" in reason);
}

/** A reason in words, for reports. */
export function formatReason(reason: ExitReason): string {
  if (typeof reason === "string") return reason;
  if (reason instanceof Error) return `${reason.name}: ${reason.message}`;
  return `shutdown (${String(reason.shutdown)})`;
}

/** Whatever was thrown, as a reason. */
export function toExitReason(thrown: unknown): ExitReason {
  if (thrown instanceof Error || typeof thrown === "string") return thrown;
  return new Error(`something that isn't an Error was thrown: ${String(thrown)}`, { cause: thrown });
}
