/** Which name somebody may have meant who wrote another. Pure. */

/** How many letters may be wrong. */
const MOST_WRONG = 2;
/** Of longer ones nobody could say what was meant, and to look would take its time. */
const LONGEST_NAME = 40;

/** The name that takes the fewest changes to come to, if one takes but a few; case counts for nothing, nor do dashes and underscores. */
export function nearestOf(written: string, names: readonly string[]): string | undefined {
  if (written.length > LONGEST_NAME) return undefined;
  const bare = written.toLowerCase().replaceAll(/[_-]/g, "");
  let nearest: string | undefined;
  let fewest = Math.min(MOST_WRONG, Math.floor(written.length / 2)) + 1;
  for (const name of names) {
    const changes = distance(bare, name.toLowerCase());
    if (changes >= fewest) continue;
    nearest = name;
    fewest = changes;
  }
  return nearest;
}

/** Levenshtein's: letters to put in, take away or replace. */
function distance(from: string, to: string): number {
  let row = Array.from({ length: to.length + 1 }, (_, column) => column);
  for (const [line, letter] of from.split("").entries()) {
    const next = [line + 1];
    for (let column = 1; column <= to.length; column += 1) {
      const replaced = (row[column - 1] as number) + (letter === to[column - 1] ? 0 : 1);
      next.push(Math.min(replaced, (row[column] as number) + 1, (next[column - 1] as number) + 1));
    }
    row = next;
  }
  return row[to.length] as number;
}
