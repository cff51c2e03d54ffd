/** What a runtime tells of itself. Libraries emit events; only programs log. */

import type { ExitReason } from "./exit-reason.ts";
import type { Ref } from "./protocol.ts";

/** A reference that can be shown: `Room#12`. */
export interface LabelledRef extends Ref {
  readonly label: string;
}

/** How many generations a crash report goes back. */
export const MAX_ANCESTORS = 16;

/** An event of something built on processes; its type begins with the name of what that is: `net:connection_ended`. */
export interface ProgramEvent {
  readonly type: `${string}:${string}`;
}

export type RuntimeEvent =
  | ProgramEvent
  | {
      readonly type: "process_started";
      readonly process: LabelledRef;
      readonly parent: LabelledRef | undefined;
    }
  | { readonly type: "process_ended"; readonly process: LabelledRef; readonly reason: ExitReason }
  /**
   * A handler threw, or asked to stop with a reason that isn't clean. `state` went through the definition's `format` and
   * `args` through its `formatArgs`, where it has them.
   */
  | {
      readonly type: "crash";
      readonly process: LabelledRef;
      /** What it said of itself with `setLabel`. */
      readonly label: string | undefined;
      /** Who started it, who started that one, and so on: so many as {@link MAX_ANCESTORS}. */
      readonly ancestors: readonly LabelledRef[];
      readonly reason: ExitReason;
      /** What was handled: `call join`, `init`, `terminate`. */
      readonly message: string;
      /** What came with it. */
      readonly args: readonly unknown[];
      readonly state: unknown;
    }
  | { readonly type: "unknown_message"; readonly process: LabelledRef; readonly message: string }
  | {
      readonly type: "child_restarted";
      readonly supervisor: Ref;
      readonly child: string;
      readonly reason: ExitReason;
    }
  | {
      readonly type: "supervisor_gave_up";
      readonly supervisor: Ref;
      readonly child: string;
      readonly reason: ExitReason;
    };
