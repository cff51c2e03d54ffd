/** A short form in a row: its fields, its button, and a refusal beneath. */

import type { ReactNode } from "react";
import type { FieldErrors } from "../account/credentials.ts";
import { useForm, type FormOptions } from "../account/use-form.ts";
import { Button } from "../shell/button.tsx";
import { RefusalLine } from "./refusal-line.tsx";
import styles from "./settings.module.css";

interface Props extends FormOptions {
  /** What the form is called for who doesn't see it. */
  readonly label: string;
  readonly action: string;
  readonly children: (errors: FieldErrors) => ReactNode;
}

export function RowForm({ label, action, children, ...options }: Props) {
  const { errors, refusal, isSending, onSubmit } = useForm(options);
  return (
    <form noValidate className={styles.form} aria-label={label} onSubmit={onSubmit}>
      <div className={styles.fields}>
        {children(errors)}
        <Button look="primary" type="submit" disabled={isSending}>
          {action}
        </Button>
      </div>
      <RefusalLine text={refusal} />
    </form>
  );
}
