/** JSON in columns: values as numbers where they are, so that SQLite can compare them, everything else as text. */

import type { JsonValue } from "@wheelhouse/protocol";

export type StoredValue = number | string;

export function toStored(value: JsonValue): StoredValue {
  return typeof value === "number" ? value : JSON.stringify(value);
}

export function fromStored(stored: StoredValue): JsonValue {
  return typeof stored === "number" ? stored : (JSON.parse(stored) as JsonValue);
}
