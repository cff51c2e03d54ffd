/** Storing what a device said, in memory: everything is checked first, so that a batch is stored whole or not at all. */

import type { DeviceBatch, StoredBatch } from "../ports.ts";
import { unknownSession, unknownVariable } from "../rules/arguments.ts";
import { toLogRecords } from "../rules/logs.ts";
import { toMarkerRecords } from "../rules/markers.ts";
import type { Sample } from "../rules/new-samples.ts";
import {
  findDevice,
  seeDevice,
  type MemoryDisk,
  type StoredDevice,
  type StoredSession,
  type VariableWithHistory,
} from "./disk.ts";
import { updateWrites } from "./writes.ts";

export function batchCalls(disk: MemoryDisk) {
  return {
    append(batch: DeviceBatch): StoredBatch {
      const session = findSession(disk, batch);
      const device = findDevice(disk, batch);
      const samples = batch.samples.unpack();
      checkSamples(device, batch.declarations, samples);
      session.acknowledged = Math.max(session.acknowledged, batch.seq ?? 0);
      session.missed += batch.missed;
      session.seenAt = Math.max(session.seenAt, batch.receivedAt);
      seeDevice(device, batch.receivedAt);
      declare(device, batch.declarations);
      for (const sample of samples) addSample(disk, device.variables.get(sample.name), sample);
      const logs = toLogRecords(batch, disk.lastEntry + 1);
      const markers = toMarkerRecords(batch, disk.lastEntry + 1 + logs.length);
      disk.lastEntry += logs.length + markers.length;
      for (const log of logs) disk.logs.push(log);
      disk.markers.push(...markers);
      return { logs, markers, writes: updateWrites(disk, batch.writes) };
    },
  };
}

function findSession(disk: MemoryDisk, batch: DeviceBatch): StoredSession {
  const session = disk.sessions.get(batch.session);
  if (session?.project !== batch.project || session.device !== batch.device)
    throw unknownSession(batch.device);
  return session;
}

function checkSamples(
  device: StoredDevice,
  declarations: DeviceBatch["declarations"],
  samples: readonly Sample[],
): void {
  const declared = new Set(declarations.map(({ declaration }) => declaration.name));
  const unknown = samples.find(({ name }) => !declared.has(name) && !device.variables.has(name));
  if (unknown !== undefined) throw unknownVariable(unknown.name);
}

function declare(device: StoredDevice, declarations: DeviceBatch["declarations"]): void {
  for (const { declaration, type } of declarations) {
    const known = device.variables.get(declaration.name);
    if (known === undefined) {
      device.variables.set(declaration.name, { declaration, type, reported: null, samples: [] });
    } else {
      known.declaration = declaration;
      known.type = type;
    }
  }
}

function addSample(disk: MemoryDisk, variable: VariableWithHistory | undefined, sample: Sample): void {
  if (variable === undefined) return;
  disk.lastSample += 1;
  const { value, at, receivedAt, backlog } = sample;
  const later = variable.samples.findLastIndex((stored) => stored.at <= at) + 1;
  variable.samples.splice(later, 0, { number: disk.lastSample, at, receivedAt, value });
  if (!backlog) variable.reported = { value, at, receivedAt };
}
