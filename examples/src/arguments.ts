/** What an example that listens is told on the command line. Pure. */

import { parseArgs } from "node:util";

export interface ListenArguments {
  readonly host: string;
  readonly port: number;
}

const OPTIONS = {
  port: { type: "string" },
  host: { type: "string" },
  help: { type: "boolean" },
} as const;
const KNOWN = Object.keys(OPTIONS).map((name) => `--${name}`);
const MAX_PORT = 65_535;

/** `"help"`, or what is wrong: one line that names the argument, what was given and what would be right. */
export function parseListenArguments(
  args: readonly string[],
  defaults: ListenArguments,
): ListenArguments | "help" | { readonly problem: string } {
  const { values, tokens } = parseArgs({ args: [...args], options: OPTIONS, strict: false, tokens: true });
  if (values.help !== undefined) return "help";
  for (const token of tokens) {
    const problem = findProblem(token);
    if (problem !== undefined) return { problem };
  }
  const { host = defaults.host, port = String(defaults.port) } = values as Record<string, string | undefined>;
  if (host === "") return { problem: "expected --host to be a name or an address, got: nothing" };
  if (!/^\d{1,5}$/.test(port) || Number(port) > MAX_PORT)
    return { problem: `expected --port to be a whole number from 0 to ${MAX_PORT}, got: ${port}` };
  return { host, port: Number(port) };
}

type Token = NonNullable<ReturnType<typeof parseArgs>["tokens"]>[number];

function findProblem(token: Token): string | undefined {
  if (token.kind === "positional") return `expected arguments that begin with --, got: ${token.value}`;
  if (token.kind === "option-terminator") return `expected one of ${KNOWN.join(", ")}, got: --`;
  if (!Object.hasOwn(OPTIONS, token.name))
    return `expected one of ${KNOWN.join(", ")}, got: ${token.rawName}`;
  if (token.value === undefined || (!token.inlineValue && token.value.startsWith("--")))
    return `expected a value after ${token.rawName}, got: ${token.value ?? "nothing"}`;
  return undefined;
}
