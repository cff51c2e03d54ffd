/** JSON values in a column: numbers as numbers, so that SQLite can compare them, everything else as JSON text. */

import type { JsonValue } from "@wheelhouse/protocol";

export type StoredValue = number | string;

export function toStored(value: JsonValue): StoredValue {
  return typeof value === "number" ? value : JSON.stringify(value);
}

export function fromStored(stored: StoredValue): JsonValue {
  return typeof stored === "number" ? stored : (JSON.parse(stored) as JsonValue);
}
