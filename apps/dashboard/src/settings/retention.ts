/** Retention between what the API says and what a person reads and types: days and gigabytes. Pure. */

import { DAY_MS, type ProjectDetails } from "@wheelhouse/api";
import type { FieldErrors } from "../account/credentials.ts";

export type Retention = ProjectDetails["retention"];

/** The names of the fields, as the API names them in a refusal. */
export const AGE_FIELD = "retention.maxAgeMs";
export const SIZE_FIELD = "retention.maxBytes";

const GB_BYTES = 1_000_000_000;

export interface RetentionText {
  readonly days: string;
  readonly gigabytes: string;
}

export function toRetentionText({ maxAgeMs, maxBytes }: Retention): RetentionText {
  return { days: toText(maxAgeMs, DAY_MS), gigabytes: toText(maxBytes, GB_BYTES) };
}

/** The retention that was typed, or what is wrong with it. A text that wasn't touched is what was before, to the last digit. */
export function parseRetention(
  { days, gigabytes }: RetentionText,
  before: Retention,
): Retention | FieldErrors {
  const maxAgeMs = parse(days, DAY_MS, before.maxAgeMs);
  const maxBytes = parse(gigabytes, GB_BYTES, before.maxBytes);
  if (maxAgeMs !== undefined && maxBytes !== undefined) return { maxAgeMs, maxBytes };
  return {
    ...(maxAgeMs === undefined ? { [AGE_FIELD]: "Enter a number of days above 0, or nothing." } : {}),
    ...(maxBytes === undefined ? { [SIZE_FIELD]: "Enter a number of gigabytes above 0, or nothing." } : {}),
  };
}

export function isRetention(parsed: Retention | FieldErrors): parsed is Retention {
  return "maxAgeMs" in parsed && "maxBytes" in parsed;
}

/** Whether less is kept than before, so that something may be deleted. */
export function isTighter(next: Retention, before: Retention): boolean {
  const isLess = (now: number | null, then: number | null): boolean => (now ?? Infinity) < (then ?? Infinity);
  return isLess(next.maxAgeMs, before.maxAgeMs) || isLess(next.maxBytes, before.maxBytes);
}

function toText(amount: number | null, unit: number): string {
  return amount === null ? "" : String(Number((amount / unit).toFixed(6)));
}

/** `null` for nothing, `undefined` for what isn't an amount. */
function parse(text: string, unit: number, before: number | null): number | null | undefined {
  if (text === toText(before, unit)) return before;
  const trimmed = text.trim().replace(",", ".");
  if (trimmed === "") return null;
  const amount = Math.round(Number(trimmed) * unit);
  return Number.isSafeInteger(amount) && amount > 0 ? amount : undefined;
}
