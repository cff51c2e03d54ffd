/** Maps of what is asked for again and again, which don't grow for ever. */

/** What is remembered of a kind at the most; what is still asked for is found again at once. */
const MOST_KNOWN = 100_000;

/** Gives the value back. A map that is full begins anew. */
export function remember<Key, Value>(known: Map<Key, Value>, key: Key, value: Value): Value {
  if (known.has(key)) return value;
  if (known.size >= MOST_KNOWN) known.clear();
  known.set(key, value);
  return value;
}
