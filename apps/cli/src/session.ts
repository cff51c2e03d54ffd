/** A log-in for one errand: what a token may not do takes the password, which is kept nowhere. */

import type { ApiClient } from "@wheelhouse/api";
import { createClient, type Connection } from "./connection.ts";
import { wrongUsage } from "./errors.ts";
import type { Terminal } from "./terminal.ts";

export interface PasswordOptions {
  readonly passwordStdin?: boolean;
}

/** Asks for a password, or reads it from the input where it is told to. */
export async function readPassword(
  terminal: Terminal,
  { passwordStdin = false }: PasswordOptions,
  question: string,
): Promise<string> {
  if (passwordStdin) {
    const password = (await terminal.readInput()).replace(/\r?\n$/, "");
    if (password === "") throw wrongUsage("expected a password on the input, got: nothing");
    return password;
  }
  if (terminal.prompts === undefined)
    throw wrongUsage("expected a terminal to ask for the password, or --password-stdin");
  return terminal.prompts.password(question);
}

/** A password that is going to be one: where it is typed unseen, twice. */
export async function readNewPassword(
  terminal: Terminal,
  options: PasswordOptions,
  question: string,
): Promise<string> {
  const password = await readPassword(terminal, options, question);
  if (options.passwordStdin === true) return password;
  if ((await terminal.prompts?.password("The same once more")) !== password)
    throw wrongUsage("expected the same password twice");
  return password;
}

/** The same as {@link withSession} for whoever is logged in here, whose password it asks for. */
export async function withOwnSession<Result>(
  terminal: Terminal,
  { api, url }: Connection,
  options: PasswordOptions,
  errand: (api: ApiClient) => Promise<Result>,
): Promise<Result> {
  const { email } = (await api.call("me", {})).user;
  const password = await readPassword(terminal, options, `Password of ${email}`);
  return withSession(terminal, url, { email, password }, errand);
}

const LOG_OUT_MS = 2_000;

/** Logs in, does the errand, and logs out again, however it went. */
export async function withSession<Result>(
  terminal: Terminal,
  url: string,
  credentials: { readonly email: string; readonly password: string },
  errand: (api: ApiClient) => Promise<Result>,
): Promise<Result> {
  const cookies = new Map<string, string>();
  const api = createClient(terminal, url, {
    async fetch(input, init) {
      const cookie = [...cookies].map(([name, value]) => `${name}=${value}`).join("; ");
      const headers = new Headers(init?.headers);
      headers.set("cookie", cookie);
      const response = await fetch(input, { ...init, headers });
      for (const header of response.headers.getSetCookie()) {
        const [, name = "", value = ""] = /^([^=]+)=([^;]*)/.exec(header) ?? [];
        cookies.set(name, value);
      }
      return response;
    },
  });
  await api.call("logIn", { body: credentials });
  try {
    return await errand(api);
  } finally {
    // Also after an interruption. Where it fails, the session ends by itself in the end; what was done stays done.
    await api.call("logOut", { signal: AbortSignal.timeout(LOG_OUT_MS) }).catch(() => undefined);
  }
}
