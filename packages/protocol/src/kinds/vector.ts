/** A few numbers that belong together. */

import { jsonEqual } from "../json.ts";
import type { Kind } from "./kind.ts";
import { float } from "./number.ts";

/** Two to four numbers; declared limits hold for each. */
export const vector: Kind<readonly number[]> = {
  expects: "a list of 2 to 4 numbers",
  parse(input) {
    if (!Array.isArray(input) || input.length < 2 || input.length > 4) return undefined;
    return input.every((item) => typeof item === "number" && Number.isFinite(item))
      ? (input as readonly number[])
      : undefined;
  },
  constrain(value, limits) {
    for (const item of value) {
      const misfit = float.constrain?.(item, limits);
      if (misfit !== undefined) return misfit;
    }
    return undefined;
  },
  format: (value) => JSON.stringify(value),
  equal: jsonEqual,
};
