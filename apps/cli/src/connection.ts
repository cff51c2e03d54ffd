/** Whom a command speaks with, and as whom: from its options, the environment, or the last log-in. */

import { createApiClient, type ApiClient, type Project } from "@wheelhouse/api";
import { CommandError, wrongUsage } from "./errors.ts";
import { isToken, readLogIns } from "./log-ins.ts";
import type { Terminal } from "./terminal.ts";

export const DEFAULT_URL = "http://127.0.0.1:8080";

/** Options that stand anywhere on the command line. */
export interface SharedOptions {
  readonly url?: string;
  readonly token?: string;
  readonly project?: string;
  readonly json?: boolean;
}

export interface Connection {
  readonly url: string;
  readonly token: string;
  readonly api: ApiClient;
}

export interface ProjectConnection extends Connection {
  readonly project: Project;
}

/** @throws CommandError when nobody is logged in there. */
export async function connect(terminal: Terminal, options: SharedOptions): Promise<Connection> {
  const url = await findUrl(terminal, options);
  const { servers } = await readLogIns(terminal.environment);
  const token = givenToken(terminal, options) ?? servers[url]?.token;
  if (token === undefined) throw new CommandError(`you aren't logged in at ${url}: run \`wheelhouse login\``);
  return { url, token, api: createClient(terminal, url, { token }) };
}

export async function connectToProject(
  terminal: Terminal,
  options: SharedOptions,
): Promise<ProjectConnection> {
  const connection = await connect(terminal, options);
  const { projects } = await connection.api.call("me", { signal: terminal.ended });
  return { ...connection, project: await findProject(terminal, options, projects) };
}

/** The server's address, as its origin. */
export async function findUrl(terminal: Terminal, options: SharedOptions): Promise<string> {
  const { environment } = terminal;
  const given = options.url ?? environment["WHEELHOUSE_URL"];
  if (!given) return (await readLogIns(environment)).current ?? DEFAULT_URL;
  const url = URL.canParse(given) ? new URL(given) : undefined;
  if (url?.protocol !== "http:" && url?.protocol !== "https:")
    throw wrongUsage(
      `expected ${options.url === undefined ? "WHEELHOUSE_URL" : "--url"} to be like ${DEFAULT_URL}, got: ${given}`,
    );
  return url.origin;
}

/** @throws CommandError for what is no token, without saying it: what went wrong may be a part of one. */
export function givenToken({ environment }: Terminal, options: SharedOptions): string | undefined {
  const [source, given] =
    options.token === undefined
      ? ["WHEELHOUSE_TOKEN", environment["WHEELHOUSE_TOKEN"] || undefined]
      : ["--token", options.token];
  const token = given?.trim();
  if (token !== undefined && !isToken(token)) throw wrongUsage(`expected ${source} to be like wh_…`);
  return token;
}

/** A client that says which server it is that can't be reached. */
export function createClient(
  { ended }: Terminal,
  url: string,
  options: { readonly token?: string; readonly fetch?: typeof fetch },
): ApiClient {
  const send = options.fetch ?? fetch;
  return createApiClient({
    baseUrl: url,
    ...options,
    async fetch(input, init) {
      try {
        return await send(input, { ...init, signal: init?.signal ?? ended });
      } catch (error) {
        if (ended.aborted) throw error;
        throw unreachable(url, error);
      }
    },
  });
}

function unreachable(url: string, error: unknown): CommandError {
  const { cause, message } = error as Error & { readonly cause?: { code?: string; message?: string } };
  const why = cause?.code ?? cause?.message ?? message;
  const advice = /CERT|SIGNATURE/.test(why)
    ? "its certificate isn't trusted here; NODE_EXTRA_CA_CERTS may name one that is"
    : "is the server running?";
  return new CommandError(`${url} can't be reached (${why}): ${advice}`);
}

async function findProject(
  terminal: Terminal,
  options: SharedOptions,
  projects: readonly Project[],
): Promise<Project> {
  const wanted = options.project ?? (terminal.environment["WHEELHOUSE_PROJECT"] || undefined);
  if (wanted !== undefined) return nameProject(wanted, projects);
  const [first, ...others] = projects;
  if (first === undefined)
    throw new CommandError("you belong to no project: make one with `wheelhouse projects create NAME`");
  if (others.length === 0) return first;
  if (terminal.prompts === undefined) throw wrongUsage(`expected --project, one of: ${listed(projects)}`);
  const choices = projects.map(({ id, name }) => ({ value: id, label: name }));
  const id = await terminal.prompts.choose("Which project?", choices);
  return nameProject(id, projects);
}

/** By id, or by name where that is the only one. */
function nameProject(wanted: string, projects: readonly Project[]): Project {
  const byId = projects.find(({ id }) => id === wanted);
  if (byId !== undefined) return byId;
  const lower = wanted.toLowerCase();
  const [found, another] = projects.filter(({ name }) => name.toLowerCase() === lower);
  if (found !== undefined && another === undefined) return found;
  if (projects.length === 0) throw new CommandError(`you belong to no project, nor to ${wanted}`);
  const why = found === undefined ? "one of" : "which several have; say its id, one of";
  throw new CommandError(`expected --project to be ${why}: ${listed(projects)}, got: ${wanted}`);
}

function listed(projects: readonly Project[]): string {
  return projects.map(({ id, name }) => `${name} (${id})`).join(", ");
}
