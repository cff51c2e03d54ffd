/** Adding samples to an index, in runs, and merging runs. Everything here runs inside one transaction of the indexer. */

import type { DatabaseSync } from "node:sqlite";
import { toChunk, type Point } from "../../rules/history.ts";
import { decodeSamples, encodeSamples } from "../../rules/sample-codec.ts";
import { prepare } from "../statement.ts";
import type { SamplesByVariable } from "./samples-by-variable.ts";

export interface SampleIndexing {
  /** Adds samples as a run. */
  add(samples: SamplesByVariable): void;
  /** Makes one run of all, so that each variable's chunks are as few as can be. */
  mergeAll(): void;
}

/** Samples that a chunk has at the most. */
const CHUNK_SIZE = 512;
/** Samples of a variable that are sorted together; overlaps that are wider leave overlapping chunks. */
const SORTED_SIZE = 8 * CHUNK_SIZE;
/** Runs of one tier that become one of the next: few enough to look for a variable in each. */
const RUNS_TO_MERGE = 16;

interface Run {
  readonly number: number;
  readonly tier: number;
  readonly firstChunk: number;
  readonly lastChunk: number;
}

export function sampleIndexing(index: DatabaseSync): SampleIndexing {
  const statements = prepareAll(index);

  function addChunk(variable: number, samples: readonly Point[]): void {
    const { from, to, count, numbers, lowest, highest } = toChunk(samples);
    statements.addChunk.run(
      variable,
      from,
      to,
      count,
      numbers,
      lowest?.[1] ?? null,
      lowest?.[0] ?? null,
      highest?.[1] ?? null,
      highest?.[0] ?? null,
      encodeSamples(samples),
    );
  }

  /** Adds all chunks but for the samples that are too few for one, and gives those back. */
  function addChunks(variable: number, sorted: readonly Point[], isLast: boolean): Point[] {
    const end = isLast ? sorted.length : sorted.length - (sorted.length % CHUNK_SIZE);
    for (let first = 0; first < end; first += CHUNK_SIZE) {
      addChunk(variable, sorted.slice(first, Math.min(first + CHUNK_SIZE, end)));
    }
    return sorted.slice(end);
  }

  function addRun(tier: number, addAll: () => void): void {
    const before = statements.lastChunk.get()?.id ?? 0;
    addAll();
    const last = statements.lastChunk.get()?.id ?? 0;
    statements.addRun.run(tier, before + 1, last);
  }

  /** Runs that follow one another, oldest first. */
  function merge(runs: readonly Run[], tier: number): void {
    const [first, last] = [runs[0]?.firstChunk ?? 0, runs.at(-1)?.lastChunk ?? 0];
    addRun(tier, () => {
      let owner: number | undefined;
      let waiting: Point[] = [];
      for (const { variable, samples } of statements.chunksOf.iterate(first, last)) {
        if (owner !== undefined && owner !== variable) waiting = addChunks(owner, waiting, true);
        owner = variable;
        waiting = sortIn(waiting, decodeSamples(samples));
        if (waiting.length >= SORTED_SIZE) {
          const kept = waiting.splice(SORTED_SIZE / 2);
          waiting = [...addChunks(variable, waiting, false), ...kept];
        }
      }
      if (owner !== undefined) addChunks(owner, waiting, true);
    });
    statements.removeChunks.run(first, last);
    for (const { number } of runs) statements.removeRun.run(number);
  }

  return {
    add(samples) {
      addRun(0, () => {
        for (const [variable, points] of samples) addChunks(variable, points.sort(byTime), true);
      });
      for (let tier = 0; ; tier += 1) {
        const runs = statements.runsOf.all(tier);
        if (runs.length < RUNS_TO_MERGE) return;
        merge(runs, tier + 1);
      }
    },
    mergeAll() {
      const runs = statements.allRuns.all();
      if (runs.length > 1) merge(runs, (runs[0]?.tier ?? 0) + 1);
    },
  };
}

function prepareAll(index: DatabaseSync) {
  const run = "number, tier, first_chunk AS firstChunk, last_chunk AS lastChunk FROM runs";
  return {
    addChunk: prepare(
      index,
      `INSERT INTO chunks
         (variable, from_at, to_at, count, numbers, lowest, lowest_at, highest, highest_at, samples)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    ),
    lastChunk: prepare<{ id: number | null }>(index, "SELECT max(id) AS id FROM chunks"),
    // The new chunks have higher ids, so this never comes to them.
    chunksOf: prepare<{ variable: number; samples: Uint8Array }>(
      index,
      `SELECT variable, samples FROM chunks INDEXED BY chunks_by_variable WHERE id BETWEEN ? AND ?
       ORDER BY variable, id`,
    ),
    removeChunks: prepare(index, "DELETE FROM chunks WHERE id BETWEEN ? AND ?"),
    addRun: prepare(index, "INSERT INTO runs (tier, first_chunk, last_chunk) VALUES (?, ?, ?)"),
    runsOf: prepare<Run>(index, `SELECT ${run} WHERE tier = ? ORDER BY first_chunk`),
    allRuns: prepare<Run>(index, `SELECT ${run} ORDER BY first_chunk`),
    removeRun: prepare(index, "DELETE FROM runs WHERE number = ?"),
  };
}

const byTime = ([one]: Point, [other]: Point): number => one - other;

/** Adds what was stored later; mostly it is later too. */
function sortIn(sorted: Point[], later: readonly Point[]): Point[] {
  const isInOrder = (later[0]?.[0] ?? Infinity) >= (sorted.at(-1)?.[0] ?? -Infinity);
  for (const point of later) sorted.push(point);
  return isInOrder ? sorted : sorted.sort(byTime);
}
