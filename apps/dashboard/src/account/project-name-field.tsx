/** The name of a project that comes with a new account. */

import type { FieldErrors } from "./credentials.ts";
import { NameField } from "./name-field.tsx";

export function ProjectNameField({ errors }: { readonly errors: FieldErrors }) {
  return <NameField label="Project name" name="project" defaultValue="My game" errors={errors} />;
}
