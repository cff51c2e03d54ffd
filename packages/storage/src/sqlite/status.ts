/** How much there is, how old, and how far the indexer is behind. */

import type { DatabaseSync } from "node:sqlite";
import type { ProjectStatus, StorageStatus, Time } from "../ports.ts";
import { databaseFile } from "./folder.ts";
import type { ReadSegments } from "./segments/read-segments.ts";
import { segmentKey, sizeOfFile, sizeOfSegment } from "./segments/segment-file.ts";
import type { SegmentRow } from "./segments/segment-list.ts";
import { prepare } from "./statement.ts";

interface Lag {
  readonly entries: number;
  readonly samples: number;
}

const NO_LAG: Lag = { entries: 0, samples: 0 };

export function statusReading(main: DatabaseSync, folder: string, segments: ReadSegments) {
  const projects = prepare<{ row: number; id: string }>(main, "SELECT row, id FROM projects ORDER BY row");
  /** Segments whose index was seen complete: nothing changes in them any more. */
  const complete = new Set<string>();

  function lagOf(row: SegmentRow): Lag {
    const key = segmentKey(row);
    if (complete.has(key)) return NO_LAG;
    const { index, prepared } = segments.open(row);
    if (index?.isComplete === true) {
      complete.add(key);
      return NO_LAG;
    }
    const lag = prepared<Lag>(
      `SELECT (SELECT coalesce(sum(count), 0) FROM log_blocks WHERE id > ?1) AS entries,
         (SELECT count(*) FROM samples WHERE number > ?2) AS samples`,
    ).get(index?.throughEntry ?? 0, index?.throughSample ?? 0);
    return lag ?? NO_LAG;
  }

  function oldestOf(row: SegmentRow): Time | null {
    if (row.state === "closed") return row.firstReceivedAt;
    const span = segments
      .open(row)
      .prepared<{ first: Time | null }>("SELECT first_received_at AS first FROM span");
    return span.get()?.first ?? null;
  }

  function statusOf(project: string, rows: readonly SegmentRow[]): ProjectStatus {
    return {
      project,
      bytes: rows.reduce((sum, row) => sum + sizeOfSegment(folder, row), 0),
      segments: rows.length,
      oldestAt: earliest(rows.map(oldestOf)),
    };
  }

  return {
    status(): StorageStatus {
      const rows = segments.all();
      const ofProjects = projects.all().map(({ row, id }) =>
        statusOf(
          id,
          rows.filter(({ project }) => project === row),
        ),
      );
      const lags = rows.map(lagOf);
      const main = databaseFile(folder);
      const ofSegments = ofProjects.reduce((sum, { bytes }) => sum + bytes, 0);
      return {
        bytes: sizeOfFile(main) + sizeOfFile(`${main}-wal`) + ofSegments,
        segments: rows.length,
        oldestAt: earliest(ofProjects.map(({ oldestAt }) => oldestAt)),
        indexLagEntries: lags.reduce((sum, { entries }) => sum + entries, 0),
        indexLagSamples: lags.reduce((sum, { samples }) => sum + samples, 0),
        projects: ofProjects,
      };
    },
  };
}

function earliest(times: readonly (Time | null)[]): Time | null {
  const known = times.filter((time) => time !== null);
  return known.length === 0 ? null : Math.min(...known);
}
