/** Starting and stopping one child, for both kinds of supervisor. */

import type { Context } from "../context.ts";
import { StartFailedError } from "../errors.ts";
import { toExitReason, type ExitReason } from "../exit-reason.ts";
import type { Protocol, Ref } from "../protocol.ts";
import type { ChildSpec, Shutdown } from "./child-spec.ts";

/** How many children there are, of which kind, and how many of them run. */
export interface ChildCounts {
  /** All of them, whether they run or not. */
  readonly specs: number;
  /** Those that run. */
  readonly active: number;
  readonly supervisors: number;
  readonly workers: number;
}

interface CountedChild {
  readonly spec: ChildSpec;
  readonly active: boolean;
}

export function countChildren(children: readonly CountedChild[]): ChildCounts {
  const active = children.filter((child) => child.active).length;
  const supervisors = children.filter(({ spec }) => spec.type === "supervisor").length;
  return { specs: children.length, active, supervisors, workers: children.length - supervisors };
}

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
