/** The server's settings: one table of flags, variables and defaults, read without touching anything. Pure. */

import { resolve } from "node:path";
import { parseArgs } from "node:util";
import { TrustedAddresses, isAddressOrRange } from "@wheelhouse/net";

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
  /** Files with a certificate chain and its key, PEM: given, both ports speak TLS and nothing else. */
  readonly tlsCert: string | undefined;
  readonly tlsKey: string | undefined;
  /** The proxies whose word on where a request comes from counts. */
  readonly trustedProxy: TrustedAddresses | undefined;
  /** Whether anybody may make an account. */
  readonly openRegistration: boolean;
  /** Requests within 10 s from one address, and as many by one session or token. */
  readonly requestLimit: number;
  /** Connections to the web port, live sockets included. */
  readonly maxConnections: number;
  /** Lines a second of one device key, over all its connections. */
  readonly deviceLines: number;
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
  /** Takes no value: the flag alone says yes. */
  readonly isSwitch?: true;
  /** What is right, in words that follow "expected NAME to be". */
  readonly expected: string;
  read(text: string): T | undefined;
}

const hostAndPort = {
  value: "HOST:PORT",
  expected: "HOST:PORT with a port from 0 to 65535",
  read: readHostAndPort,
};

const file = {
  default: "",
  value: "FILE",
  expected: "the path of a file",
  read: (text: string) => (text === "" ? undefined : resolve(text)),
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
  tlsCert: {
    ...file,
    flag: "tls-cert",
    variable: "WHEELHOUSE_TLS_CERT",
    help: "the certificate chain, PEM; with --tls-key: TLS on both ports",
  },
  tlsKey: {
    ...file,
    flag: "tls-key",
    variable: "WHEELHOUSE_TLS_KEY",
    help: "the certificate's key, PEM; both are read again on SIGHUP",
  },
  trustedProxy: {
    flag: "trusted-proxy",
    variable: "WHEELHOUSE_TRUSTED_PROXY",
    default: "",
    value: "LIST",
    help: "proxies whose X-Forwarded-For counts: addresses or networks, by comma",
    expected: "addresses or networks (10.0.0.0/8), separated by commas",
    read: readTrusted,
  },
  openRegistration: {
    flag: "open-registration",
    variable: "WHEELHOUSE_OPEN_REGISTRATION",
    default: "no",
    value: "",
    isSwitch: true,
    help: "anybody may make an account",
    expected: "yes or no",
    read: readSwitch,
  },
  requestLimit: {
    flag: "request-limit",
    variable: "WHEELHOUSE_REQUEST_LIMIT",
    default: "2000",
    value: "COUNT",
    help: "requests within 10 s from one address, and by one session or token",
    expected: "a whole number from 1 to 1000000",
    read: (text: string) => readCount(text, 1_000_000),
  },
  maxConnections: {
    flag: "max-connections",
    variable: "WHEELHOUSE_MAX_CONNECTIONS",
    default: "2000",
    value: "COUNT",
    help: "connections to the web port, a quarter of them from one address",
    expected: "a whole number from 4 to 100000",
    read: (text: string) => readCount(text, 100_000, 4),
  },
  deviceLines: {
    flag: "device-lines",
    variable: "WHEELHOUSE_DEVICE_LINES",
    default: "100000",
    value: "COUNT",
    help: "lines a second of one device key, over all its connections; what is over waits",
    expected: "a whole number from 1 to 10000000",
    read: (text: string) => readCount(text, 10_000_000),
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
  if ((values["tlsCert"] === undefined) !== (values["tlsKey"] === undefined)) {
    const [given, other] =
      values["tlsKey"] === undefined ? ["--tls-cert", "--tls-key"] : ["--tls-key", "--tls-cert"];
    return { type: "wrong", message: `expected ${other} to be given together with ${given}, got: none` };
  }
  // The table has a reader for each field of Config.
  return { type: "run", config: values as unknown as Config };
}

export function formatHelp(): string {
  const lines = Object.values<Setting<unknown>>(SETTINGS).map(
    ({ flag, value, help, variable, default: preset }) => {
      const name = `  --${flag} ${value}`;
      return `${name.padEnd(26)}${help}\n${"".padEnd(26)}${variable}${preset === "" ? "" : `, by default ${preset}`}`;
    },
  );
  return `Usage: npm start -- [options]

Watch and steer your game while it runs.

${lines.join("\n")}
  --help                    this text
  --version                 the version
`;
}

type Flags = Readonly<Record<string, string | boolean | undefined>>;

function readFlags(args: readonly string[]): Flags | string {
  const text = Object.values<Setting<unknown>>(SETTINGS).map(
    ({ flag, isSwitch }) => [flag, { type: isSwitch === true ? "boolean" : "string" } as const] as const,
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
  if (flag === true) return [`--${setting.flag}`, "yes"];
  const variable = environment[setting.variable];
  if (variable !== undefined && variable !== "") return [setting.variable, variable];
  return [`--${setting.flag}`, setting.default];
}

function readHostAndPort(text: string): HostAndPort | undefined {
  const { host, port } =
    /^(?<host>\[[0-9a-f:.]+\]|[A-Za-z0-9._-]+):(?<port>\d{1,5})$/i.exec(text)?.groups ?? {};
  if (host === undefined || Number(port) > 65_535) return undefined;
  return { host: host.replaceAll(/[[\]]/g, "").toLowerCase(), port: Number(port) };
}

function readUrl(text: string): URL | undefined {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  return url?.protocol === "http:" || url?.protocol === "https:" ? url : undefined;
}

function readSwitch(text: string): boolean | undefined {
  return { yes: true, no: false }[text];
}

function readCount(text: string, highest: number, lowest = 1): number | undefined {
  const count = /^\d{1,9}$/.test(text) ? Number(text) : Number.NaN;
  return count >= lowest && count <= highest ? count : undefined;
}

function readTrusted(text: string): TrustedAddresses | undefined {
  const parts = text.split(",").map((part) => part.trim());
  return parts.every(isAddressOrRange) ? new TrustedAddresses(parts) : undefined;
}
