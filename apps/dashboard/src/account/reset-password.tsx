/** What the link of a lost password opens: sets a new one, and one is in. */

import type { Answer, ApiClient } from "@wheelhouse/api";
import { AccountForm } from "./account-form.tsx";
import { checkNewPassword } from "./credentials.ts";
import { Field } from "./field.tsx";
import { RefusedLink } from "./refused-link.tsx";
import { textOf } from "./text-of.ts";
import { useLinked } from "./use-linked.ts";

interface Props {
  readonly api: ApiClient;
  readonly secret: string;
  readonly isLoggedIn: boolean;
  readonly onDone: () => Promise<void>;
}

export function ResetPassword({ api, secret, isLoggedIn, onDone }: Props) {
  const state = useLinked(api, secret, read);
  if (state.step === "asking") return null;
  if (state.step === "refused") return <RefusedLink what="link" {...state} isLoggedIn={isLoggedIn} />;
  const { email } = state.found;
  return (
    <AccountForm
      title="A new password"
      lead={`For ${email}. With the old password, every session and every token of this account ends.`}
      action="Set password"
      fields={["password"]}
      check={(form) => checkNewPassword(textOf(form, "password"))}
      send={async (form) => {
        await api.call("resetPassword", { body: { reset: secret, password: textOf(form, "password") } });
        await onDone();
      }}
    >
      {(errors) => (
        <>
          {/* Tells a password manager whose password it is. */}
          <input hidden readOnly name="email" autoComplete="username" value={email} />
          <Field
            label="New password"
            name="password"
            type="password"
            autoComplete="new-password"
            autoFocus
            error={errors["password"]}
          />
        </>
      )}
    </AccountForm>
  );
}

function read(api: ApiClient, secret: string, signal: AbortSignal): Promise<Answer<"readPasswordReset">> {
  return api.call("readPasswordReset", { body: { reset: secret }, signal });
}
