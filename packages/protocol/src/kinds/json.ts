/** Values of any shape. */

import { jsonEqual } from "../json.ts";
import type { Kind } from "./kind.ts";

/** Any JSON value, as it is. */
export const json: Kind = {
  expects: "a JSON value",
  parse: (input) => input,
  format: (value) => JSON.stringify(value),
  equal: jsonEqual,
};
