/** Going through segments without opening those that can hold nothing of what is wanted. */

import type { Order } from "../bounds.ts";
import type { SegmentRow } from "./segment-list.ts";

/** Takes them oldest first. */
export function inOrder(segments: readonly SegmentRow[], order: Order): readonly SegmentRow[] {
  return order === "oldest" ? segments : segments.toReversed();
}

/** Whether it may hold entries with ids between the two. */
export function mayHold({ firstEntry, lastEntry }: SegmentRow, low: number, high: number): boolean {
  return firstEntry <= high && (lastEntry ?? Infinity) >= low;
}

/**
 * Sees to it that nothing was dropped of what comes after a place that was read once; `oldest` is the first that is kept
 * there: an entry's id or a sample's number.
 *
 * @throws Error
 */
export function checkUnbroken(oldest: number | undefined, after: number): void {
  if (after > 0 && (oldest === undefined || oldest > after + 1))
    throw new Error("what comes next was dropped since the page before");
}
