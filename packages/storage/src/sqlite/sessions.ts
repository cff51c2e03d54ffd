/** Devices beginning, resuming and ending their runs. */

import type { DatabaseSync } from "node:sqlite";
import type {
  OpenedSession,
  SessionClosing,
  SessionOpening,
  SessionQuery,
  SessionRecord,
  Time,
} from "../ports.ts";
import { unknownProject } from "../rules/arguments.ts";
import { CONNECTION_LOST, SERVER_ENDED, mayResume } from "../rules/sessions.ts";
import type { Progress } from "./segments/overlay.ts";
import type { SegmentWriter } from "./segments/segment-writer.ts";
import { prepare } from "./statement.ts";

interface SessionRow {
  readonly row: number;
  readonly projectRow: number;
  readonly project: string;
  readonly device: string;
  readonly seenAt: Time;
  readonly endedForGood: number;
  readonly acknowledged: number;
  readonly missed: number;
}

/** A session that hasn't ended. */
interface OpenRow {
  readonly row: number;
  readonly project: number;
}

const SELECT_OPEN = "SELECT row, project FROM sessions WHERE ended_at IS NULL";

type SegmentOf = (project: number) => SegmentWriter | undefined;

/** `segment` gives a project's current segment: what is stored of a session in it comes on top of the main file. */
export function sessionWriting(database: DatabaseSync, segment: SegmentOf) {
  const seeDevice = prepare<{ row: number; project: number }>(
    database,
    `INSERT INTO devices (project, id, name, app, build, tags, first_seen, last_seen)
     SELECT row, ?2, ?3, ?4, ?5, coalesce(?6, '[]'), ?7, ?7 FROM projects WHERE id = ?1
     ON CONFLICT (project, id) DO UPDATE SET
       name = coalesce(?3, name), app = coalesce(?4, app), build = coalesce(?5, build), tags = coalesce(?6, tags),
       last_seen = max(last_seen, ?7)
     RETURNING row, project`,
  );
  const findSession = prepare<SessionRow>(
    database,
    `SELECT sessions.row, projects.row AS projectRow, projects.id AS project, devices.id AS device, seen_at AS seenAt,
       ended_for_good AS endedForGood, acknowledged, missed
     FROM sessions JOIN devices ON devices.row = sessions.device JOIN projects ON projects.row = devices.project
     WHERE sessions.id = ?`,
  );
  const begin = prepare(
    database,
    "INSERT INTO sessions (id, device, project, started_at, seen_at) VALUES (?1, ?2, ?3, ?4, ?4)",
  );
  const resume = prepare(
    database,
    "UPDATE sessions SET seen_at = max(seen_at, ?2), ended_at = NULL, end_reason = NULL WHERE row = ?1",
  );
  const end = prepare(
    database,
    `UPDATE sessions SET seen_at = max(seen_at, ?2), ended_at = ?2, end_reason = ?3, ended_for_good = ?4
     WHERE id = ?1 AND NOT ended_for_good`,
  );
  const openOf = prepare<OpenRow>(database, `${SELECT_OPEN} AND device = ?`);
  const endAll = untoldEnds(database, segment);
  const seeDeviceOf = prepare(
    database,
    `UPDATE devices SET last_seen = max(last_seen, ?2)
     WHERE row = (SELECT device FROM sessions WHERE id = ?1)`,
  );

  function findResumable(opening: SessionOpening): SessionRow | undefined {
    if (opening.resume === undefined) return undefined;
    const stored = findSession.get(opening.resume);
    if (stored === undefined) return undefined;
    const session = withProgress(stored, segment(stored.projectRow)?.overlay.progress(stored.row));
    return mayResume({ ...session, endedForGood: session.endedForGood !== 0 }, opening) ? session : undefined;
  }

  return {
    openSession(opening: SessionOpening): OpenedSession {
      const { project, device, name, app, build, tags, at, newSession } = opening;
      const seen = seeDevice.get(
        project,
        device,
        name ?? null,
        app ?? null,
        build ?? null,
        tags === undefined ? null : JSON.stringify(tags),
        at,
      );
      if (seen === undefined) throw unknownProject(project);
      const session = findResumable(opening);
      endAll(
        openOf.all(seen.row).filter(({ row }) => row !== session?.row),
        CONNECTION_LOST,
      );
      if (session === undefined || opening.resume === undefined) {
        begin.run(newSession, seen.row, seen.project, at);
        return { session: newSession, resumed: false, acknowledged: 0, missed: 0 };
      }
      resume.run(session.row, at);
      const { acknowledged, missed } = session;
      return { session: opening.resume, resumed: true, acknowledged, missed };
    },
    closeSession({ session, at, reason, resumable }: SessionClosing): void {
      end.run(session, at, reason, resumable ? 0 : 1);
      seeDeviceOf.run(session, at);
    },
  };
}

/** To be called before anything is stored: nobody is there any more who could say how the runs of before ended. */
export function endForgottenSessions(database: DatabaseSync, segment: SegmentOf): void {
  untoldEnds(database, segment)(prepare<OpenRow>(database, SELECT_OPEN).all(), SERVER_ENDED);
}

/** Ends what nobody said the end of, when it was last heard of. */
function untoldEnds(database: DatabaseSync, segment: SegmentOf) {
  const end = prepare(
    database,
    "UPDATE sessions SET ended_at = max(seen_at, ?2), end_reason = ?3 WHERE row = ?1",
  );
  return (sessions: readonly OpenRow[], reason: string): void => {
    for (const { row, project } of sessions)
      end.run(row, segment(project)?.overlay.progress(row)?.seenAt ?? 0, reason);
  };
}

export function sessionReading(database: DatabaseSync) {
  const ofProject = prepare<SessionListRow>(
    database,
    `${SELECT_SESSION} WHERE sessions.project = (SELECT row FROM projects WHERE id = ?) AND sessions.row < ?
     ORDER BY sessions.row DESC LIMIT ?`,
  );
  const ofDevice = prepare<SessionListRow>(
    database,
    `${SELECT_SESSION} WHERE sessions.device = (
       SELECT devices.row FROM devices JOIN projects ON projects.row = devices.project
       WHERE projects.id = ? AND devices.id = ?) AND sessions.row < ?
     ORDER BY sessions.row DESC LIMIT ?`,
  );
  return {
    /** `progressOf` gives what the project's current segment says of a session. */
    sessions(
      { project, device, before = Number.MAX_SAFE_INTEGER, limit }: SessionQuery,
      progressOf: (session: number) => Progress | undefined,
    ): readonly SessionRecord[] {
      const rows =
        device === undefined
          ? ofProject.all(project, before, limit)
          : ofDevice.all(project, device, before, limit);
      return rows.map((row) => ({ ...withProgress(row, progressOf(row.cursor)), project }));
    },
  };
}

type SessionListRow = Omit<SessionRecord, "project">;

const SELECT_SESSION = `
  SELECT sessions.id, sessions.row AS cursor, devices.id AS device, sessions.started_at AS startedAt,
    sessions.seen_at AS seenAt, sessions.ended_at AS endedAt, sessions.end_reason AS reason, sessions.missed,
    sessions.acknowledged
  FROM sessions CROSS JOIN devices ON devices.row = sessions.device`;

function withProgress<Session extends Progress>(session: Session, progress: Progress | undefined): Session {
  if (progress === undefined) return session;
  return {
    ...session,
    acknowledged: Math.max(session.acknowledged, progress.acknowledged),
    missed: session.missed + progress.missed,
    seenAt: Math.max(session.seenAt, progress.seenAt),
  };
}
