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
import { retention, type Retaining } from "./retention.ts";
import { runFrom } from "./run-call.ts";
import { currentSegments, type CurrentSegments, type SegmentLimits } from "./segments/current-segments.ts";
import { removeOrphans } from "./segments/segment-file.ts";
import { segmentList } from "./segments/segment-list.ts";
import type { SegmentWriter } from "./segments/segment-writer.ts";
import { sessionWriting } from "./sessions.ts";
import { writeWriting } from "./writes.ts";

export type WriterCalls = ReturnType<typeof groupedCalls> & {
  retain(now: Time): Dropped;
};

export interface Writer {
  readonly lastEntry: number;
  /** Answers a group, and does what is due after it. */
  commit(requests: readonly Request[]): readonly Answer[];
  /** Takes one step of what waits to be done between groups. Undefined when nothing waits. */
  step(): readonly Answer[] | undefined;
  close(): void;
}

export function openWriter(main: DatabaseSync, folder: string, limits: SegmentLimits): Writer {
  const rows = knownRows(main);
  const group = groupCommit(main, { settle: () => segments.flush(), onUndone: forget });
  const entries: EntryCounter = entryCounter(main, group.join);
  const segments = currentSegments(main, folder, limits, () => entries.last);
  const retaining: Retaining = retention(main, folder, segments);
  /** Why a project has no segment, by its row. */
  const problems = new Map<number, unknown>();
  const run = runFrom(groupedCalls(main, rows, entries, segments, problems, group.join));
  const waiting: { readonly request: Request; readonly steps: Iterator<void, Dropped> }[] = [];
  removeOrphans(folder, segmentList(main).all());
  entries.reserve();

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
      const answers = group.commit(grouped, run);
      tidyUp();
      return answers;
    },
    step() {
      const next = waiting[0];
      if (next === undefined) return undefined;
      try {
        const { done, value } = next.steps.next();
        if (done !== true) return [];
        waiting.shift();
        return [{ id: next.request.id, value }];
      } catch (error) {
        waiting.shift();
        return [{ id: next.request.id, problem: toProblem(error) }];
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

  /** What fails here is tried again after the next group, and harms nobody until then. */
  function tidyUp(): void {
    try {
      segments.closeFull();
      entries.reserve();
    } catch {
      forget();
    }
  }
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
