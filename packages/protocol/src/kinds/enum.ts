/** One of some texts. */

import type { Kind } from "./kind.ts";
import { string } from "./string.ts";

/** One of the declared `options`. */
export const enumeration: Kind<string> = {
  ...string,
  expects: "one of the declared options",
  constrain(value, { options = [] }) {
    return options.includes(value)
      ? undefined
      : { misfit: "invalid", expected: `one of ${options.join(", ")}` };
  },
};
