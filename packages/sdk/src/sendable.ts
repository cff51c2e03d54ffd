/** Whether a value that a game hands over can be sent as JSON, whatever its type promised. */

import type { JsonValue } from "@wheelhouse/protocol";

/** False for what JSON can't hold: `NaN`, infinities, `undefined`, functions, big integers, circles. */
export function isSendable(value: unknown): value is JsonValue {
  switch (typeof value) {
    case "string":
    case "boolean":
      return true;
    case "number":
      return Number.isFinite(value);
    case "object":
      return value === null || isSerializable(value);
    default:
      return false;
  }
}

function isSerializable(value: object): boolean {
  try {
    return JSON.stringify(value) !== undefined;
  } catch {
    return false;
  }
}
