/** Lists of log entries, or of markers: merged by id, oldest first, never longer than asked. Pure. */

/** Both lists without doubles, the newest `limit` of them. The first must be in order; the second may be in any. */
export function mergeEntries<E extends { readonly id: number }>(
  known: readonly E[],
  more: readonly E[],
  limit: number,
): readonly E[] {
  if (more.length === 0) return known.length <= limit ? known : known.slice(-limit);
  const byId = new Map(known.map((entry) => [entry.id, entry]));
  const newestKnown = known.at(-1)?.id ?? -1;
  let newest = newestKnown;
  let ordered = true;
  for (const entry of more) {
    ordered &&= entry.id > newest;
    newest = Math.max(newest, entry.id);
    byId.set(entry.id, entry);
  }
  const merged = [...byId.values()];
  return (ordered ? merged : merged.sort((left, right) => left.id - right.id)).slice(-limit);
}
