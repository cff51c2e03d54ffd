/** Reading markers, over the segments of a project. They are few, so nothing but their ids is indexed. */

import type { MarkerQuery, MarkerRecord, Time } from "../ports.ts";
import { directionOf, timesBetween } from "./bounds.ts";
import type { Names } from "./names.ts";
import type { ReadSegments } from "./segments/read-segments.ts";
import { inOrder, mayHold } from "./segments/segment-order.ts";
import { checkUnbroken } from "../rules/unbroken.ts";
import { fromFieldsText } from "../rules/values.ts";

interface MarkerRow {
  readonly id: number;
  readonly device: number | null;
  readonly session: number | null;
  readonly at: Time;
  readonly delay: number;
  readonly name: string;
  readonly fields: string | null;
  readonly by: string | null;
}

export function markerReading(names: Names, segments: ReadSegments) {
  function markers(query: MarkerQuery): readonly MarkerRecord[] {
    const { project, before = Number.MAX_SAFE_INTEGER, after = 0, order = "newest", limit } = query;
    const projectRow = names.project(project);
    if (projectRow === undefined) return [];
    checkUnbroken(query, () => segments.oldest(projectRow)?.firstEntry);
    const session = query.session === undefined ? null : names.sessionRow(query.session)?.row;
    const device = query.device === undefined ? null : (names.deviceRow(projectRow, query.device) ?? NOBODY);
    if (session === undefined) return [];
    const found: MarkerRow[] = [];
    for (const segment of inOrder(segments.of(projectRow), order)) {
      if (found.length >= limit) break;
      if (!mayHold(segment, after + 1, before - 1)) continue;
      const page = segments
        .open(segment)
        .prepared<MarkerRow>(`${SELECT_MARKERS} ${directionOf(order)} LIMIT ?7`);
      const rows = page.all(after, before, device, session, ...timesBetween(query), limit - found.length);
      for (const marker of rows) found.push(marker);
    }
    return found.map((row) => toMarkerRecord(project, names, row));
  }

  return {
    markers,
    /** Those after one id and up to another. */
    markersBetween: (project: string, after: number, upTo: number, limit: number): readonly MarkerRecord[] =>
      markers({ project, after, before: upTo + 1, order: "oldest", limit }),
  };
}

/** The row of a device that isn't stored: markers of the whole project are found all the same. */
const NOBODY = -1;

const SELECT_MARKERS = `
  SELECT id, device, session, at, delay, name, fields, by FROM markers
  WHERE id > ?1 AND id < ?2 AND (?3 IS NULL OR device = ?3 OR device IS NULL) AND (?4 IS NULL OR session = ?4)
    AND at BETWEEN ?5 AND ?6
  ORDER BY id`;

function toMarkerRecord(project: string, names: Names, row: MarkerRow): MarkerRecord {
  const { id, device, session, at, delay, name, fields, by } = row;
  return {
    id,
    project,
    device: device === null ? null : names.device(device),
    session: session === null ? null : names.session(session),
    by,
    name,
    fields: fromFieldsText(fields),
    at,
    receivedAt: at + delay,
  };
}
