/** The name that a person gives something: a project, a key, a token. */

import { MAX_LABEL_LENGTH } from "@wheelhouse/api";
import type { FieldErrors } from "./credentials.ts";
import { Field } from "./field.tsx";

interface Props {
  readonly label: string;
  /** What the field is called in the form. */
  readonly name?: string;
  readonly placeholder?: string;
  readonly defaultValue?: string;
  readonly errors: FieldErrors;
}

export function NameField({ name = "name", errors, ...rest }: Props) {
  return <Field {...rest} name={name} maxLength={MAX_LABEL_LENGTH} autoComplete="off" error={errors[name]} />;
}
