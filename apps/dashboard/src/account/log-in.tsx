/** Logging in. */

import type { ApiClient } from "@wheelhouse/api";
import { AccountForm, textOf } from "./account-form.tsx";
import { checkCredentials } from "./credentials.ts";
import { Field } from "./field.tsx";

interface Props {
  readonly api: ApiClient;
  readonly onDone: () => Promise<void>;
}

export function LogIn({ api, onDone }: Props) {
  const read = (form: FormData) => ({ email: textOf(form, "email"), password: textOf(form, "password") });
  return (
    <AccountForm
      title="Log in"
      lead="Watch and steer your game while it runs."
      action="Log in"
      fields={["email", "password"]}
      check={(form) => checkCredentials(read(form))}
      send={async (form) => {
        await api.call("logIn", { body: read(form) });
        await onDone();
      }}
    >
      {(errors) => (
        <>
          <Field
            label="Email"
            name="email"
            type="email"
            autoComplete="username"
            autoFocus
            error={errors["email"]}
          />
          <Field
            label="Password"
            name="password"
            type="password"
            autoComplete="current-password"
            error={errors["password"]}
          />
        </>
      )}
    </AccountForm>
  );
}
