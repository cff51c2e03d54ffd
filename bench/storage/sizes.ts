/** Sizes given on the command line, as `--name 1000`. */

import { parseArgs } from "node:util";

/** The sizes with those that were given in the place of the defaults. */
export function sizesFrom<Sizes extends Readonly<Record<keyof Sizes, number>>>(
  args: readonly string[],
  defaults: Sizes,
): Sizes {
  const names = Object.keys(defaults);
  const { values } = parseArgs({
    args: [...args],
    options: Object.fromEntries(names.map((name) => [name, { type: "string" as const }])),
  });
  const given = Object.entries(values).map(([name, text]) => [name, toCount(name, String(text))]);
  return { ...defaults, ...Object.fromEntries(given) } as Sizes;
}

function toCount(name: string, text: string): number {
  const count = Number(text);
  if (Number.isSafeInteger(count) && count > 0) return count;
  throw new TypeError(`expected --${name} to be a positive integer, got: ${text}`);
}
