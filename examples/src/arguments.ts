/** What an example is told on the command line: reading options, and those of one that listens. Pure. */

import { parseArgs } from "node:util";

/** An example's options by name; `help` is always one of them. */
export type Options = Readonly<Record<string, { readonly type: "string" | "boolean" }>> & {
  readonly help: { readonly type: "boolean" };
};

/** What is wrong: one line that names the argument, what was given and what would be right. */
export interface ArgumentProblem {
  readonly problem: string;
}

/** The options that were given: text for those that take a value, `true` for the others. */
export type GivenOptions = Readonly<Record<string, string | boolean | undefined>>;

export function readOptions(
  args: readonly string[],
  options: Options,
): GivenOptions | "help" | ArgumentProblem {
  const { values, tokens } = parseArgs({ args: [...args], options, strict: false, tokens: true });
  if (values["help"] !== undefined) return "help";
  for (const token of tokens) {
    const problem = findProblem(token, options);
    if (problem !== undefined) return { problem };
  }
  return values;
}

type Token = NonNullable<ReturnType<typeof parseArgs>["tokens"]>[number];

function findProblem(token: Token, options: Options): string | undefined {
  const known = Object.keys(options).map((name) => `--${name}`);
  if (token.kind === "positional") return `expected arguments that begin with --, got: ${token.value}`;
  if (token.kind === "option-terminator") return `expected one of ${known.join(", ")}, got: --`;
  if (!Object.hasOwn(options, token.name))
    return `expected one of ${known.join(", ")}, got: ${token.rawName}`;
  const takesValue = options[token.name]?.type === "string";
  if (takesValue && (token.value === undefined || (!token.inlineValue && token.value.startsWith("--"))))
    return `expected a value after --${token.name}, got: ${token.value ?? "nothing"}`;
  if (!takesValue && token.value !== undefined)
    return `expected no value after --${token.name}, got: ${token.value}`;
  return undefined;
}

// Listening

export interface ListenArguments {
  readonly host: string;
  readonly port: number;
}

/** Where an example listens unless told otherwise, and what its options are called. */
export interface ListenDefaults {
  readonly port: number;
  /** What the option for the address is called. Default: `host`. */
  readonly hostOption?: "host" | "ip";
  /** Variables of the environment hold too, where an option isn't given: `RECEIVED` has `RECEIVED_PORT` heard. */
  readonly environment?: string;
}

export const LISTEN_HOST = "127.0.0.1";
const MAX_PORT = 65_535;

/** The options that say where to listen; `readListenArguments` reads them. */
export function listenOptions({ hostOption = "host" }: ListenDefaults): Options {
  return { port: { type: "string" }, [hostOption]: { type: "string" }, help: { type: "boolean" } };
}

export function readListenArguments(
  given: GivenOptions,
  { port: defaultPort, hostOption = "host", environment }: ListenDefaults,
  variables: Readonly<Record<string, string | undefined>> = {},
): ListenArguments | ArgumentProblem {
  const setting = (option: string, otherwise: string) => {
    const variable = environment === undefined ? "" : `${environment}_${option.toUpperCase()}`;
    const value = given[option] ?? variables[variable];
    const source = given[option] === undefined && value !== undefined ? variable : `--${option}`;
    return { value: String(value ?? otherwise), source };
  };
  const host = setting(hostOption, LISTEN_HOST);
  if (host.value === "")
    return { problem: `expected ${host.source} to be a name or an address, got: nothing` };
  const port = setting("port", String(defaultPort));
  if (!isPort(port.value))
    return {
      problem: `expected ${port.source} to be a whole number from 0 to ${MAX_PORT}, got: ${port.value || "nothing"}`,
    };
  return { host: host.value, port: Number(port.value) };
}

export function isPort(text: string): boolean {
  return /^\d{1,5}$/.test(text) && Number(text) <= MAX_PORT;
}

export function isProblem(read: object): read is ArgumentProblem {
  return "problem" in read;
}
