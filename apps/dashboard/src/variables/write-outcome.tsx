/** What became of a variable's last write, and taking it back: cancelling what is open, setting back what was applied. */

import type { Variable, Write } from "@wheelhouse/api";
import { Undo2, X } from "lucide-react";
import { isFinal } from "../live/writes.ts";
import { Button } from "../shell/button.tsx";
import type { DraftActions } from "./use-drafts.ts";
import { toValueText } from "./value-text.ts";
import styles from "./variables.module.css";
import { WriteChip } from "./write-chip.tsx";

interface Props {
  readonly variable: Variable;
  readonly write: Write;
  readonly actions: DraftActions;
}

export function WriteOutcome({ variable, write, actions }: Props) {
  return (
    <div className={styles.outcome}>
      <WriteChip variable={variable} write={write} />
      {!isFinal(write.state) && (
        <Button
          look="icon"
          onClick={() => actions.cancel(write)}
          aria-label={`Cancel the write of ${variable.name}`}
          title="Cancel"
        >
          <X size={12} />
        </Button>
      )}
      {write.state === "applied" && write.from !== null && (
        <Button
          look="icon"
          onClick={() => actions.revert(variable, write)}
          aria-label={`Set ${variable.name} back`}
          title={`Set back to ${toValueText(variable, write.from)}`}
        >
          <Undo2 size={12} />
        </Button>
      )}
    </div>
  );
}
