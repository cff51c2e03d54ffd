/** Device keys as they are listed: those in use first, then those revoked; each the newest first. Pure. */

import type { DeviceKey } from "@wheelhouse/api";

export function orderKeys(keys: readonly DeviceKey[]): readonly DeviceKey[] {
  return keys.toSorted(
    (a, b) => Number(a.revokedAt !== null) - Number(b.revokedAt !== null) || b.createdAt - a.createdAt,
  );
}
