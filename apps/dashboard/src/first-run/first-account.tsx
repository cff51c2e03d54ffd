/** The very first screen: account, project and device key in one step. */

import type { ApiClient } from "@wheelhouse/api";
import { AccountForm } from "../account/account-form.tsx";
import { CredentialFields } from "../account/credential-fields.tsx";
import { checkNewAccount, readCredentials, type FieldErrors } from "../account/credentials.ts";
import { Field } from "../account/field.tsx";
import { ProjectNameField } from "../account/project-name-field.tsx";
import { textOf } from "../account/text-of.ts";

interface Props {
  readonly api: ApiClient;
  /** Whether the server wants proof that this is who started it, as it does from another machine. */
  readonly needsCode: boolean;
  /** Told the new project. */
  readonly onDone: (project: string) => Promise<void>;
}

export function FirstAccount({ api, needsCode, onDone }: Props) {
  return (
    <AccountForm
      title="Welcome aboard"
      lead="Make the first account and a project for your game. It takes one step."
      action="Create account"
      fields={["email", "password", "project", ...(needsCode ? ["code"] : [])]}
      check={(form) => ({ ...checkNewAccount(form), ...(needsCode ? checkCode(form) : {}) })}
      send={async (form) => {
        const code = needsCode ? { code: textOf(form, "code").trim() } : {};
        const body = { ...readCredentials(form), project: textOf(form, "project"), ...code };
        const { project } = await api.call("register", { body });
        await onDone(project.id);
      }}
    >
      {(errors) => (
        <>
          {needsCode && <CodeField error={errors["code"]} />}
          <CredentialFields errors={errors} password="new-password" autoFocus={!needsCode} />
          <ProjectNameField errors={errors} />
        </>
      )}
    </AccountForm>
  );
}

function CodeField({ error }: { readonly error: string | undefined }) {
  return (
    <Field
      label="One-time code"
      hint="The server printed it where it was started, in the line that begins with “code”."
      name="code"
      autoComplete="one-time-code"
      autoCapitalize="characters"
      spellCheck={false}
      maxLength={100}
      autoFocus
      error={error}
    />
  );
}

function checkCode(form: FormData): FieldErrors {
  return textOf(form, "code").trim() === "" ? { code: "Enter the code that the server printed." } : {};
}
