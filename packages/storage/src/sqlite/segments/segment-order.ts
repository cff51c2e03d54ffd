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
