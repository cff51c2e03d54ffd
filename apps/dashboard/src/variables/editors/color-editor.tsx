/** A colour as text, with the system's picker beside it. */

import styles from "./editors.module.css";
import { MAIN_FIELD, toText, type EditorProps } from "./editor.ts";

export function ColorEditor({ input, label, isInvalid, onInput }: EditorProps) {
  const text = toText(input);
  return (
    <>
      <input
        type="color"
        className={styles.picker}
        aria-label={`${label}, picker`}
        value={toPickable(text)}
        onChange={(event) => onInput(event.target.value + text.slice(7, 9))}
      />
      <input
        {...MAIN_FIELD}
        className={styles.number}
        autoComplete="off"
        spellCheck={false}
        aria-label={label}
        aria-invalid={isInvalid}
        value={text}
        onChange={(event) => onInput(event.target.value)}
      />
    </>
  );
}

/** The picker knows only `#rrggbb`; a transparency keeps standing in the text. */
function toPickable(text: string): string {
  if (/^#[0-9a-f]{3}$/i.test(text)) return `#${text.slice(1).replaceAll(/./g, "$&$&")}`;
  return /^#[0-9a-f]{6}/i.test(text) ? text.slice(0, 7) : "#000000";
}
