/** Calls by their names. */

import type { Request } from "./messages.ts";

/** The main thread's `ask` is typed by the same table, so the name is in it and the arguments fit. */
export function runFrom(calls: object): (request: Request) => unknown {
  const table = calls as Readonly<Record<string, (...args: readonly unknown[]) => unknown>>;
  return ({ call, args }) => table[call]?.(...args);
}
