/** Times in words, for people. Pure. */

/** ISO 8601 in UTC: `2025-11-24T16:00:00.000Z`. One that no calendar has stays a number. */
export function toIsoTime(at: number): string {
  // oxlint-disable-next-line no-restricted-globals -- the calendar, not the clock
  const date = new Date(at);
  return Number.isNaN(date.valueOf()) ? String(at) : date.toISOString();
}
