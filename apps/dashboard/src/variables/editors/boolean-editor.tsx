/** A switch. */

import styles from "./editors.module.css";
import { MAIN_FIELD, type EditorProps } from "./editor.ts";

export function BooleanEditor({ input, label, onInput }: EditorProps) {
  return (
    <button
      {...MAIN_FIELD}
      type="button"
      role="switch"
      className={styles.switch}
      aria-label={label}
      aria-checked={input === true}
      onClick={() => onInput(input !== true)}
    />
  );
}
