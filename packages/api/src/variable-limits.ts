/** A variable's limits as the kinds of `@wheelhouse/protocol` take them. Pure. */

import type { Limits } from "@wheelhouse/protocol";
import type { Variable } from "./entities.ts";

/** Those that it has: here they are absent rather than null. */
export function limitsOf({ min, max, step, options }: Variable): Limits {
  return {
    ...(min === null ? {} : { min }),
    ...(max === null ? {} : { max }),
    ...(step === null ? {} : { step }),
    ...(options === null ? {} : { options }),
  };
}
