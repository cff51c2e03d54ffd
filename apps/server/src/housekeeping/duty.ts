/** What one of the housekeeper's duties is. */

import type { Context, RuntimeEvent, Verbs } from "@wheelhouse/actors";
import type { Losses } from "@wheelhouse/storage";

/** A duty can't be done, since storing fails, or can again. */
export type DutyEvent =
  | { readonly type: "housekeeping:failing"; readonly duty: string; readonly error: Error }
  | { readonly type: "housekeeping:works_again"; readonly duty: string }
  /** Data is lost that nobody dropped. */
  | ({ readonly type: "housekeeping:lost" } & Losses);

export function isDutyEvent(event: RuntimeEvent): event is DutyEvent & RuntimeEvent {
  return event.type.startsWith("housekeeping:");
}

/** Something to be done again and again. One that fails to store is tried again when it is due next. */
export interface Duty {
  readonly name: string;
  /** From the end of one time to the beginning of the next. */
  readonly everyMs: number;
  perform(ctx: Verbs & Pick<Context, "emit">): Promise<void>;
}
