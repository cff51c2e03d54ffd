/** What the log shows: its entries, and the markers between them. Pure. */

import type { LogEntry, Marker } from "@wheelhouse/api";
import { toTextMatcher } from "@wheelhouse/protocol";

export type Line =
  | { readonly type: "entry"; readonly id: number; readonly entry: LogEntry }
  | { readonly type: "marker"; readonly id: number; readonly marker: Marker };

/** Both in the order in which they were stored; markers from before the oldest of `limit` entries are left out. */
export function toLines(
  entries: readonly LogEntry[],
  markers: readonly Marker[],
  limit: number,
): readonly Line[] {
  const oldest = entries.length < limit ? 0 : (entries[0]?.id ?? 0);
  const lines: Line[] = [
    ...entries.map((entry) => ({ type: "entry", id: entry.id, entry }) as const),
    ...markers
      .filter(({ id }) => id > oldest)
      .map((marker) => ({ type: "marker", id: marker.id, marker }) as const),
  ];
  return lines.sort((left, right) => left.id - right.id);
}

/** Whether a marker is shown while the log is filtered for a text; its level is of no concern. */
export function hasText(text: string): (marker: Marker) => boolean {
  const matches = toTextMatcher(text.trim());
  return ({ name }) => matches(name);
}
