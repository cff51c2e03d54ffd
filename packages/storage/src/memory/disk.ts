/** What a memory storage keeps: it outlives the storage, as a disk outlives the process. */

import type { JsonValue, VariableDeclaration } from "@wheelhouse/protocol";
import { randomUUID } from "node:crypto";
import { unknownDevice, unknownProject, unknownUser } from "../rules/arguments.ts";
import type {
  DeviceAddress,
  DeviceKeyRecord,
  DeviceRecord,
  InvitationRecord,
  KnownDeviceRecord,
  LogEntryRecord,
  MarkerRecord,
  PasswordResetRecord,
  ProjectRecord,
  RoleName,
  StoredVariable,
  Time,
  TokenRecord,
  UserRecord,
  WebSessionRecord,
  WriteRecord,
} from "../ports.ts";

/** Data in memory, to be given to one storage after the other. */
export interface MemoryDisk {
  readonly epoch: string;
  readonly users: Map<string, UserRecord>;
  readonly projects: Map<string, ProjectRecord>;
  members: { readonly user: string; readonly project: string; readonly role: RoleName }[];
  readonly keys: Map<string, DeviceKeyRecord>;
  /** The first account. */
  admin: string | undefined;
  /** By hash, as known devices, tokens, invitations and password resets are. */
  readonly webSessions: Map<string, WebSessionRecord>;
  readonly knownDevices: Map<string, KnownDeviceRecord>;
  readonly tokens: Map<string, TokenRecord>;
  readonly invitations: Map<string, InvitationRecord>;
  readonly passwordResets: Map<string, PasswordResetRecord>;
  /** By {@link deviceKey}. */
  readonly devices: Map<string, StoredDevice>;
  readonly sessions: Map<string, StoredSession>;
  /** By rising id. */
  logs: LogEntryRecord[];
  /** By rising id. */
  markers: MarkerRecord[];
  /** By rising id. */
  readonly writes: Map<number, WriteRecord>;
  lastEntry: number;
  lastSample: number;
  /** The last that retention took, by project. */
  readonly droppedThrough: Map<string, { readonly entry: number; readonly sample: number }>;
}

export interface StoredDevice {
  record: DeviceRecord;
  lastSet: number;
  /** Its writes that are each variable's newest, by the variable's name, and those that are open: so that none goes through all. */
  readonly newestWrites: Map<string, number>;
  readonly openWrites: Set<number>;
  readonly variables: Map<string, VariableWithHistory>;
}

export interface VariableWithHistory {
  declaration: VariableDeclaration;
  type: string | null;
  reported: StoredVariable["reported"];
  /** By `at`, those of one time in order of storing. */
  samples: StoredSample[];
}

export interface StoredSample {
  /** Rises in order of storing. */
  readonly number: number;
  readonly at: Time;
  readonly receivedAt: Time;
  readonly value: JsonValue;
}

export interface StoredSession extends DeviceAddress {
  readonly id: string;
  /** Rises in the order they began. */
  readonly number: number;
  readonly startedAt: Time;
  seenAt: Time;
  endedAt: Time | null;
  reason: string | null;
  endedForGood: boolean;
  acknowledged: number;
  missed: number;
}

/** An empty disk. A simulation that must repeat itself gives the epoch. */
export function memoryDisk(epoch: string = randomUUID()): MemoryDisk {
  return {
    epoch,
    users: new Map(),
    projects: new Map(),
    members: [],
    keys: new Map(),
    admin: undefined,
    webSessions: new Map(),
    knownDevices: new Map(),
    tokens: new Map(),
    invitations: new Map(),
    passwordResets: new Map(),
    devices: new Map(),
    sessions: new Map(),
    logs: [],
    markers: [],
    writes: new Map(),
    lastEntry: 0,
    lastSample: 0,
    droppedThrough: new Map(),
  };
}

/** A device's place in `devices`; the length keeps two pairs of ids apart that read the same when joined. */
export function deviceKey({ project, device }: DeviceAddress): string {
  return `${project.length}:${project}/${device}`;
}

/** @throws TypeError for one that isn't stored. */
export function findUser(disk: MemoryDisk, id: string): UserRecord {
  const user = disk.users.get(id);
  if (user === undefined) throw unknownUser(id);
  return user;
}

/** @throws TypeError for one that isn't stored. */
export function findProject(disk: MemoryDisk, id: string): ProjectRecord {
  const project = disk.projects.get(id);
  if (project === undefined) throw unknownProject(id);
  return project;
}

/** @throws TypeError for one that isn't stored. */
export function findDevice(disk: MemoryDisk, address: DeviceAddress): StoredDevice {
  const device = disk.devices.get(deviceKey(address));
  if (device === undefined) throw unknownDevice(address.device);
  return device;
}

export function takeEntry(disk: MemoryDisk): number {
  disk.lastEntry += 1;
  return disk.lastEntry;
}

export function seeDevice(device: StoredDevice, at: Time): void {
  device.record = { ...device.record, lastSeen: Math.max(device.record.lastSeen, at) };
}
