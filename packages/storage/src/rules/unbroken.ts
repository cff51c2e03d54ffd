/** What pages that together are to be everything need. */

import { DroppedSinceError, type UnbrokenQuery } from "../ports.ts";

interface UnbrokenPage extends UnbrokenQuery {
  readonly after?: number;
}

/**
 * Sees to it that nothing was dropped of what comes after the page before; `oldest` gives the first that is kept, an
 * entry's id or a sample's number, and is asked only where it matters.
 *
 * @throws DroppedSinceError
 */
export function checkUnbroken({ unbroken, after = 0 }: UnbrokenPage, oldest: () => number | undefined): void {
  if (unbroken === true && after > 0 && (oldest() ?? Infinity) > after + 1)
    throw new DroppedSinceError("what comes next was dropped since the page before");
}
