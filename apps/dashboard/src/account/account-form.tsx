/** What making an account and logging in share: the frame, sending, and where a refusal is shown. */

import { useState, type ReactNode } from "react";
import { Button } from "../shell/button.tsx";
import { Mark } from "../shell/mark.tsx";
import styles from "./account.module.css";
import type { FieldErrors } from "./credentials.ts";
import { toRefusalText } from "./refusal.ts";

interface Props {
  readonly title: string;
  readonly lead: string;
  readonly action: string;
  /** The names of the fields shown, so that a refusal of another stands under the form. */
  readonly fields: readonly string[];
  /** What is wrong before the server is asked. */
  readonly check: (form: FormData) => FieldErrors;
  readonly send: (form: FormData) => Promise<void>;
  readonly children: (errors: FieldErrors) => ReactNode;
}

export function AccountForm({ title, lead, action, fields, check, send, children }: Props) {
  const [errors, setErrors] = useState<FieldErrors>({});
  const [refusal, setRefusal] = useState("");
  const [isSending, setIsSending] = useState(false);

  async function submit(form: FormData): Promise<void> {
    const found = check(form);
    setErrors(found);
    setRefusal("");
    if (Object.keys(found).length > 0) return;
    setIsSending(true);
    try {
      await send(form);
    } catch (error) {
      const { message, field } = toRefusalText(error);
      if (field !== undefined && fields.includes(field)) setErrors({ [field]: message });
      else setRefusal(message);
    } finally {
      setIsSending(false);
    }
  }

  return (
    <main className={styles.page}>
      <form
        className={styles.form}
        noValidate
        onSubmit={(event) => {
          event.preventDefault();
          void submit(new FormData(event.currentTarget));
        }}
      >
        <div className={styles.brand}>
          <Mark size={40} />
          <span>Wheelhouse</span>
        </div>
        <h1>{title}</h1>
        <p className={styles.lead}>{lead}</p>
        {children(errors)}
        <Button look="primary" type="submit" className={styles.action} disabled={isSending}>
          {action}
        </Button>
        <p className={styles.refusal} role="alert">
          {refusal}
        </p>
      </form>
    </main>
  );
}

/** The text of a form's field. */
export function textOf(form: FormData, name: string): string {
  const entry = form.get(name);
  return typeof entry === "string" ? entry : "";
}
