/** Errors that calls and starts fail with. Each has a `code`. */

import { formatReason, type ExitReason } from "./exit-reason.ts";

abstract class ActorError extends Error {
  abstract readonly code: string;
}

/** Nobody is at that address, or nobody any more. */
export class NoProcessError extends ActorError {
  override readonly name = "NoProcessError";
  readonly code = "noproc";
  constructor(address: string) {
    super(`no process at ${address}`);
  }
}

/** The answer didn't come in time. The request may still be carried out. */
export class CallTimeoutError extends ActorError {
  override readonly name = "CallTimeoutError";
  readonly code = "timeout";
  constructor(address: string, message: string, timeoutMs: number) {
    super(`${address} didn't answer "${message}" within ${timeoutMs} ms`);
  }
}

/** A task took longer than it was given, and was ended. */
export class TaskTimeoutError extends ActorError {
  override readonly name = "TaskTimeoutError";
  readonly code = "task_timeout";
  constructor(task: string, timeoutMs: number) {
    super(`${task} wasn't done within ${timeoutMs} ms`);
  }
}

/** The process ended before it answered. */
export class ProcessExitedError extends ActorError {
  override readonly name = "ProcessExitedError";
  readonly code = "exited";
  readonly reason: ExitReason;
  constructor(address: string, reason: ExitReason) {
    super(`${address} ended before it answered: ${formatReason(reason)}`, { cause: reason });
    this.reason = reason;
  }
}

/** A process called itself, which could never be answered. */
export class SelfCallError extends ActorError {
  override readonly name = "SelfCallError";
  readonly code = "self_call";
  constructor(address: string, message: string) {
    super(`${address} called itself with "${message}"`);
  }
}

/** A process's `init` failed, or its name was taken. */
export class StartFailedError extends ActorError {
  override readonly name = "StartFailedError";
  readonly code = "start_failed";
  readonly reason: ExitReason;
  constructor(label: string, reason: ExitReason) {
    super(`${label} didn't start: ${formatReason(reason)}`, { cause: reason });
    this.reason = reason;
  }
}

/** The name is held by a living process. */
export class NameTakenError extends ActorError {
  override readonly name = "NameTakenError";
  readonly code = "name_taken";
  constructor(name: string) {
    super(`the name "${name}" is taken`);
  }
}

/** A handler was missing for a message that the types don't allow; seen only from untyped code. */
export class UnknownCallError extends ActorError {
  override readonly name = "UnknownCallError";
  readonly code = "unknown_call";
  constructor(address: string, message: string) {
    super(`${address} doesn't understand the call "${message}"`);
  }
}

/** In a simulation, a process waits for something that the runtime doesn't own, so it would wait for ever. */
export class ForeignAwaitError extends ActorError {
  override readonly name = "ForeignAwaitError";
  readonly code = "foreign_await";
  constructor(labels: readonly string[]) {
    super(`waiting for something outside the simulation: ${labels.join(", ")}`);
  }
}
