/** Making an account after the first: with an invitation, or freely where the server is open to everybody. */

import type { ApiClient } from "@wheelhouse/api";
import type { ReactNode } from "react";
import { AccountForm } from "./account-form.tsx";
import { CredentialFields } from "./credential-fields.tsx";
import { checkNewAccount, checkNewCredentials, readCredentials } from "./credentials.ts";
import { ProjectNameField } from "./project-name-field.tsx";
import { textOf } from "./text-of.ts";

interface Props {
  readonly api: ApiClient;
  readonly title: string;
  readonly lead: string;
  /** The secret of the invitation, where there is one. */
  readonly invitation?: string;
  /** Whether the account begins with a project of its own. */
  readonly takesProject: boolean;
  /** Told the project that one is in now. */
  readonly onDone: (project: string) => Promise<void>;
  readonly footer: ReactNode;
}

export function SignUp({ api, title, lead, invitation, takesProject, onDone, footer }: Props) {
  async function send(form: FormData): Promise<void> {
    const own = takesProject ? { project: textOf(form, "project") } : {};
    const { project } = await api.call("register", {
      body: { ...readCredentials(form), ...own, invitation },
    });
    await onDone(project.id);
  }

  return (
    <AccountForm
      title={title}
      lead={lead}
      action="Create account"
      fields={["email", "password", "project"]}
      check={(form) => (takesProject ? checkNewAccount(form) : checkNewCredentials(readCredentials(form)))}
      send={send}
      footer={footer}
    >
      {(errors) => (
        <>
          <CredentialFields errors={errors} password="new-password" />
          {takesProject && <ProjectNameField errors={errors} />}
        </>
      )}
    </AccountForm>
  );
}
