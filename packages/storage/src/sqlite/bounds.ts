/** Between which times and in which order things are asked for, as SQL takes it. */

import type { Time } from "../ports.ts";

export type Order = "newest" | "oldest";

export type Direction = "ASC" | "DESC";

/** That of ids, which rise with the time of storing. */
export function directionOf(order: Order = "newest"): Direction {
  return order === "newest" ? "DESC" : "ASC";
}

/** Both included; a bound that isn't given is beyond any time. */
export function timesBetween({
  from = -MAX_TIME,
  to = MAX_TIME,
}: {
  readonly from?: Time | undefined;
  readonly to?: Time | undefined;
}): readonly [from: Time, to: Time] {
  return [from, to];
}

const MAX_TIME = Number.MAX_SAFE_INTEGER;
