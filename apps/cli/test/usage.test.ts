/** What is printed of the commands themselves, and what is wrong usage. */

import { expect, test } from "vitest";
import packageJson from "../package.json" with { type: "json" };
import { cli } from "./support.ts";

const nobody = { environment: { XDG_CONFIG_HOME: "/nowhere" } };
const COMMANDS = [
  "login logout whoami projects devices variables get set watch history logs markers sessions changes",
  "export keys tokens members invite reset-password serve",
].flatMap((names) => names.split(" "));

test("without a word, and with --help, it prints its commands", async () => {
  const bare = await cli(nobody, []);
  expect(bare).toMatchObject({ code: 0, stderr: "" });
  expect(await cli(nobody, ["--help"])).toEqual(bare);
  const listed = [...bare.stdout.matchAll(/^ {2}([a-z][\w-]*) /gm)].map(([, name]) => name);
  expect(listed).toEqual(COMMANDS);
});

test.each(COMMANDS.filter((name) => name !== "serve"))(
  "%s --help prints what it takes, and asks nobody",
  async (name) => {
    const ended = await cli(nobody, [name, "--help"]);
    expect(ended).toMatchObject({ code: 0, stderr: "" });
    expect(ended.stdout).toContain(`Usage: wheelhouse ${name}`);
    expect(ended.stdout).toContain("--json");
  },
);

test("the version is the package's", async () => {
  expect(await cli(nobody, ["--version"])).toEqual({
    code: 0,
    stdout: `${packageJson.version}\n`,
    stderr: "",
  });
});

test.each([
  [["nonsense"], "unknown command 'nonsense'"],
  [["device"], "Did you mean devices?"],
  [["devices", "--nonsense"], "unknown option '--nonsense'"],
  [["get", "game"], "missing required argument 'name'"],
  [["get", "game", "speed", "more"], "too many arguments"],
  [["logs", "--level", "loud"], "Allowed choices are debug, info, warn, error, fatal"],
  [["logs", "--limit", "none"], "Expected a whole number from 1"],
  [["logs", "--follow", "--until", "1h"], "--follow without --until"],
  [["watch", "game", "--count", "0"], "Expected a whole number from 1"],
  [["export"], "'--kind <kind>' not specified"],
  [["export", "--kind", "everything"], "Allowed choices are"],
  [["changes", "--state", "lost"], "Allowed choices are"],
  [["set", "game"], "expected DEVICE NAME=VALUE"],
  [["set", "speed=5"], "expected DEVICE NAME=VALUE"],
  [["set", "game", "speed"], "expected NAME=VALUE, got: speed"],
  [["set", "game", "=5"], "expected NAME=VALUE, got: =5"],
  [["set", "--tag", "qa", "game", "speed=5"], "expected NAME=VALUE, got: game"],
  [["set", "game", "speed=5", "--wait", "-1"], "Expected a whole number"],
  [["invite", "--role", "king"], "Allowed choices are"],
  [["members", "role", "bob@example.org", "king"], "one of viewer, editor, owner"],
  [["keys", "create"], "missing required argument 'name'"],
  [["reset-password"], "missing required argument 'email'"],
])("%j is wrong usage: one line, exit code 2", async (args, words) => {
  const ended = await cli(nobody, args);
  expect(ended).toMatchObject({ code: 2, stdout: "" });
  expect(ended.stderr).toMatch(/^wheelhouse: [^\n]+\n$/);
  expect(ended.stderr).toContain(words);
});
