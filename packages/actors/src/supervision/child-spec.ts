/** What a supervisor knows of a child before it starts it. Terms and defaults are those of OTP's `supervisor:child_spec()`. */

import type { ProcessSpec } from "../process/definition.ts";
import type { ProcessName, Protocol } from "../protocol.ts";

/** Restart always, only after an unclean end, or never. */
export type Restart = "permanent" | "transient" | "temporary";

/** How long a child gets to end by itself, in milliseconds; `brutal` gives it nothing, `Infinity` all it wants. */
export type Shutdown = number | "brutal";

/** What a child is; it only decides how it is counted. */
export type ChildType = "worker" | "supervisor";

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
  /** Whether the end of this child may end its supervisor, by the supervisor's `autoShutdown`. Default: false. */
  readonly significant?: boolean;
}

export interface ChildSpec<P extends Protocol = Protocol> {
  readonly id: string;
  readonly process: ProcessSpec<P>;
  readonly restart: Restart;
  readonly shutdown: Shutdown;
  /** Not with `permanent`: such a child never ends for good. */
  readonly significant?: boolean;
  /** Default: `worker`. */
  readonly type?: ChildType;
}

/** A child of a definition: what its kind has by default, overridden by the options. */
export function toChildSpec<P extends Protocol>(
  process: ProcessSpec<P>,
  options: ChildOptions<P>,
  type: ChildType = "worker",
): ChildSpec<P> {
  return {
    id: options.id ?? process.name?.name ?? process.definition.name,
    process,
    restart: options.restart ?? "permanent",
    // A supervisor gets all the time it wants to end: its children have times of their own.
    shutdown: options.shutdown ?? (type === "supervisor" ? Infinity : SHUTDOWN_MS),
    ...(options.significant === undefined ? {} : { significant: options.significant }),
    type,
  };
}
