/** A line of text. */

import styles from "./editors.module.css";
import { MAIN_FIELD, toText, type EditorProps } from "./editor.ts";

export function StringEditor({ input, label, isInvalid, onInput }: EditorProps) {
  return (
    <input
      {...MAIN_FIELD}
      className={styles.text}
      autoComplete="off"
      spellCheck={false}
      aria-label={label}
      aria-invalid={isInvalid}
      value={toText(input)}
      onChange={(event) => onInput(event.target.value)}
    />
  );
}
