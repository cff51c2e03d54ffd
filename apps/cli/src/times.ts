/** Times as they are shown and as people say them. Pure. */

import { DAY_MS, HOUR_MS } from "@wheelhouse/api";
import { wrongUsage } from "./errors.ts";

const UNITS_MS: Readonly<Record<string, number>> = {
  s: 1_000,
  m: 60_000,
  h: HOUR_MS,
  d: DAY_MS,
  w: 7 * DAY_MS,
};

/** `Date.parse` takes much that nobody can have meant. */
const ISO_8601 = /^\d{4}-\d\d(?:-\d\d(?:T\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?:Z|[+-]\d\d:\d\d)?)?)?$/;

/**
 * A moment as a person says it: `10m` ago, or a date as ISO 8601 has it.
 *
 * @throws CommandError
 */
export function readMoment(flag: string, text: string, now: number): number {
  const { count, unit = "" } = /^(?<count>\d{1,6})(?<unit>[smhdw])$/.exec(text)?.groups ?? {};
  const date = ISO_8601.test(text) ? Date.parse(text) : Number.NaN;
  const at = count === undefined ? date : now - Number(count) * (UNITS_MS[unit] ?? 0);
  if (Number.isNaN(at) || at < 0)
    throw wrongUsage(`expected ${flag} to be like 10m, 2h, 3d or 2026-01-31T12:00:00Z, got: ${text}`);
  return at;
}

/** How long that is, to one unit: `3 min`. */
export function formatSpan(ms: number): string {
  const seconds = Math.max(0, Math.floor(ms / 1_000));
  if (seconds < 120) return `${seconds} s`;
  if (seconds < 2 * 3_600) return `${Math.floor(seconds / 60)} min`;
  if (seconds < 2 * 86_400) return `${Math.floor(seconds / 3_600)} h`;
  return `${Math.floor(seconds / 86_400)} d`;
}

/** For a person, in their own time: `2026-01-31 13:00:00.250`. */
export function formatLocal(at: number): string {
  const date = new Date(at);
  const two = (part: number): string => String(part).padStart(2, "0");
  const day = `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;
  const milliseconds = String(date.getMilliseconds()).padStart(3, "0");
  return `${day} ${two(date.getHours())}:${two(date.getMinutes())}:${two(date.getSeconds())}.${milliseconds}`;
}

/** For a program: ISO 8601, UTC; what no date can be stays a number. */
export function formatIso(at: number): string {
  const date = new Date(at);
  return Number.isNaN(date.getTime()) ? String(at) : date.toISOString();
}
