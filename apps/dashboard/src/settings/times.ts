/** Days and spans as the settings say them. Pure. */

import { DAY_MS, HOUR_MS } from "@wheelhouse/api";

/** How long something is to hold, as choices; `undefined` is for ever. */
export interface Span {
  readonly text: string;
  readonly ms: number | undefined;
}

export const TOKEN_SPANS: readonly Span[] = [
  { text: "30 days", ms: 30 * DAY_MS },
  { text: "90 days", ms: 90 * DAY_MS },
  { text: "a year", ms: 365 * DAY_MS },
  { text: "no end", ms: undefined },
];

export const INVITATION_SPANS: readonly Span[] = [
  { text: "a day", ms: DAY_MS },
  { text: "a week", ms: 7 * DAY_MS },
  { text: "30 days", ms: 30 * DAY_MS },
];

/** The span with that text among those. */
export function spanOf(spans: readonly Span[], text: string): number | undefined {
  return spans.find((span) => span.text === text)?.ms;
}

/** How long until then, in words; `null` has no end. */
export function formatEnd(at: number | null, now: number): string {
  if (at === null) return "never";
  const left = at - now;
  if (left <= 0) return "over";
  if (left >= 2 * DAY_MS) return `in ${Math.round(left / DAY_MS)} days`;
  if (left >= 2 * HOUR_MS) return `in ${Math.round(left / HOUR_MS)} hours`;
  return `in ${Math.ceil(left / 60_000)} min`;
}
