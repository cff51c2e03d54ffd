/**
 * Finding writes: by the rarest of what is asked for, or in order of their ids, by steps. However many there are, a step
 * goes through few of them, and by an index.
 */

import type { DatabaseSync, SQLInputValue } from "node:sqlite";
import type { WriteQuery } from "../ports.ts";
import { directionOf, timesBetween, type Direction } from "./bounds.ts";
import type { Names } from "./names.ts";
import { prepareOnce } from "./statement.ts";

/** What a step found. */
export interface FoundWrites {
  readonly ids: readonly number[];
  /** Where the next step begins, in the place of the query's `before`, or `after` where it is oldest first; null at the end. */
  readonly next: number | null;
}

export interface FindingLimits {
  /** Writes that a step goes through. */
  readonly step: number;
  /** So few are looked at one by one, whatever else they must have. */
  readonly few: number;
}

/** Some milliseconds. */
const FINDING_LIMITS: FindingLimits = { step: 5_000, few: 1_000 };

const NONE: FoundWrites = { ids: [], next: null };

export function writeFinding(main: DatabaseSync, names: Names, limits = FINDING_LIMITS) {
  const prepared = prepareOnce(main);

  function isRare({ index, sql, parameters }: Condition): boolean {
    const count = prepared<{ count: number }>(
      `SELECT count(*) AS count FROM (SELECT 1 FROM writes INDEXED BY ${index} WHERE ${sql} LIMIT ${limits.few + 1})`,
    );
    return (count.get(...parameters)?.count ?? 0) <= limits.few;
  }

  /** The ids that fit, in order; `lead` says which index they are found by. */
  function idsOf(lead: Condition, others: readonly Condition[], { low, high, order }: Range, limit: number) {
    const all = [lead, ...others];
    const where = all.map(({ sql }) => sql).join(" AND ");
    const ids = prepared<{ id: number }>(
      `SELECT id FROM writes INDEXED BY ${lead.index} WHERE ${where} AND id > ? AND id < ?
       ORDER BY id ${order} LIMIT ?`,
    );
    const parameters = all.flatMap((condition) => condition.parameters);
    return ids.all(...parameters, low, high, limit).map(({ id }) => id);
  }

  /** The last id of the step that begins where the range does, if it isn't the last step. */
  function endOfStep({ index, sql, parameters }: Condition, { low, high, order }: Range): number | undefined {
    const end = prepared<{ id: number }>(
      `SELECT id FROM writes INDEXED BY ${index} WHERE ${sql} AND id > ? AND id < ?
       ORDER BY id ${order} LIMIT 1 OFFSET ${limits.step - 1}`,
    );
    return end.get(...parameters, low, high)?.id;
  }

  function step(lead: Condition, others: readonly Condition[], range: Range, limit: number): FoundWrites {
    if (others.length === 0) return { ids: idsOf(lead, [], range, limit), next: null };
    const end = endOfStep(lead, range);
    if (end === undefined) return { ids: idsOf(lead, others, range, limit), next: null };
    const part = range.order === "DESC" ? { ...range, low: end - 1 } : { ...range, high: end + 1 };
    return { ids: idsOf(lead, others, part, limit), next: end };
  }

  return (query: WriteQuery): FoundWrites => {
    const project = names.project(query.project);
    const conditions = project === undefined ? undefined : toConditions(names, project, query);
    if (project === undefined || conditions === undefined) return NONE;
    const range = toRange(query);
    const lead = conditions.find(isRare);
    if (lead !== undefined)
      return { ids: idsOf(lead, without(conditions, lead), range, query.limit), next: null };
    const first = conditions.find(({ isInOrder }) => isInOrder) ?? ofProject(project);
    return step(first, without(conditions, first), range, query.limit);
  };
}

interface Condition {
  readonly sql: string;
  readonly parameters: readonly SQLInputValue[];
  readonly index: string;
  /** Whether the index gives ids in order. */
  readonly isInOrder: boolean;
}

/** Undefined where nothing can fit. */
function toConditions(names: Names, project: number, query: WriteQuery): readonly Condition[] | undefined {
  const { device, name, state, by, from, to } = query;
  const conditions: Condition[] = [];
  const add = (index: string, sql: string, ...parameters: SQLInputValue[]) =>
    conditions.push({ sql, parameters, index, isInOrder: true });
  if (device !== undefined && name !== undefined) {
    const variable = names.variableRow(query.project, device, name);
    if (variable === undefined) return undefined;
    add("writes_by_variable", "variable = ?", variable.row);
  } else if (device !== undefined) {
    const row = names.deviceRow(project, device);
    if (row === undefined) return undefined;
    add("writes_by_device", "device = ?", row);
  } else if (name !== undefined) {
    add("writes_by_name", "project = ? AND name = ?", project, name);
  }
  if (state !== undefined) add("writes_by_state", "project = ? AND state = ?", project, state);
  if (by !== undefined) add("writes_by_person", "project = ? AND by = ?", project, by);
  if (from === undefined && to === undefined) return conditions;
  return [...conditions, inTime(project, ...timesBetween(query))];
}

function inTime(project: number, from: number, to: number): Condition {
  const sql = "project = ? AND created_at BETWEEN ? AND ?";
  return { sql, parameters: [project, from, to], index: "writes_by_time", isInOrder: false };
}

function ofProject(project: number): Condition {
  return { sql: "project = ?", parameters: [project], index: "writes_by_project", isInOrder: true };
}

function without(conditions: readonly Condition[], condition: Condition): readonly Condition[] {
  return conditions.filter((other) => other !== condition);
}

/** Ids between the two, neither of them included. */
interface Range {
  readonly low: number;
  readonly high: number;
  readonly order: Direction;
}

function toRange({ before = Number.MAX_SAFE_INTEGER, after = 0, order }: WriteQuery): Range {
  return { low: after, high: before, order: directionOf(order) };
}
