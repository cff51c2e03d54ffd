/** A running program: its top supervisor on a runtime, started and stopped as a whole. */

import type { Verbs } from "./context.ts";
import type { ExitReason } from "./exit-reason.ts";
import type { ProcessSpec } from "./process/definition.ts";
import type { Protocol, Ref } from "./protocol.ts";
import { Runtime } from "./runtime/runtime.ts";

export interface Application<P extends Protocol = Protocol> extends Pick<
  Verbs,
  "call" | "callWithin" | "cast" | "whereis"
> {
  readonly runtime: Runtime;
  /** The top process. */
  readonly ref: Ref<P>;
  /** Resolves with the reason when the top process ends, whether it was stopped or gave up. */
  readonly ended: Promise<ExitReason>;
  /** Stops everything in reverse order of its start; resolves when all of it has ended. */
  stop(): Promise<void>;
}

export interface StartOptions {
  /** Default: a real one of its own. */
  readonly runtime?: Runtime;
}

interface Startable<A, P extends Protocol> {
  readonly name: string;
  with(args: A): ProcessSpec<P>;
}

/**
 * Starts a definition, usually a supervisor, as a program. Resolves when all of it has started.
 *
 * @throws StartFailedError when any part failed; what had started has been stopped again.
 */
export async function start<P extends Protocol, A>(
  definition: Startable<A, P>,
  args: A,
  options: StartOptions = {},
): Promise<Application<P>> {
  const runtime = options.runtime ?? new Runtime();
  const release = runtime.keepAlive();
  try {
    const ref = await runtime.spawn(definition.with(args), undefined);
    if (ref === undefined) throw new Error(`expected ${definition.name} to start, got: ignored`);
    return toApplication(runtime, ref, release);
  } catch (error) {
    release();
    throw error;
  }
}

function toApplication<P extends Protocol>(
  runtime: Runtime,
  ref: Ref<P>,
  release: () => void,
): Application<P> {
  const ended = runtime.exited(ref).then((reason) => {
    release();
    return reason ?? "normal";
  });
  return {
    runtime,
    ref,
    ended,
    call: runtime.call,
    callWithin: runtime.callWithin,
    cast: runtime.cast,
    whereis: (name) => runtime.whereis(name),
    async stop() {
      runtime.exit(ref, "shutdown");
      await ended;
    },
  };
}
