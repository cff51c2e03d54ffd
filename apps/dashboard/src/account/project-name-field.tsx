/** The name of a project that comes with a new account. */

import type { FieldErrors } from "./credentials.ts";
import { Field } from "./field.tsx";

export function ProjectNameField({ errors }: { readonly errors: FieldErrors }) {
  return (
    <Field
      label="Project name"
      name="project"
      defaultValue="My game"
      maxLength={100}
      autoComplete="off"
      error={errors["project"]}
    />
  );
}
