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

const LISTEN_OPTIONS = {
  port: { type: "string" },
  host: { type: "string" },
  help: { type: "boolean" },
} as const;
const MAX_PORT = 65_535;

export function parseListenArguments(
  args: readonly string[],
  defaults: ListenArguments,
): ListenArguments | "help" | ArgumentProblem {
  const given = readOptions(args, LISTEN_OPTIONS);
  if (given === "help" || isProblem(given)) return given;
  const { host = defaults.host, port = String(defaults.port) } = given as Record<string, string | undefined>;
  if (host === "") return { problem: "expected --host to be a name or an address, got: nothing" };
  if (!/^\d{1,5}$/.test(port) || Number(port) > MAX_PORT)
    return { problem: `expected --port to be a whole number from 0 to ${MAX_PORT}, got: ${port}` };
  return { host, port: Number(port) };
}

export function isProblem(read: GivenOptions | ArgumentProblem): read is ArgumentProblem {
  return "problem" in read;
}
