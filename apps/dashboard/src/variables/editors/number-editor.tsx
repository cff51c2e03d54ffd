/** A number field, with a slider where both ends are known. Arrow keys step. */

import type { Variable } from "@wheelhouse/api";
import type { KeyboardEvent } from "react";
import { decimalsOf } from "../value-text.ts";
import styles from "./editors.module.css";
import { MAIN_FIELD, toText, type EditorProps } from "./editor.ts";

export function NumberEditor({ variable, input, label, isInvalid, onInput }: EditorProps) {
  const { min, max } = variable;
  const step = stepOf(variable);

  function stepByKey(event: KeyboardEvent<HTMLInputElement>): void {
    const direction = { ArrowUp: 1, ArrowDown: -1 }[event.key];
    const value = Number(input);
    if (direction === undefined || !Number.isFinite(value)) return;
    event.preventDefault();
    const next = Math.min(max ?? Infinity, Math.max(min ?? -Infinity, value + direction * step));
    onInput(next.toFixed(Math.max(decimalsOf(step), decimalsOf(value))));
  }

  return (
    <>
      <input
        {...MAIN_FIELD}
        className={styles.number}
        inputMode={variable.kind === "integer" && (min ?? -1) >= 0 ? "numeric" : "decimal"}
        autoComplete="off"
        aria-label={label}
        aria-invalid={isInvalid}
        value={toText(input)}
        onChange={(event) => onInput(event.target.value)}
        onKeyDown={stepByKey}
      />
      {min !== null && max !== null && (
        <input
          type="range"
          className={styles.slider}
          aria-label={`${label}, slider`}
          min={min}
          max={max}
          step={step}
          value={Number.isFinite(Number(input)) ? Number(input) : min}
          onChange={(event) => onInput(event.target.value)}
        />
      )}
    </>
  );
}

/** The declared step, else a round hundredth of the range. */
function stepOf({ kind, min, max, step }: Variable): number {
  if (step !== null) return step;
  if (kind === "integer") return 1;
  if (min === null || max === null || max <= min) return 0.1;
  return 10 ** Math.max(-6, Math.floor(Math.log10((max - min) / 50)));
}
