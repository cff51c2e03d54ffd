/** The very first screen: account, project and device key in one step. */

import type { ApiClient } from "@wheelhouse/api";
import { AccountForm, textOf } from "../account/account-form.tsx";
import { checkNewCredentials, type FieldErrors } from "../account/credentials.ts";
import { Field } from "../account/field.tsx";

interface Props {
  readonly api: ApiClient;
  readonly onDone: () => Promise<void>;
}

export function FirstAccount({ api, onDone }: Props) {
  return (
    <AccountForm
      title="Welcome aboard"
      lead="Make the first account and a project for your game. It takes one step."
      action="Create account"
      fields={["email", "password", "project"]}
      check={check}
      send={async (form) => {
        await api.call("register", { body: read(form) });
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
            autoComplete="new-password"
            error={errors["password"]}
          />
          <Field
            label="Project name"
            name="project"
            defaultValue="My game"
            maxLength={100}
            autoComplete="off"
            error={errors["project"]}
          />
        </>
      )}
    </AccountForm>
  );
}

function read(form: FormData) {
  return {
    email: textOf(form, "email"),
    password: textOf(form, "password"),
    project: textOf(form, "project"),
  };
}

function check(form: FormData): FieldErrors {
  const { project, ...credentials } = read(form);
  const errors = checkNewCredentials(credentials);
  return project.trim() === "" ? { ...errors, project: "Give your project a name." } : errors;
}
