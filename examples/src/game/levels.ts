/** The walls of bricks: a digit is how many hits a brick takes, a dot a gap. After the last level they begin anew. */

const LEVELS: readonly (readonly string[])[] = [
  ["1111111111", "1111111111", "1111111111"],
  ["2.2.22.2.2", "1111111111", ".1.1111.1.", "1111111111"],
  ["....22....", "...1111...", "..111111..", ".11111111.", "1111111111"],
  ["1.11..11.1", "1.21..12.1", "1.11..11.1", "1.11..11.1", "2222222222"],
  ["...1111...", "..122221..", ".12....21.", "..122221..", "...1111..."],
];

export const COLUMNS = 10;

/** Hits by row and column; `level` counts from 1. */
export function wallOf(level: number): number[][] {
  const rows = LEVELS[(level - 1) % LEVELS.length] ?? [];
  return rows.map((row) => Array.from(row, (brick) => (brick === "." ? 0 : Number(brick))));
}
