/** What the game is told on the command line. Pure. */

import { DEFAULT_TCP, isDeviceId, isDeviceKey, parseTcp } from "@wheelhouse/sdk";

import { isProblem, readOptions, type ArgumentProblem } from "../arguments.ts";

export interface GameArguments {
  readonly key: string;
  readonly tcp: string;
  readonly device: string;
  readonly seed: number | undefined;
  readonly draw: boolean;
}

export const HELP = `A breakout that plays itself and is steered from Wheelhouse.

  --key KEY          the project's device key (required)
  --tcp HOST:PORT    where the server listens for devices (${DEFAULT_TCP})
  --device ID        this game's id in its project (breakout)
  --seed N           a whole number; the same seed plays the same game
  --no-draw          print events instead of drawing
  --help             show this
`;

const OPTIONS = {
  key: { type: "string" },
  tcp: { type: "string" },
  device: { type: "string" },
  seed: { type: "string" },
  "no-draw": { type: "boolean" },
  help: { type: "boolean" },
} as const;

/** `"help"`, or what is wrong: one line that names the argument, what was given and what would be right. */
export function parseArguments(args: readonly string[]): GameArguments | "help" | ArgumentProblem {
  const given = readOptions(args, OPTIONS);
  if (given === "help" || isProblem(given)) return given;
  const { key, tcp = DEFAULT_TCP, device = "breakout", seed } = given as Record<string, string | undefined>;
  if (key === undefined) return { problem: "expected --key KEY, the project's device key, got: nothing" };
  if (!isDeviceKey(key)) return wrong("--key", "12 letters and digits", key);
  if (parseTcp(tcp) === undefined) return wrong("--tcp", "HOST:PORT with a port from 1 to 65535", tcp);
  if (!isDeviceId(device))
    return wrong("--device", "1 to 64 of A-Z a-z 0-9 . _ - that don't begin with anonymous-", device);
  if (seed !== undefined && !/^\d{1,10}$/.test(seed)) return wrong("--seed", "a whole number from 0", seed);
  return {
    key,
    tcp,
    device,
    seed: seed === undefined ? undefined : Number(seed),
    draw: given["no-draw"] === undefined,
  };
}

function wrong(argument: string, expected: string, got: string): ArgumentProblem {
  return { problem: `expected ${argument} to be ${expected}, got: ${got}` };
}
