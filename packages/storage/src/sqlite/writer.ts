/**
 * The writer: runs the calls that change data in groups, and between groups what isn't part of any: beginning and closing
 * segments, and dropping old ones.
 */

import type { DatabaseSync } from "node:sqlite";
import type { Dropped, Time } from "../ports.ts";
import { accountWriting } from "./accounts.ts";
import { batchWriting } from "./batches.ts";
import { deviceWriting } from "./devices.ts";
import { entryCounter, type EntryCounter } from "./entries.ts";
import { groupCommit } from "./group-commit.ts";
import { knownRows, type KnownRows } from "./known-rows.ts";
import { markerWriting } from "./markers.ts";
import { toProblem, type Answer, type Request } from "./messages.ts";
import type { Reserve } from "./reserve.ts";
import { retention, type RetainSteps, type Retaining } from "./retention.ts";
import { runFrom } from "./run-call.ts";
import { currentSegments, type CurrentSegments } from "./segments/current-segments.ts";
import type { SegmentName } from "./segments/segment-file.ts";
import type { SegmentLimits } from "./segments/segment-limits.ts";
import { removeOrphans } from "./segments/orphans.ts";
import { segmentList } from "./segments/segment-list.ts";
import type { SegmentWriter } from "./segments/segment-writer.ts";
import { endForgottenSessions, sessionWriting } from "./sessions.ts";
import { inTransaction } from "./statement.ts";
import { writeWriting } from "./writes.ts";

export type WriterCalls = ReturnType<typeof groupedCalls> & {
  retain(now: Time): Dropped;
};

export interface Writer {
  readonly lastEntry: number;
  /** Answers a group, and does what is due after it. */
  commit(requests: readonly Request[]): readonly Answer[];
  /** Segments that have grown so much that it is time to checkpoint them, each once. */
  takeGrown(): readonly SegmentName[];
  /** Takes one step of what waits to be done between groups. Undefined when nothing waits. */
  step(): readonly Answer[] | undefined;
  close(): void;
}

/** What somebody needs who comes to make room on a full disk: a log-in, and to keep less. */
const MAKES_ROOM: ReadonlySet<string> = new Set<keyof WriterCalls>([
  "setRetention",
  "addWebSession",
  "addKnownDevice",
]);

export function openWriter(
  main: DatabaseSync,
  folder: string,
  limits: SegmentLimits,
  reserve: Reserve,
): Writer {
  const rows = knownRows(main);
  const group = groupCommit(main, { settle: () => segments.flush(), onUndone: forget });
  const entries: EntryCounter = entryCounter(main, group.join);
  const segments = currentSegments(main, folder, limits, () => entries.last);
  const retaining: Retaining = retention(main, folder, segments, reserve);
  /** Why a project has no segment, by its row. */
  const problems = new Map<number, unknown>();
  const run = runFrom(groupedCalls(main, rows, entries, segments, problems, group.join));
  const waiting: Waiting[] = [];
  removeOrphans(folder, segmentList(main).all());
  reserve.lend(() =>
    inTransaction(main, () => endForgottenSessions(main, (project) => segments.existing(project))),
  );
  reserve.lend(() => entries.reserve());

  function forget(): void {
    rows.forget();
    entries.forget();
    segments.forget();
  }

  /** Sees to it that each project that something is added to has a segment. What can't be had fails when it is needed. */
  function provideSegments(requests: readonly Request[]): void {
    for (const { call, args } of requests) {
      if (call !== "append" && call !== "addMarker") continue;
      const { project, receivedAt } = args[0] as { readonly project: string; readonly receivedAt: Time };
      const row = rows.project(project);
      if (row === undefined) continue;
      try {
        segments.provide(row, receivedAt);
        problems.delete(row);
      } catch (error) {
        problems.set(row, error);
        forget();
      }
    }
  }

  return {
    get lastEntry() {
      return entries.last;
    },
    commit(requests) {
      const grouped = requests.filter(({ call }) => call !== "retain");
      for (const request of requests) {
        if (request.call === "retain")
          waiting.push({ request, steps: retaining.retain(request.args[0] as Time) });
      }
      if (grouped.length === 0) return [];
      provideSegments(grouped);
      const answers = commitUrgent(grouped, group.commit(grouped, run));
      tidyUp();
      return answers;
    },
    takeGrown: () => segments.takeGrown(),
    step() {
      const next = waiting[0];
      if (next === undefined) return undefined;
      try {
        const { done, value } = next.steps.next();
        if (done !== true) return [];
        waiting.shift();
        return next.request === undefined ? [] : [{ id: next.request.id, value }];
      } catch (error) {
        waiting.shift();
        return next.request === undefined ? [] : [{ id: next.request.id, problem: toProblem(error) }];
      }
    },
    close() {
      try {
        entries.close();
      } catch {
        // The rest of the block of ids is skipped then, as after a crash.
      }
      segments.close();
    },
  };

  /** Does again with the reserve's room what makes room and failed. */
  function commitUrgent(requests: readonly Request[], answers: readonly Answer[]): readonly Answer[] {
    const failed = answers.filter(({ problem }) => problem?.kind === "failed");
    if (failed.length === 0) return answers;
    const ids = new Set(failed.map(({ id }) => id));
    const urgent = requests.filter(({ id, call }) => ids.has(id) && MAKES_ROOM.has(call));
    if (urgent.length === 0) return answers;
    const again = new Map(
      reserve.withRoom(() => group.commit(urgent, run)).map((answer) => [answer.id, answer]),
    );
    return answers.map((answer) => again.get(answer.id) ?? answer);
  }

  /** What fails here is tried again after the next group, and harms nobody until then. */
  function tidyUp(): void {
    try {
      for (const project of segments.closeFull())
        waiting.push({ request: undefined, steps: retaining.trim(project) });
      entries.reserve();
    } catch {
      forget();
    }
  }
}

/** What is done between groups, by steps, and who is to be answered at its end. */
interface Waiting {
  readonly request: Request | undefined;
  readonly steps: RetainSteps<unknown>;
}

function groupedCalls(
  main: DatabaseSync,
  rows: KnownRows,
  entries: EntryCounter,
  segments: CurrentSegments,
  problems: ReadonlyMap<number, unknown>,
  join: (database: DatabaseSync) => void,
) {
  const writes = writeWriting(main, entries);
  const existing = (project: number) => segments.existing(project);
  /** The project's segment, as a part of the group. */
  function segment(project: number): SegmentWriter {
    const current = segments.existing(project);
    if (current === undefined) {
      const cause = problems.get(project);
      const why = cause instanceof Error ? `: ${cause.message}` : "";
      throw new Error(`the segment couldn't be made${why}`, { cause });
    }
    join(current.database);
    return current;
  }
  return {
    ...throughMain({
      ...accountWriting(main),
      ...sessionWriting(main, existing),
      ...deviceWriting(main, existing),
      ...writes,
    }),
    ...batchWriting({ main, rows, entries, segment, join, updateWrites: writes.updateWrites }),
    ...markerWriting(main, rows, entries, segment),
  };

  /** Calls that write to the main file. */
  function throughMain<Calls extends Record<keyof Calls, (...args: never[]) => unknown>>(
    calls: Calls,
  ): Calls {
    const joined = Object.entries<(...args: never[]) => unknown>(calls).map(([name, call]) => [
      name,
      (...args: never[]) => {
        join(main);
        return call(...args);
      },
    ]);
    return Object.fromEntries(joined) as Calls;
  }
}
