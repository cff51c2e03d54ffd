/** The two fields of an account. */

import type { FieldErrors } from "./credentials.ts";
import { Field } from "./field.tsx";

interface Props {
  readonly errors: FieldErrors;
  /** What a password manager is told: to make up a password, or to fill in the known one. */
  readonly password: "new-password" | "current-password";
  readonly autoFocus?: boolean;
}

export function CredentialFields({ errors, password, autoFocus = true }: Props) {
  return (
    <>
      <Field
        label="Email"
        name="email"
        type="email"
        autoComplete="username"
        autoFocus={autoFocus}
        error={errors["email"]}
      />
      <Field
        label="Password"
        name="password"
        type="password"
        autoComplete={password}
        error={errors["password"]}
      />
    </>
  );
}
