/** What can be said of an email and a password before the server is asked. Pure. */

import { MAX_PASSWORD_LENGTH, MIN_PASSWORD_LENGTH } from "@wheelhouse/api";
import { textOf } from "./text-of.ts";

export interface Credentials {
  readonly email: string;
  readonly password: string;
}

/** A message by field. */
export type FieldErrors = Readonly<Record<string, string>>;

const EMAIL = /^[^\s@]+@[^\s@]+$/;

export function readCredentials(form: FormData): Credentials {
  return { email: textOf(form, "email"), password: textOf(form, "password") };
}

export function checkNewCredentials({ email, password }: Credentials): FieldErrors {
  return { ...checkEmail(email), ...checkNewPassword(password) };
}

/** For an account that begins with a project of its own. */
export function checkNewAccount(form: FormData): FieldErrors {
  return { ...checkNewCredentials(readCredentials(form)), ...checkName("project", textOf(form, "project")) };
}

/** For a log-in, where rules about new passwords don't matter. */
export function checkCredentials({ email, password }: Credentials): FieldErrors {
  return { ...checkEmail(email), ...(password === "" ? { password: "Enter your password." } : {}) };
}

export function checkEmail(email: string): FieldErrors {
  return EMAIL.test(email.trim()) ? {} : { email: "Enter an email address, like ann@example.com." };
}

/** The name of a project, a key or a token. */
export function checkName(field: string, name: string): FieldErrors {
  return name.trim() === "" ? { [field]: "Give it a name." } : {};
}

export function checkNewPassword(password: string): FieldErrors {
  if (password.length < MIN_PASSWORD_LENGTH)
    return { password: `Use at least ${MIN_PASSWORD_LENGTH} characters.` };
  if (password.length > MAX_PASSWORD_LENGTH)
    return { password: `Use at most ${MAX_PASSWORD_LENGTH} characters.` };
  return {};
}
