/** What the commands share: how one is added, and the options that several have. */

import { MAX_WAIT_MS } from "@wheelhouse/api";
import { InvalidArgumentError, Option, type Command } from "commander";
import type { Terminal } from "../terminal.ts";

/** Each file here exports one: it adds its command to the program. */
export type AddCommand = (program: Command, terminal: Terminal) => void;

export function countOption(flags: string, description: string, lowest: number, highest: number): Option {
  return new Option(flags, description).argParser((text) => {
    const count = /^\d{1,9}$/.test(text) ? Number(text) : Number.NaN;
    if (count >= lowest && count <= highest) return count;
    throw new InvalidArgumentError(`Expected a whole number from ${lowest} to ${highest}.`);
  });
}

/** How many entries a list shows unless it is told. */
const DEFAULT_ENTRIES = 50;
const MOST_ENTRIES = 100_000;

export function limitOption(): Option {
  return countOption("--limit <count>", "so many, the newest", 1, MOST_ENTRIES).default(DEFAULT_ENTRIES);
}

export function sinceOption(): Option {
  return new Option("--since <time>", "from then on: 10m, 2h, 3d ago, or a date");
}

export function untilOption(): Option {
  return new Option("--until <time>", "up to then");
}

const DEFAULT_WAIT_MS = 5_000;

export function waitOption(): Option {
  return countOption("--wait <ms>", "how long the device has to answer", 0, MAX_WAIT_MS).default(
    DEFAULT_WAIT_MS,
  );
}
