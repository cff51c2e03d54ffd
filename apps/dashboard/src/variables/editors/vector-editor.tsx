/** One field for each part of a vector. */

import styles from "./editors.module.css";
import { MAIN_FIELD, toText, type EditorProps } from "./editor.ts";

const PARTS = ["x", "y", "z", "w"];

export function VectorEditor({ input, label, isInvalid, onInput }: EditorProps) {
  const parts: readonly string[] = Array.isArray(input) ? input.map(toText) : [];
  return parts.map((part, index) => (
    <input
      {...(index === 0 ? MAIN_FIELD : {})}
      key={PARTS[index]}
      className={styles.part}
      inputMode="decimal"
      autoComplete="off"
      aria-label={`${label}, ${PARTS[index]}`}
      aria-invalid={isInvalid}
      value={part}
      onChange={(event) => onInput(parts.with(index, event.target.value))}
    />
  ));
}
