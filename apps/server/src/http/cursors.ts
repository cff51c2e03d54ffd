/** Where a page of a list ends and the next begins: an id, so that lists stay stable while new entries arrive. Pure. */

import { ApiError } from "@wheelhouse/api";

/**
 * What to ask the storage for: one more than is shown, so that the page knows whether there is a next.
 *
 * @throws ApiError
 */
export function toPlace({ limit, cursor }: { readonly limit: number; readonly cursor?: string | undefined }) {
  return { limit: limit + 1, ...readCursor(cursor) };
}

/** What an earlier answer had as `next`. */
function readCursor(cursor: string | undefined): { readonly before?: number } {
  if (cursor === undefined) return {};
  const before = /^\d{1,16}$/.test(cursor) ? Number(cursor) : 0;
  if (!Number.isSafeInteger(before) || before < 1) {
    throw new ApiError("invalid", "expected cursor to be what an earlier answer had as next", {
      field: "cursor",
    });
  }
  return { before };
}

/** A page of what was asked for by {@link toPlace}, and where the next begins; null at the end. */
export function toPage<R>(
  records: readonly R[],
  limit: number,
  placeOf: (record: R) => number,
): { readonly shown: readonly R[]; readonly next: string | null } {
  const shown = records.slice(0, limit);
  const last = shown.at(-1);
  const next = records.length > limit && last !== undefined ? String(placeOf(last)) : null;
  return { shown, next };
}

/** What was asked for, without what wasn't. */
export function given<T extends object>(filters: T): { [K in keyof T]?: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(filters).filter(([, value]) => value !== undefined)) as {
    [K in keyof T]?: Exclude<T[K], undefined>;
  };
}
