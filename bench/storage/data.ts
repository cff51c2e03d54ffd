/** A storage in a temporary folder, and what fills it. */

import {
  KEEP_ALL,
  NewLogs,
  NewSamples,
  type DeviceAddress,
  type DeviceBatch,
  type NewLogEntry,
  type Sample,
  type Storage,
} from "@wheelhouse/storage";
import { openSqliteStorage } from "@wheelhouse/storage/sqlite";
import { mkdtemp, readdir, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

export const PROJECT = "p-bench";
/** The first moment of all data: 2025-11-24. */
export const STARTS_AT = 1_763_985_600_000;

export interface Filled {
  readonly folder: string;
  /** The one that is open now. */
  readonly storage: Storage;
  reopen(): Promise<void>;
}

/** Gives a storage with one project to a measurement, and removes it after that. */
export async function withStorage<Result>(measure: (filled: Filled) => Promise<Result>): Promise<Result> {
  const folder = await mkdtemp(join(tmpdir(), "wheelhouse-bench-"));
  let storage = await openSqliteStorage({ folder });
  const filled: Filled = {
    folder,
    get storage() {
      return storage;
    },
    async reopen() {
      await storage.close();
      storage = await openSqliteStorage({ folder });
    },
  };
  try {
    await register(storage);
    return await measure(filled);
  } finally {
    await storage.close();
    await rm(folder, { recursive: true });
  }
}

async function register({ accounts }: Storage): Promise<void> {
  const createdAt = STARTS_AT;
  await accounts.register(
    { id: "u-bench", email: "bench@example.org", passwordHash: "none", createdAt },
    { id: PROJECT, name: "Bench", createdAt, retention: KEEP_ALL },
    { id: "k-bench", project: PROJECT, key: "benchbenchbe", name: "first", createdAt, revokedAt: null },
  );
}

export function variableNames(count: number): readonly string[] {
  return Array.from({ length: count }, (_, index) => `variable-${index}`);
}

/** A device that speaks. */
export interface Speaker extends DeviceAddress {
  readonly session: string;
}

/** Devices with one session each, and float variables of these names. */
export async function addSpeakers(
  { devices }: Storage,
  count: number,
  variables: readonly string[] = [],
): Promise<readonly Speaker[]> {
  const speakers = Array.from({ length: count }, (_, index) => ({
    project: PROJECT,
    device: `device-${index}`,
    session: `session-${index}`,
  }));
  const declarations = variables.map((name) => ({
    declaration: { name, kind: "float" as const, writable: false },
    type: null,
  }));
  await Promise.all(
    speakers.map(async (speaker) => {
      const { session, ...address } = speaker;
      await devices.openSession({ ...address, newSession: session, at: STARTS_AT, resumeAfter: 0 });
      if (declarations.length > 0) await devices.append(batchOf(speaker, STARTS_AT, { declarations }));
    }),
  );
  return speakers;
}

export interface Said extends Partial<Omit<DeviceBatch, "logs" | "samples">> {
  readonly samples?: readonly Sample[];
  readonly logs?: readonly NewLogEntry[];
}

export function batchOf(
  speaker: Speaker,
  receivedAt: number,
  { samples = [], logs = [], ...said }: Said,
): DeviceBatch {
  const nothing = { missed: 0, declarations: [], markers: [], writes: [] };
  const readings = samples.map(({ name, value, ...times }) => ({ names: [name], values: [value], ...times }));
  const packed = { logs: NewLogs.of(logs), samples: NewSamples.of(readings) };
  return { ...speaker, ...nothing, ...packed, receivedAt, ...said };
}

export function sampleOf(name: string, value: number, at: number): Sample {
  return { name, value, at, receivedAt: at, backlog: false };
}

/** In about every second message. */
export const COMMON_WORD = "player";
/** In every {@link RARE_EACH}th. */
export const RARE_WORD = "zanzibar";
const RARE_EACH = 500_000;
const MESSAGE_LETTERS = 120;

/** Log entries as a game might write them: words, numbers, now and then a warning. The same at each run. */
export function logsOf(first: number, count: number, at: (index: number) => number): readonly NewLogEntry[] {
  return Array.from({ length: count }, (_, offset) => {
    const index = first + offset;
    const time = at(index);
    return {
      at: time,
      receivedAt: time,
      level: index % 97 === 0 ? "error" : index % 31 === 0 ? "warn" : "info",
      message: messageOf(index),
      fields: null,
    };
  });
}

const WORDS =
  "enemy boss fight loaded texture shader frame network packet lost reconnect level spawn pickup fuel low engine".split(
    " ",
  );

function messageOf(index: number): string {
  const roll = diceFrom(index);
  let message = index % RARE_EACH === RARE_EACH / 2 ? RARE_WORD : roll(2) === 0 ? COMMON_WORD : "camera";
  while (message.length < MESSAGE_LETTERS) {
    message += roll(3) === 0 ? ` ${roll(100_000)}` : ` ${WORDS[roll(WORDS.length)]}`;
  }
  return message.slice(0, MESSAGE_LETTERS);
}

/** Numbers that look random and follow from the seed. */
export function diceFrom(seed: number): (sides: number) => number {
  let state = Math.imul(seed + 1, 2_654_435_761) >>> 0;
  return (sides) => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0;
    return (state >>> 8) % sides;
  };
}

/** Answers of `status` that are waited for at the most, with a rest between two of them. */
const MOST_ANSWERS = 100_000;
const REST_MS = 100;

/** Resolves once all is in the index. */
export async function indexed({ devices }: Storage): Promise<void> {
  for (let answers = 0; answers < MOST_ANSWERS; answers += 1) {
    const { indexLagEntries, indexLagSamples } = await devices.status();
    if (indexLagEntries + indexLagSamples === 0) return;
    await new Promise((resolve) => setTimeout(resolve, REST_MS));
  }
  throw new Error("expected the indexer to be done by now");
}

/** Resolves once the indexes of closed segments are as small as they become: then only what is current has logs. */
export async function finished({ folder, storage }: Filled): Promise<void> {
  for (let answers = 0; answers < MOST_ANSWERS; answers += 1) {
    await storage.devices.status();
    const names = await readdir(join(folder, "segments"), { recursive: true });
    const logs = names.filter((name) => name.endsWith("-wal"));
    const sizes = await Promise.all(
      logs.map(async (name) => (await stat(join(folder, "segments", name))).size),
    );
    if (sizes.filter((size) => size > 0).length <= LOGS_OF_CURRENT) return;
    await new Promise((resolve) => setTimeout(resolve, REST_MS));
  }
  throw new Error("expected the indexes to be finished by now");
}

/** The current segment's own, and its index's. */
const LOGS_OF_CURRENT = 2;

export async function bytesIn(folder: string): Promise<number> {
  const names = await readdir(folder, { recursive: true });
  const sizes = await Promise.all(
    names.map(async (name) => {
      const entry = await stat(join(folder, name));
      return entry.isFile() ? entry.size : 0;
    }),
  );
  return sizes.reduce((sum, size) => sum + size, 0);
}
