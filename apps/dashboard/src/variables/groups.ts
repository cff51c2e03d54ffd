/** Which variables are listed, under which headings. Pure. */

import type { Variable } from "@wheelhouse/api";

export interface Group {
  /** `undefined` for those that belong to none; they come first. */
  readonly title: string | undefined;
  readonly variables: readonly Variable[];
}

/** Those whose name or group holds every word of the filter, in the order they were declared. */
export function groupVariables(variables: readonly Variable[], filter: string): readonly Group[] {
  const words = filter.toLowerCase().split(/\s+/).filter(Boolean);
  const groups = new Map<string | undefined, Variable[]>([[undefined, []]]);
  for (const variable of variables) {
    const text = `${variable.name} ${variable.group ?? ""}`.toLowerCase();
    if (!words.every((word) => text.includes(word))) continue;
    const title = variable.group ?? undefined;
    groups.set(title, [...(groups.get(title) ?? []), variable]);
  }
  return [...groups]
    .filter(([, listed]) => listed.length > 0)
    .map(([title, listed]) => ({ title, variables: listed }));
}
