/** Text. */

import type { Kind } from "./kind.ts";

export const string: Kind<string> = {
  expects: "text",
  parse: (input) => (typeof input === "string" ? input : undefined),
  format: (value) => value,
  equal: (left, right) => left === right,
};
