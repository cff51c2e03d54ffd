/** How writes are shown, and what became of those that were just made. */

import type { Answer, WriteState } from "@wheelhouse/api";
import { CommandError } from "./errors.ts";
import { printRows, type Listing, type Style } from "./output.ts";
import type { Terminal } from "./terminal.ts";

type ChangeAnswer = Extract<Answer<"changeVariables">, { readonly writes: unknown }>;

/** What became of one variable of a change; without its device where that goes without saying. */
export type WriteResult = ChangeAnswer["writes"][number] & { readonly device?: string };

/** A device of which nothing was changed. */
export interface Refused {
  readonly device: string;
  readonly error: string;
}

const STYLES: Readonly<Record<WriteState, Style>> = {
  pending: "yellow",
  sent: "yellow",
  applied: "green",
  rejected: "red",
  expired: "red",
  cancelled: "dim",
  replaced: "dim",
};

export function styleOfState(state: WriteState): Style {
  return STYLES[state];
}

/** A value of a write, whose variable's kind isn't known here. */
export function showWritten(value: unknown): string {
  if (value === null) return "";
  return typeof value === "string" ? value : JSON.stringify(value);
}

/**
 * Prints what became of a change.
 *
 * @throws CommandError, which says no more, unless all of it was applied.
 */
export async function printResults(
  terminal: Terminal,
  asJson: boolean,
  results: readonly (WriteResult | Refused)[],
): Promise<void> {
  await printRows(terminal, asJson, results, LISTING);
  if (!results.every((result) => "state" in result && result.state === "applied")) throw new CommandError("");
}

const LISTING: Listing<WriteResult | Refused> = {
  empty: "nothing was changed",
  columns: [
    { title: "device", cell: ({ device }) => device ?? "", style: () => "bold" },
    { title: "variable", cell: (row) => ("error" in row ? "" : row.name) },
    { title: "wanted", cell: (row) => ("error" in row ? "" : showWritten(row.value)) },
    {
      title: "state",
      cell: (row) => ("error" in row ? "refused" : row.state),
      style: (row) => ("error" in row ? "red" : styleOfState(row.state)),
    },
    { title: "is now", cell: (row) => ("error" in row ? "" : showWritten(row.applied)) },
    { title: "why", cell: (row) => ("error" in row ? row.error : (row.reason ?? "")) },
  ],
};
