/** Changes the password. */

import { useState } from "react";
import { useSession } from "../account/account.ts";
import { checkNewPassword, type FieldErrors } from "../account/credentials.ts";
import { Field } from "../account/field.tsx";
import { textOf } from "../account/text-of.ts";
import { RowForm } from "./row-form.tsx";
import styles from "./settings.module.css";

interface Props {
  readonly email: string;
  readonly onChanged: () => Promise<void>;
}

export function PasswordForm({ email, onChanged }: Props) {
  const { api } = useSession();
  const [isChanged, setIsChanged] = useState(false);

  async function change(form: FormData): Promise<void> {
    const body = { current: textOf(form, "current"), password: textOf(form, "password") };
    await api.call("changePassword", { body });
    setIsChanged(true);
    await onChanged();
  }

  return (
    <>
      <RowForm
        label="Change of password"
        action="Change password"
        fields={["current", "password"]}
        resets
        check={(form) => {
          setIsChanged(false);
          return check(form);
        }}
        send={change}
      >
        {(errors) => (
          <>
            {/* Tells a password manager whose password it is. */}
            <input hidden readOnly name="email" autoComplete="username" value={email} />
            <Field
              label="Current password"
              name="current"
              type="password"
              autoComplete="current-password"
              error={errors["current"]}
            />
            <Field
              label="New password"
              name="password"
              type="password"
              autoComplete="new-password"
              error={errors["password"]}
            />
          </>
        )}
      </RowForm>
      <p role="status" className={styles.done}>
        {isChanged && "The password is changed, and your other sessions have ended."}
      </p>
    </>
  );
}

function check(form: FormData): FieldErrors {
  const current = textOf(form, "current") === "" ? { current: "Enter your current password." } : {};
  return { ...current, ...checkNewPassword(textOf(form, "password")) };
}
