/** JSON as text; it grows while it is edited. Enter makes a new line, Ctrl-Enter sends. */

import styles from "./editors.module.css";
import { MAIN_FIELD, toText, type EditorProps } from "./editor.ts";

export function JsonEditor({ input, label, isInvalid, onInput }: EditorProps) {
  return (
    <textarea
      {...MAIN_FIELD}
      className={styles.json}
      spellCheck={false}
      aria-label={label}
      aria-invalid={isInvalid}
      value={toText(input)}
      onChange={(event) => onInput(event.target.value)}
    />
  );
}
