/** Starting and stopping one child, for both kinds of supervisor. */

import type { Context } from "../context.ts";
import { StartFailedError } from "../errors.ts";
import { toExitReason, type ExitReason } from "../exit-reason.ts";
import type { Protocol, Ref } from "../protocol.ts";
import type { Shutdown } from "./child-spec.ts";

/**
 * Ends a child and waits until it has ended: asks with `shutdown`, and kills it when its time is over. A child that
 * unlinked itself is ended all the same, since its end is watched and not only trapped.
 */
export async function stopChild<P extends Protocol, S>(
  ctx: Context<P, S>,
  ref: Ref,
  shutdown: Shutdown,
): Promise<void> {
  if (shutdown !== "brutal") {
    const ended = ctx.exited(ref, shutdown);
    ctx.exit(ref, "shutdown");
    if ((await ended) !== undefined) return;
  }
  const ended = ctx.exited(ref);
  ctx.exit(ref, "kill");
  await ended;
}

/** Why a start failed, from what it was rejected with. */
export function startFailure(error: unknown): ExitReason {
  return error instanceof StartFailedError ? error.reason : toExitReason(error);
}
