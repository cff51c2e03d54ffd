/** A choice of the declared options. */

import styles from "./editors.module.css";
import { MAIN_FIELD, toText, type EditorProps } from "./editor.ts";

export function EnumEditor({ variable, input, label, onInput }: EditorProps) {
  const options = variable.options ?? [];
  const value = toText(input);
  return (
    <select
      {...MAIN_FIELD}
      className={styles.text}
      aria-label={label}
      value={value}
      onChange={(event) => onInput(event.target.value)}
    >
      {!options.includes(value) && (
        <option value={value} disabled>
          {value}
        </option>
      )}
      {options.map((option) => (
        <option key={option}>{option}</option>
      ))}
    </select>
  );
}
