/** JSON as it is stored: values as numbers where they are, so that SQLite can compare them, everything else as text. */

import type { JsonObject, JsonValue } from "@wheelhouse/protocol";

export type StoredValue = number | string;

export function toStored(value: JsonValue): StoredValue {
  return typeof value === "number" ? value : JSON.stringify(value);
}

export function fromStored(stored: StoredValue): JsonValue {
  return typeof stored === "number" ? stored : (JSON.parse(stored) as JsonValue);
}

export function toFieldsText(fields: JsonObject | null): string | null {
  return fields === null ? null : JSON.stringify(fields);
}

export function fromFieldsText(text: string | null): JsonObject | null {
  return text === null ? null : (JSON.parse(text) as JsonObject);
}
