/** Logging in. */

import type { ApiClient } from "@wheelhouse/api";
import type { ReactNode } from "react";
import { AccountForm } from "./account-form.tsx";
import { CredentialFields } from "./credential-fields.tsx";
import { checkCredentials, readCredentials } from "./credentials.ts";

interface Props {
  readonly api: ApiClient;
  readonly lead?: string;
  readonly onDone: () => Promise<void>;
  readonly footer?: ReactNode;
}

export function LogIn({ api, lead = "Watch and steer your game while it runs.", onDone, footer }: Props) {
  return (
    <AccountForm
      title="Log in"
      lead={lead}
      action="Log in"
      fields={["email", "password"]}
      check={(form) => checkCredentials(readCredentials(form))}
      send={async (form) => {
        await api.call("logIn", { body: readCredentials(form) });
        await onDone();
      }}
      footer={footer}
    >
      {(errors) => <CredentialFields errors={errors} password="current-password" />}
    </AccountForm>
  );
}
