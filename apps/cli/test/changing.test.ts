/** Commands that change values: what was applied, what wasn't, and the exit code that says which. */

import { expect, test } from "vitest";
import { cli, connectGame, openOwnHouse } from "./support.ts";

const fields = (text: string) =>
  text
    .split("\n")
    .slice(0, -1)
    .map((line) => line.split("\t"));

test("a change that the device applies is exit code 0, with what it is now", async () => {
  const house = await openOwnHouse();
  await connectGame(house);
  const ended = await cli(house, ["set", "game", "speed=5", "path=3, 4"]);
  expect(ended).toMatchObject({ code: 0, stderr: "" });
  expect(fields(ended.stdout)).toEqual([
    ["game", "speed", "5", "applied", "5", ""],
    ["game", "path", "[3,4]", "applied", "[3,4]", ""],
  ]);
  expect((await cli(house, ["get", "game", "speed"])).stdout).toBe("5\n");
});

test("one that it rejects, and one that it doesn't answer, are exit code 1 with the state", async () => {
  const house = await openOwnHouse();
  const game = await connectGame(house);
  const rejected = await cli(house, ["set", "game", "name=Bob", "--json"]);
  expect(rejected).toMatchObject({ code: 1, stderr: "" });
  expect(JSON.parse(rejected.stdout)).toMatchObject({
    device: "game",
    name: "name",
    value: "Bob",
    state: "rejected",
    applied: "Ann",
  });
  const both = await cli(house, ["set", "game", "name=Bob", "speed=2"], { isTerminal: true });
  expect(both.code).toBe(1);
  expect(both.stdout).toMatch(/rejected[^]*applied/);
  await game.close();
  const waiting = await cli(house, ["set", "game", "speed=4", "--wait", "0"]);
  expect(waiting).toMatchObject({ code: 1, stderr: "" });
  expect(fields(waiting.stdout)[0]?.[3]).toBe("pending");
});

test.each([
  ["speed=fast", 'speed: expected a number, got: "fast"'],
  ["speed=12", "speed: expected 0 to 9, got: 12"],
  ["nothing=1", "game has no variable nothing"],
  ["lives=4", "lives"],
  ["path=1", "path: expected a list of 2 to 4 numbers"],
])("%s is refused in one line, and nothing is changed", async (assignment, words) => {
  const house = await openOwnHouse();
  await connectGame(house);
  const ended = await cli(house, ["set", "game", "speed=1", assignment]);
  expect(ended).toMatchObject({ code: 1, stdout: "" });
  expect(ended.stderr).toMatch(/^wheelhouse: [^\n]+\n$/);
  expect(ended.stderr).toContain(words);
  expect((await cli(house, ["get", "game", "speed"])).stdout).toBe("3\n");
});

test("all devices with a tag are changed at once, each with its own outcome", async () => {
  const house = await openOwnHouse();
  await connectGame(house, { device: "one" });
  await connectGame(house, { device: "two" });
  const third = await connectGame(house, { device: "three", tags: ["lab"] });
  const ended = await cli(house, ["set", "--tag", "qa", "speed=6"]);
  expect(ended).toMatchObject({ code: 0 });
  expect(fields(ended.stdout).map(([device, , , state]) => [device, state])).toEqual([
    ["one", "applied"],
    ["two", "applied"],
  ]);
  third.declare({ extra: { kind: "integer", value: 1, writable: true } });
  third.onSet("extra", (value) => value);
  await third.flush();
  expect((await cli(house, ["set", "--tag", "lab", "extra=7"])).code).toBe(0);
  const none = await cli(house, ["set", "--tag", "none", "speed=6"]);
  expect(none).toMatchObject({ code: 1, stdout: "" });
  expect(none.stderr).toContain("has the tag none");
  const unknown = await cli(house, ["set", "--tag", "qa", "extra=6"]);
  expect(unknown.stderr).toBe("wheelhouse: no device with the tag qa has a variable extra\n");
});

test("a tagged device that can't be changed says why, beside those that could", async () => {
  const house = await openOwnHouse();
  await connectGame(house, { device: "one" });
  const bare = await connectGame(house, { device: "two" });
  bare.declare({ speed: { kind: "float", value: 1, writable: false } });
  await bare.flush();
  const ended = await cli(house, ["set", "--tag", "qa", "speed=6"]);
  expect(ended.code).toBe(1);
  const [one, two] = fields(ended.stdout);
  expect(one?.[3]).toBe("applied");
  expect(two?.slice(0, 4)).toEqual(["two", "", "", "refused"]);
  expect(two?.[5]).not.toBe("");
});

