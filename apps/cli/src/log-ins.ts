/** Where this machine is logged in: a token for each server, in a file that only its user can read. */

import { mkdir, readFile, rename, writeFile } from "node:fs/promises";
import { homedir } from "node:os";
import { dirname, join } from "node:path";
import { CommandError } from "./errors.ts";

export interface LogIn {
  readonly email: string;
  readonly token: string;
  /** Of a token that was made for this machine; absent for one that was given. */
  readonly tokenId?: string;
}

export interface LogIns {
  /** The server of the newest log-in. */
  readonly current: string | undefined;
  /** By address. */
  readonly servers: Readonly<Record<string, LogIn>>;
}

/** What isn't of this form would end up in the words of an error, as a header that can't be sent. */
export function isToken(text: unknown): text is string {
  return typeof text === "string" && /^[\w-]+$/.test(text);
}

type Environment = Readonly<Record<string, string | undefined>>;

const NONE: LogIns = { current: undefined, servers: {} };

export async function readLogIns(environment: Environment): Promise<LogIns> {
  const file = logInFile(environment);
  let text: string;
  try {
    text = await readFile(file, "utf8");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return NONE;
    throw new CommandError(`${file} can't be read: ${(error as Error).message}`);
  }
  try {
    return toLogIns(JSON.parse(text));
  } catch {
    throw new CommandError(`${file} isn't what \`wheelhouse login\` writes: remove it, and log in again`);
  }
}

export async function keepLogIn(environment: Environment, url: string, logIn: LogIn): Promise<void> {
  const { servers } = await readLogIns(environment);
  await writeLogIns(environment, { current: url, servers: { ...servers, [url]: logIn } });
}

export async function forgetLogIn(environment: Environment, url: string): Promise<void> {
  const { current, servers } = await readLogIns(environment);
  const { [url]: _, ...others } = servers;
  await writeLogIns(environment, {
    current: current === url ? Object.keys(others).at(-1) : current,
    servers: others,
  });
}

/** In the folder for settings that the XDG base directory specification names. */
function logInFile(environment: Environment): string {
  const { XDG_CONFIG_HOME: given, HOME: home } = environment;
  return join(given || join(home || homedir(), ".config"), "wheelhouse", "log-ins.json");
}

/** Nobody ever sees half a file, nor one that others can read. */
async function writeLogIns(environment: Environment, logIns: LogIns): Promise<void> {
  const file = logInFile(environment);
  const half = `${file}.${process.pid}`;
  try {
    await mkdir(dirname(file), { recursive: true, mode: 0o700 });
    await writeFile(half, `${JSON.stringify(logIns, null, 2)}\n`, { mode: 0o600 });
    await rename(half, file);
  } catch (error) {
    throw new CommandError(`${file} can't be written: ${(error as Error).message}`);
  }
}

function toLogIns(parsed: unknown): LogIns {
  const { current, servers } = parsed as { readonly current?: unknown; readonly servers?: unknown };
  const known = Object.entries(servers as Record<string, Partial<LogIn>>).map(([url, logIn]) => {
    const { email, token, tokenId } = logIn;
    if (typeof email !== "string" || !isToken(token)) throw new TypeError("expected a log-in");
    return [url, { email, token, ...(typeof tokenId === "string" ? { tokenId } : {}) }] as const;
  });
  return {
    current: typeof current === "string" ? current : undefined,
    servers: Object.fromEntries(known),
  };
}
