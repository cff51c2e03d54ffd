/** The lines that devices send again and again. */

import { diceFrom, variableNames } from "../../storage/data.ts";
import { PatchedLine } from "./patched-line.ts";
import type { LogEntry } from "./talks.ts";

/** Different ones, so that hardly a value stays as it was. */
const VALUE_LINES = 16;

export function logLines(entries: readonly LogEntry[]): readonly PatchedLine[] {
  return [new PatchedLine("logs", { entries }, false)];
}

/** Floats of so many variables. */
export function valueLines(variables: number): readonly PatchedLine[] {
  const roll = diceFrom(1);
  return Array.from({ length: VALUE_LINES }, () => {
    const values = variableNames(variables).map((name) => [name, roll(10_000) / 8]);
    return new PatchedLine("variables", { values: Object.fromEntries(values) }, true);
  });
}
