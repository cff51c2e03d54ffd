/** The right part of a writable variable's row: its editor, what can be done with a draft, and what became of the last write. */

import type { Variable } from "@wheelhouse/api";
import type { JsonValue } from "@wheelhouse/protocol";
import { X } from "lucide-react";
import { useId, useState, type FocusEvent, type KeyboardEvent } from "react";
import { Button } from "../shell/button.tsx";
import { classNames } from "../shell/class-names.ts";
import { readInput, toInput, type Draft } from "./drafts.ts";
import { EDITORS } from "./editors/index.ts";
import type { DraftActions } from "./use-drafts.ts";
import styles from "./variables.module.css";
import { WriteOutcome } from "./write-outcome.tsx";

interface Props {
  readonly variable: Variable;
  readonly draft: Draft | undefined;
  readonly actions: DraftActions;
}

export function DraftCell({ variable, draft, actions }: Props) {
  const { name } = variable;
  const [frozen, setFrozen] = useState<JsonValue>();
  const problemId = useId();
  const read = draft && readInput(variable, draft.input);
  const problem = draft?.refusal ?? (read && "code" in read ? read.message : undefined);
  const Editor = EDITORS[variable.kind];

  function edit(input: JsonValue): void {
    actions.edit(name, input);
    if (variable.kind === "trigger") actions.send(name, input);
  }

  function send(): void {
    if (read === undefined || "code" in read || draft?.isSending) return;
    setFrozen(undefined);
    actions.send(name, read.value);
  }

  function discard(): void {
    setFrozen(undefined);
    actions.discard(name);
  }

  function keyDown(event: KeyboardEvent): void {
    if (draft === undefined) return;
    const isTyping = event.target instanceof HTMLTextAreaElement && !event.ctrlKey && !event.metaKey;
    const isOnButton = event.target instanceof HTMLButtonElement && event.target.role !== "switch";
    if (event.key === "Escape") discard();
    else if (event.key === "Enter" && !isTyping && !isOnButton) send();
    else return;
    event.preventDefault();
    event.stopPropagation();
  }

  // A field that is about to be typed in holds still, though the device's value goes on changing.
  const focus = (): void => setFrozen((before) => before ?? toInput(variable));
  const blur = (event: FocusEvent): void => {
    if (!event.currentTarget.contains(event.relatedTarget)) setFrozen(undefined);
  };

  return (
    <>
      <td role="cell" className={styles.editorCell} onKeyDown={keyDown} onFocus={focus} onBlur={blur}>
        <div
          className={classNames(styles.editor, draft && styles.drafted)}
          aria-describedby={problem === undefined ? undefined : problemId}
        >
          <Editor
            variable={variable}
            input={draft?.input ?? frozen ?? toInput(variable)}
            label={`New value of ${name}`}
            isInvalid={problem !== undefined}
            onInput={edit}
          />
        </div>
        {problem !== undefined && (
          <p id={problemId} className={styles.problem} role="alert">
            {problem}
          </p>
        )}
      </td>
      <td role="cell" className={styles.outcomeCell} onKeyDown={keyDown}>
        {draft === undefined ? (
          variable.desired !== null && (
            <WriteOutcome variable={variable} write={variable.desired} actions={actions} />
          )
        ) : (
          <div className={styles.draftActions}>
            <Button
              look="primary"
              disabled={problem !== undefined || draft.isSending}
              onClick={send}
              aria-label={`Set ${name}`}
            >
              Set
            </Button>
            <Button
              look="icon"
              onClick={discard}
              aria-label={`Discard draft of ${name}`}
              title="Discard (Esc)"
            >
              <X size={14} />
            </Button>
          </div>
        )}
      </td>
    </>
  );
}
