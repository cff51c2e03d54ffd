/** Lists that come a page at a time. Pure but for what it asks. */

import { MAX_LIMIT } from "@wheelhouse/api";

export interface PageRequest {
  readonly limit: number;
  readonly cursor?: string;
}

export interface Page<Entry> {
  readonly entries: readonly Entry[];
  readonly next: string | null;
}

/** So many of the newest entries, oldest first as they are read. */
export async function readNewest<Entry>(
  count: number,
  ask: (page: PageRequest) => Promise<Page<Entry>>,
): Promise<readonly Entry[]> {
  const found: Entry[] = [];
  let cursor: string | null | undefined;
  while (found.length < count && cursor !== null) {
    const limit = Math.min(MAX_LIMIT, count - found.length);
    const page: Page<Entry> = await ask(cursor === undefined ? { limit } : { limit, cursor });
    found.push(...page.entries);
    cursor = page.next;
  }
  return found.toReversed();
}
