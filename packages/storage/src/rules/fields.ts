/** The fields of log entries and markers as they are stored: JSON, or nothing. */

import type { JsonObject } from "@wheelhouse/protocol";

export function toFieldsText(fields: JsonObject | null): string | null {
  return fields === null ? null : JSON.stringify(fields);
}

export function fromFieldsText(text: string | null): JsonObject | null {
  return text === null ? null : (JSON.parse(text) as JsonObject);
}