test("changes are listed with who and what became of them, and one is reverted", async () => {
  const house = await openOwnHouse();
  await connectGame(house);
  await cli(house, ["set", "game", "speed=5"]);
  await cli(house, ["set", "game", "name=Bob"]);
  const listed = await cli(house, ["changes"]);
  const rows = fields(listed.stdout);
  expect(rows.map((row) => [row[3], row[4], row[5], row[6], row[7], row[8]])).toEqual([
    ["speed", "3", "5", "applied", "5", "ann@example.org"],
    ["name", "Ann", "Bob", "rejected", "Ann", "ann@example.org"],
  ]);
  for (const [args, count] of [
    [["--state", "applied"], 1],
    [["--name", "name"], 1],
    [["--by", "nobody@example.org"], 0],
    [["game", "--limit", "1"], 1],
    [["--since", "1h"], 2],
  ] as const)
    expect((await cli(house, ["changes", ...args])).stdout.split("\n"), args.join(" ")).toHaveLength(
      count + 1,
    );

  const [id = ""] = rows[0] ?? [];
  const reverted = await cli(house, ["changes", "revert", id]);
  expect(reverted).toMatchObject({ code: 0, stderr: "" });
  expect(fields(reverted.stdout)[0]?.slice(1, 5)).toEqual(["speed", "3", "applied", "3"]);
  expect((await cli(house, ["get", "game", "speed"])).stdout).toBe("3\n");
});

test("a change that is open is cancelled, one that isn't is refused", async () => {
  const house = await openOwnHouse();
  const game = await connectGame(house);
  await game.close();
  await cli(house, ["set", "game", "speed=5", "--wait", "0"]);
  const [row] = fields((await cli(house, ["changes", "game"])).stdout);
  const id = row?.[0] ?? "";
  const cancelled = await cli(house, ["changes", "cancel", id]);
  expect(cancelled).toMatchObject({ code: 0, stderr: "" });
  expect(fields(cancelled.stdout)[0]?.[6]).toBe("cancelled");
  for (const args of [
    ["cancel", id],
    ["cancel", "999"],
    ["cancel", "nonsense"],
    ["revert", "999"],
  ]) {
    const ended = await cli(house, ["changes", ...args]);
    expect(ended).toMatchObject({ code: 1, stdout: "" });
    expect(ended.stderr).toMatch(/^wheelhouse: [^\n]+\n$/);
  }
});

test("a viewer's token reads, and is refused in one line where it would change", async () => {
  const house = await openOwnHouse();
  await connectGame(house);
  const { token } = await house.api.call("createToken", { body: { name: "v", role: "viewer" } });
  const environment = { WHEELHOUSE_TOKEN: token };
  expect((await cli(house, ["get", "game", "speed"], { environment })).stdout).toBe("3\n");
  for (const args of [
    ["set", "game", "speed=5"],
    ["markers", "add", "x"],
    ["keys"],
    ["keys", "create", "x"],
  ]) {
    const ended = await cli(house, args, { environment });
    expect(ended, args.join(" ")).toMatchObject({ code: 1, stdout: "" });
    expect(ended.stderr).toMatch(/^wheelhouse: expected the role (?:editor|owner) or more, got: viewer\n$/);
  }
});

test("a device is given a name and tags, and its own again", async () => {
  const house = await openOwnHouse();
  await connectGame(house, { name: "Ann's phone" });
  const describe = (...args: readonly string[]) =>
    cli(house, ["devices", "describe", "game", ...args, "--json"]);
  const given = await describe("--name", "the old one", "--tags", "lab, slow");
  expect(given).toMatchObject({ code: 0, stderr: "" });
  expect(JSON.parse(given.stdout)).toMatchObject({ name: "the old one", tags: ["lab", "slow"] });
  expect((await cli(house, ["set", "--tag", "lab", "speed=4"])).code).toBe(0);
  expect(JSON.parse((await describe("--tags", "")).stdout)).toMatchObject({
    name: "the old one",
    tags: ["qa"],
  });
  expect(JSON.parse((await describe("--name", "")).stdout)).toMatchObject({ name: "Ann's phone" });
  expect((await describe("--tags", "x".repeat(1_000))).code).toBe(1);
  expect(await describe()).toMatchObject({ code: 2, stdout: "" });
});
