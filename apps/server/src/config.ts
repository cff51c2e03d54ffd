/** The server's settings: one table of flags, variables and defaults, read without touching anything. Pure. */

import { resolve } from "node:path";
import { parseArgs } from "node:util";

export interface HostAndPort {
  readonly host: string;
  readonly port: number;
}

export interface Config {
  /** Where the page, the API and the live socket are. */
  readonly http: HostAndPort;
  /** Where devices connect. */
  readonly tcp: HostAndPort;
  /** The data folder, as an absolute path. */
  readonly data: string;
  /** The address people reach the page under, where that isn't a loopback name. */
  readonly publicUrl: URL | undefined;
  readonly logLevel: LogLevelName;
}

export const LOG_LEVEL_NAMES = ["debug", "info", "warn", "error", "silent"] as const;
export type LogLevelName = (typeof LOG_LEVEL_NAMES)[number];

interface Setting<T> {
  readonly flag: string;
  readonly variable: string;
  readonly default: string;
  readonly value: string;
  readonly help: string;
  /** What is right, in words that follow "expected NAME to be". */
  readonly expected: string;
  read(text: string): T | undefined;
}

const hostAndPort = {
  value: "HOST:PORT",
  expected: "HOST:PORT with a port from 0 to 65535",
  read: readHostAndPort,
};

/** The one table. `docs/guides/configuration.md` and `--help` show it. */
export const SETTINGS = {
  http: {
    ...hostAndPort,
    flag: "http",
    variable: "WHEELHOUSE_HTTP",
    default: "127.0.0.1:8080",
    help: "where the page and the API are",
  },
  tcp: {
    ...hostAndPort,
    flag: "tcp",
    variable: "WHEELHOUSE_TCP",
    default: "127.0.0.1:6667",
    help: "where devices connect",
  },
  data: {
    flag: "data",
    variable: "WHEELHOUSE_DATA",
    default: "./data",
    value: "DIR",
    help: "the folder everything is stored in",
    expected: "the path of a folder",
    read: (text: string) => (text === "" ? undefined : resolve(text)),
  },
  publicUrl: {
    flag: "public-url",
    variable: "WHEELHOUSE_PUBLIC_URL",
    default: "",
    value: "URL",
    help: "the address people reach the page under, if not a loopback name",
    expected: "an http:// or https:// address",
    read: readUrl,
  },
  logLevel: {
    flag: "log-level",
    variable: "WHEELHOUSE_LOG_LEVEL",
    default: "warn",
    value: "LEVEL",
    help: `what is logged to standard error: ${LOG_LEVEL_NAMES.join(", ")}`,
    expected: `one of ${LOG_LEVEL_NAMES.join(", ")}`,
    read: (text: string) => LOG_LEVEL_NAMES.find((name) => name === text),
  },
} satisfies Record<string, Setting<unknown>>;

/** What the command line asks for: the server, or words about it, or it is wrong. */
export type CommandLine =
  | { readonly type: "run"; readonly config: Config }
  | { readonly type: "help" }
  | { readonly type: "version" }
  | { readonly type: "wrong"; readonly message: string };

export function readCommandLine(
  args: readonly string[],
  environment: Readonly<Record<string, string | undefined>>,
): CommandLine {
  const flags = readFlags(args);
  if (typeof flags === "string") return { type: "wrong", message: flags };
  if (flags["help"] === true) return { type: "help" };
  if (flags["version"] === true) return { type: "version" };
  const values: Record<string, unknown> = {};
  for (const [name, setting] of Object.entries<Setting<unknown>>(SETTINGS)) {
    const [source, text] = findText(setting, flags, environment);
    const value = text === "" && setting.default === "" ? undefined : setting.read(text);
    if (value === undefined && !(text === "" && setting.default === "")) {
      return {
        type: "wrong",
        message: `expected ${source} to be ${setting.expected}, got: ${JSON.stringify(text)}`,
      };
    }
    values[name] = value;
  }
  // The table has a reader for each field of Config.
  return { type: "run", config: values as unknown as Config };
}

export function formatHelp(): string {
  const lines = Object.values<Setting<unknown>>(SETTINGS).map(
    ({ flag, value, help, variable, default: preset }) => {
      const name = `  --${flag} ${value}`;
      return `${name.padEnd(24)}${help}\n${"".padEnd(24)}${variable}${preset === "" ? "" : `, by default ${preset}`}`;
    },
  );
  return `Usage: npm start -- [options]

Watch and steer your game while it runs.

${lines.join("\n")}
  --help                  this text
  --version               the version
`;
}

type Flags = Readonly<Record<string, string | boolean | undefined>>;

function readFlags(args: readonly string[]): Flags | string {
  const text = Object.values<Setting<unknown>>(SETTINGS).map(
    ({ flag }) => [flag, { type: "string" as const }] as const,
  );
  try {
    const { values } = parseArgs({
      args: [...args],
      options: {
        ...Object.fromEntries(text),
        help: { type: "boolean", short: "h" },
        version: { type: "boolean" },
      },
    });
    return values;
  } catch (error) {
    const reason = error instanceof Error ? (error.message.split(/\. |\n/)[0] ?? "") : "";
    return `${reason}; the flags are ${[...text.map(([flag]) => `--${flag}`), "--help", "--version"].join(", ")}`;
  }
}

function findText(
  setting: Setting<unknown>,
  flags: Flags,
  environment: Readonly<Record<string, string | undefined>>,
): [string, string] {
  const flag = flags[setting.flag];
  if (typeof flag === "string") return [`--${setting.flag}`, flag];
  const variable = environment[setting.variable];
  if (variable !== undefined && variable !== "") return [setting.variable, variable];
  return [`--${setting.flag}`, setting.default];
}

function readHostAndPort(text: string): HostAndPort | undefined {
  const { host, port } =
    /^(?<host>\[[0-9a-f:.]+\]|[A-Za-z0-9._-]+):(?<port>\d{1,5})$/i.exec(text)?.groups ?? {};
  if (host === undefined || Number(port) > 65_535) return undefined;
  return { host: host.replaceAll(/[[\]]/g, ""), port: Number(port) };
}

function readUrl(text: string): URL | undefined {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  return url?.protocol === "http:" || url?.protocol === "https:" ? url : undefined;
}
