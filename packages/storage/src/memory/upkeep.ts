/** Retention and status in memory. It has no segments, so it drops entry by entry, and only what is too old or too much. */

import type { Dropped, ProjectRecord, ProjectStatus, StorageStatus, Time } from "../ports.ts";
import type { MemoryDisk } from "./disk.ts";

export function upkeepCalls(disk: MemoryDisk) {
  return {
    retain(now: Time): Dropped {
      const dropped = [...disk.projects.values()].map((project) => retainProject(disk, project, now));
      return {
        segments: dropped.filter((bytes) => bytes > 0).length,
        bytes: dropped.reduce((sum, bytes) => sum + bytes, 0),
        missing: [],
        damaged: [],
        damagedIndexes: 0,
      };
    },
    status(): StorageStatus {
      const projects = [...disk.projects.keys()].map((project) => statusOf(disk, project));
      const oldest = projects.flatMap(({ oldestAt }) => (oldestAt === null ? [] : [oldestAt]));
      return {
        bytes: projects.reduce((sum, { bytes }) => sum + bytes, 0),
        segments: projects.reduce((sum, { segments }) => sum + segments, 0),
        oldestAt: oldest.length === 0 ? null : Math.min(...oldest),
        indexLagEntries: 0,
        indexLagSamples: 0,
        projects,
      };
    },
  };
}

/** A log entry, marker or sample, as far as it matters here. */
interface Kept {
  readonly receivedAt: Time;
  /** A log entry's and a marker's. */
  readonly id?: number;
  /** A sample's. */
  readonly number?: number;
}

function keptOf(disk: MemoryDisk, project: string): readonly Kept[] {
  const ofProject = (entry: { readonly project: string }) => entry.project === project;
  const samples = [...disk.devices.values()]
    .filter(({ record }) => ofProject(record))
    .flatMap(({ variables }) => [...variables.values()].flatMap((variable) => variable.samples));
  return [...disk.logs.filter(ofProject), ...disk.markers.filter(ofProject), ...samples];
}

function statusOf(disk: MemoryDisk, project: string): ProjectStatus {
  const kept = keptOf(disk, project);
  if (kept.length === 0) return { project, bytes: 0, segments: 0, oldestAt: null };
  const oldestAt = kept.reduce((oldest, { receivedAt }) => Math.min(oldest, receivedAt), Infinity);
  return { project, bytes: sizeOf(kept), segments: 1, oldestAt };
}

function retainProject(disk: MemoryDisk, { id, retention }: ProjectRecord, now: Time): number {
  const { maxAgeMs, maxBytes } = retention;
  const oldestFirst = keptOf(disk, id).toSorted((one, other) => one.receivedAt - other.receivedAt);
  let bytes = sizeOf(oldestFirst);
  const dropped = new Set<Kept>();
  for (const entry of oldestFirst) {
    const isTooOld = maxAgeMs !== null && entry.receivedAt < now - maxAgeMs;
    const isTooMuch = maxBytes !== null && bytes > maxBytes;
    if (!isTooOld && !isTooMuch) break;
    dropped.add(entry);
    bytes -= sizeOf([entry]);
  }
  drop(disk, id, dropped);
  const last = { entry: 0, sample: 0, ...disk.droppedThrough.get(id) };
  for (const entry of dropped) {
    if (entry.id !== undefined) last.entry = Math.max(last.entry, entry.id);
    if (entry.number !== undefined) last.sample = Math.max(last.sample, entry.number);
  }
  disk.droppedThrough.set(id, last);
  return sizeOf([...dropped]);
}

function drop(disk: MemoryDisk, project: string, dropped: ReadonlySet<Kept>): void {
  const isKept = (entry: Kept) => !dropped.has(entry);
  disk.logs = disk.logs.filter(isKept);
  disk.markers = disk.markers.filter(isKept);
  for (const { record, variables } of disk.devices.values()) {
    if (record.project !== project) continue;
    for (const variable of variables.values()) variable.samples = variable.samples.filter(isKept);
  }
}

/** What entries would take as text: near enough for a limit. */
function sizeOf(entries: readonly Kept[]): number {
  return entries.reduce((sum, entry) => sum + JSON.stringify(entry).length, 0);
}
