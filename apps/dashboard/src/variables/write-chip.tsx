/** The state of a variable's newest write. */

import type { Variable, Write } from "@wheelhouse/api";
import { classNames } from "../shell/class-names.ts";
import styles from "./variables.module.css";
import { toWriteText } from "./write-text.ts";

export function WriteChip({ variable, write }: { readonly variable: Variable; readonly write: Write }) {
  const { tone, text, detail } = toWriteText(variable, write);
  return (
    <span
      className={classNames(styles.chip, styles[tone])}
      role="status"
      data-state={write.state}
      aria-label={`Write of ${variable.name}: ${text}`}
      title={detail}
    >
      {text}
    </span>
  );
}
