/** Buttons. */

import type { JsonValue } from "../json.ts";
import { boolean } from "./boolean.ts";
import type { Kind } from "./kind.ts";

/** A button: its one value is `true`, which presses it, and which its device reports when it went off. */
export const trigger: Kind<true> = {
  expects: "true, which presses it",
  parse: (input: JsonValue) => (boolean.parse(input) === true ? true : undefined),
  format: String,
  equal: Object.is,
};
