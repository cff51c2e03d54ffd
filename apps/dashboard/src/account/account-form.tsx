/** What making an account and logging in share: the frame, the button, and where a refusal is shown. */

import type { ReactNode } from "react";
import { Button } from "../shell/button.tsx";
import styles from "./account.module.css";
import { Card } from "./card.tsx";
import type { FieldErrors } from "./credentials.ts";
import { useForm, type FormOptions } from "./use-form.ts";

interface Props extends FormOptions {
  readonly title: string;
  readonly lead: ReactNode;
  readonly action: string;
  readonly children: (errors: FieldErrors) => ReactNode;
  /** What stands below: another way. */
  readonly footer?: ReactNode;
}

export function AccountForm({ title, lead, action, children, footer, ...options }: Props) {
  const { errors, refusal, isSending, onSubmit } = useForm(options);
  return (
    <Card title={title} lead={lead}>
      <form noValidate onSubmit={onSubmit}>
        {children(errors)}
        <Button look="primary" type="submit" className={styles.action} disabled={isSending}>
          {action}
        </Button>
        <p className={styles.refusal} role="alert">
          {refusal}
        </p>
      </form>
      {footer}
    </Card>
  );
}
