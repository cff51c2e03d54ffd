import { describe, expect, test } from "vitest";

import { parseArguments } from "../../src/game/arguments.ts";

const KEY = "AbCdEf123456";

test("everything but the key has a default", () => {
  expect(parseArguments(["--key", KEY])).toEqual({
    key: KEY,
    tcp: "127.0.0.1:6667",
    device: "breakout",
    seed: undefined,
    draw: true,
  });
});

test("everything can be given", () => {
  const args = ["--key", KEY, "--tcp=[::1]:7000", "--device", "two", "--seed", "12", "--no-draw"];
  expect(parseArguments(args)).toEqual({ key: KEY, tcp: "[::1]:7000", device: "two", seed: 12, draw: false });
});

test("help is asked for in any company", () => {
  expect(parseArguments(["--wings", "--help"])).toBe("help");
});

describe("one line names the argument, what was given and what would be right", () => {
  test.each([
    [[], "expected --key KEY, the project's device key, got: nothing"],
    [["--key"], "expected a value after --key, got: nothing"],
    [["--key", "--no-draw"], "expected a value after --key, got: --no-draw"],
    [["--key", "short"], "expected --key to be 12 letters and digits, got: short"],
    [
      ["--key", KEY, "--tcp", "6667"],
      "expected --tcp to be HOST:PORT with a port from 1 to 65535, got: 6667",
    ],
    [
      ["--key", KEY, "--tcp", "h:99999"],
      "expected --tcp to be HOST:PORT with a port from 1 to 65535, got: h:99999",
    ],
    [["--key", KEY, "--device", "a b"], "expected --device to be 1 to 64 of"],
    [["--key", KEY, "--seed", "1.5"], "expected --seed to be a whole number from 0, got: 1.5"],
    [["--key", KEY, "--no-draw=x"], "expected no value after --no-draw, got: x"],
    [["--key", KEY, "--wings"], "got: --wings"],
    [["--key", KEY, "fast"], "expected arguments that begin with --, got: fast"],
  ])("%j", (args, problem) => {
    expect(parseArguments(args)).toEqual({ problem: expect.stringContaining(problem) });
  });
});
