/** What one of the housekeeper's duties is. */

import type { Verbs } from "@wheelhouse/actors";

/** Something to be done again and again. One that fails to store is tried again when it is due next. */
export interface Duty {
  readonly name: string;
  /** From the end of one time to the beginning of the next. */
  readonly everyMs: number;
  perform(ctx: Verbs): Promise<void>;
}
