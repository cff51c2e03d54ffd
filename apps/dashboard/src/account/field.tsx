/** A labelled field of a form, with its error beside it. */

import { useId, type ComponentProps } from "react";
import styles from "./account.module.css";

interface Props extends ComponentProps<"input"> {
  readonly label: string;
  readonly error: string | undefined;
}

export function Field({ label, error, ...input }: Props) {
  const id = useId();
  return (
    <div className={styles.field}>
      <label htmlFor={id}>{label}</label>
      <input
        {...input}
        id={id}
        aria-invalid={error !== undefined}
        aria-describedby={error === undefined ? undefined : `${id}-error`}
      />
      <p id={`${id}-error`} className={styles.fieldError} role={error === undefined ? undefined : "alert"}>
        {error}
      </p>
    </div>
  );
}
