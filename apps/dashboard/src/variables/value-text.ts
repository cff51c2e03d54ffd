/** A variable's value as the table shows it: short, and of steady width while it changes. Pure. */

import type { Variable } from "@wheelhouse/api";
import { formatValue, kindOf, type JsonValue, type KindName } from "@wheelhouse/protocol";

const MAX_DECIMALS = 3;
const MAX_LENGTH = 120;

export function isNumeric(kind: KindName): boolean {
  return kind === "integer" || kind === "float";
}

/** `step` says how many decimals matter. */
export function toValueText({ kind, step }: Pick<Variable, "kind" | "step">, value: JsonValue): string {
  const parsed = kindOf(kind).parse(value);
  if (kind === "float" && typeof parsed === "number") return toDecimals(parsed, step);
  if (kind === "vector" && Array.isArray(parsed))
    return parsed.map((part: JsonValue) => toDecimals(Number(part), step)).join(", ");
  const text = formatValue(kind, value);
  return text.length > MAX_LENGTH ? `${text.slice(0, MAX_LENGTH - 1)}…` : text;
}

function toDecimals(value: number, step: number | null): string {
  if (value !== 0 && (Math.abs(value) < 10 ** -MAX_DECIMALS || Math.abs(value) >= 1e12))
    return value.toPrecision(4);
  if (step !== null) return value.toFixed(decimalsOf(step));
  return String(Number(value.toFixed(MAX_DECIMALS)));
}

/** How many decimals a step has: 2 for 0.25. */
export function decimalsOf(step: number): number {
  return Math.min(6, /\.(\d+)$/.exec(String(step))?.[1]?.length ?? 0);
}
