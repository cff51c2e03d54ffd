/** What a supervisor knows of a child before it starts it. Terms and defaults are those of OTP's `supervisor:child_spec()`. */

import type { ProcessSpec } from "../process/definition.ts";
import type { ProcessName, Protocol } from "../protocol.ts";

/** Restart always, only after an unclean end, or never. */
export type Restart = "permanent" | "transient" | "temporary";

/** How long a child gets to end by itself, in milliseconds; `brutal` gives it nothing, `Infinity` all it wants. */
export type Shutdown = number | "brutal";

/** What a worker gets unless told otherwise; a supervisor gets `Infinity`. */
export const SHUTDOWN_MS = 5_000;

export interface ChildOptions<P extends Protocol = Protocol> {
  /** Unique among its siblings. Default: the process's name, else the definition's. */
  readonly id?: string;
  readonly name?: ProcessName<P>;
  /** Default: `permanent`. */
  readonly restart?: Restart;
  /** Default: {@link SHUTDOWN_MS}. */
  readonly shutdown?: Shutdown;
}

export interface ChildSpec<P extends Protocol = Protocol> {
  readonly id: string;
  readonly process: ProcessSpec<P>;
  readonly restart: Restart;
  readonly shutdown: Shutdown;
}

export function toChildSpec<P extends Protocol>(
  process: ProcessSpec<P>,
  options: ChildOptions<P>,
  shutdown: Shutdown = SHUTDOWN_MS,
): ChildSpec<P> {
  return {
    id: options.id ?? process.name?.name ?? process.definition.name,
    process,
    restart: options.restart ?? "permanent",
    shutdown: options.shutdown ?? shutdown,
  };
}
