/** Commands that only read, in their three forms: for people, for pipes, as JSON. */

import { expect, test } from "vitest";
import { cli, connectGame, openHouse, openOwnHouse, startCli } from "./support.ts";

const jsonLines = (text: string) =>
  text
    .split("\n")
    .slice(0, -1)
    .map((line) => JSON.parse(line) as Record<string, unknown>);
const ISO = /\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z/;

test("devices: a table for people, fields for pipes, JSON when asked", async () => {
  const house = await openOwnHouse();
  await connectGame(house);
  const away = await connectGame(house, { device: "other", name: "Ann's phone", tags: [] });
  await away.close();

  const table = await cli(house, ["devices"], { isTerminal: true });
  expect(table.code).toBe(0);
  const [head = "", game = "", other = ""] = table.stdout.split("\n");
  expect(head.trim().split(/ {2,}/)).toEqual(["device", "name", "app", "build", "tags", "seen"]);
  expect(game).toMatch(/^● +game +rocket +1\.4 +qa +\d+ s$/);
  expect(other).toMatch(/^○ +other +Ann's phone +rocket +1\.4 +\d+ s$/);

  const piped = await cli(house, ["devices"]);
  expect(piped.stdout.split("\n")[0]).toMatch(
    new RegExp(`^online\\tgame\\t\\trocket\\t1\\.4\\tqa\\t${ISO.source}$`),
  );
  const json = await cli(house, ["devices", "--json"], { isTerminal: true, hasColour: true });
  expect(jsonLines(json.stdout)).toMatchObject([
    { id: "game", online: true, tags: ["qa"] },
    { id: "other", online: false },
  ]);
  expect((await cli(house, ["devices", "--online"])).stdout.split("\n")).toHaveLength(2);
  expect((await cli(house, ["devices", "--tag", "none"])).stdout).toBe("");
  expect(await cli(house, ["devices", "--tag", "none"], { isTerminal: true })).toMatchObject({
    stdout: "",
    stderr: "no devices\n",
  });
});

test("colour comes where it is wanted, and nowhere else", async () => {
  const house = await openOwnHouse();
  await connectGame(house);
  const escape = String.fromCodePoint(27);
  const coloured = await cli(house, ["devices"], { isTerminal: true, hasColour: true });
  expect(coloured.stdout).toContain(`${escape}[32m●${escape}[39m`);
  for (const options of [{ isTerminal: true }, {}, { isTerminal: false, hasColour: false }])
    expect((await cli(house, ["devices"], options)).stdout).not.toContain(escape);
});

test("variables, and one value by itself", async () => {
  const house = await openOwnHouse();
  await connectGame(house);
  const { stdout } = await cli(house, ["variables", "game"], { isTerminal: true });
  const rows = stdout.split("\n").map((line) => line.split(/ {2,}/));
  expect(rows[1]?.slice(0, 5)).toEqual(["speed", "3", "m/s", "float", "0…9 by 0.5"]);
  expect(rows.find(([name]) => name === "lives")?.slice(0, 4)).toEqual([
    "lives",
    "3",
    "integer",
    "read only",
  ]);
  const some = await cli(house, ["variables", "game", "s*", "lives", "--json"]);
  expect(jsonLines(some.stdout).map(({ name }) => name)).toEqual(["speed", "lives"]);

  expect((await cli(house, ["get", "game", "speed"])).stdout).toBe("3\n");
  expect((await cli(house, ["get", "game", "path"])).stdout).toBe("[1,2]\n");
  expect(jsonLines((await cli(house, ["get", "game", "speed", "--json"])).stdout)).toMatchObject([
    { name: "speed", kind: "float", reported: { value: 3 } },
  ]);
  for (const args of [
    ["get", "game", "nothing"],
    ["variables", "game", "nothing"],
    ["get", "nobody", "speed"],
    ["variables", "no body"],
    ["history", "game", "nothing"],
  ]) {
    const ended = await cli(house, args);
    expect(ended, args.join(" ")).toMatchObject({ code: 1, stdout: "" });
    expect(ended.stderr).toMatch(/^wheelhouse: [^\n]*(?:nothing|nobody|no body|no such variable)[^\n]*\n$/);
  }
});

test("a device is found by its name too, if only one has it", async () => {
  const house = await openOwnHouse();
  await connectGame(house, { device: "one", name: "Ann's phone" });
  expect((await cli(house, ["get", "Ann's phone", "speed"])).stdout).toBe("3\n");
  await connectGame(house, { device: "two", name: "Ann's phone" });
  const ended = await cli(house, ["get", "Ann's phone", "speed"]);
  expect(ended).toMatchObject({ code: 1, stdout: "" });
  expect(ended.stderr).toContain("one, two");
});

test("history, within a span of time and as many points as asked", async () => {
  const house = await openOwnHouse();
  const game = await connectGame(house);
  for (const lives of [4, 5, 6]) {
    game.send({ lives });
    await game.flush();
  }
  const all = jsonLines((await cli(house, ["history", "game", "lives", "--json"])).stdout);
  expect(all.map(({ value }) => value)).toEqual([3, 3, 4, 5, 6]);
  expect(all[0]).toMatchObject({ device: "game", name: "lives", at: expect.any(Number) });
  const piped = await cli(house, ["history", "game", "lives", "--since", "1h"]);
  expect(piped.stdout.split("\n").at(-2)).toMatch(new RegExp(`^${ISO.source}\\t6$`));
  const old = ["history", "game", "lives", "--until", "2020-01-01"];
  expect((await cli(house, old)).stdout).toBe("");
  expect((await cli(house, old, { isTerminal: true })).stderr).toBe("nothing in that time\n");
  for (const since of ["yesterday", "10", "10x", "-5m"]) {
    const ended = await cli(house, ["history", "game", "lives", `--since=${since}`]);
    expect(ended).toMatchObject({ code: 2, stdout: "" });
  }
});

test("sessions and markers, the newest ones, and a marker that is set", async () => {
  const house = await openOwnHouse();
  const game = await connectGame(house);
  game.marker("boss fight", { level: 3 });
  await game.flush();
  const runs = await cli(house, ["sessions", "game", "--json"]);
  expect(jsonLines(runs.stdout)).toMatchObject([{ device: "game", endedAt: null }]);
  expect((await cli(house, ["sessions"], { isTerminal: true })).stdout).toContain("goes on");

  expect((await cli(house, ["markers", "add", "release 1.5"])).code).toBe(0);
  expect((await cli(house, ["markers", "add", "on it", "--device", "game"])).code).toBe(0);
  const markers = jsonLines((await cli(house, ["markers", "--json"])).stdout);
  expect(markers.map(({ name, device, by }) => [name, device, by])).toEqual([
    ["boss fight", "game", null],
    ["release 1.5", null, "ann@example.org"],
    ["on it", "game", "ann@example.org"],
  ]);
  const newest = await cli(house, ["markers", "--limit", "1"]);
  expect(newest.stdout).toMatch(new RegExp(`^${ISO.source}\\tgame\\ton it\\tann@example.org\\t\\n$`));
  expect((await cli(house, ["markers", "add", ""])).code).toBe(1);
});

test("projects, and one that is made with its key", async () => {
  const house = await openOwnHouse();
  const made = await cli(house, ["projects", "create", "Boat"]);
  expect(made).toMatchObject({ code: 0, stdout: expect.stringMatching(/^\w{12}\n$/) });
  await connectGame({ ...house, key: made.stdout.trim() }, { device: "boat" });
  const listed = jsonLines((await cli(house, ["projects", "--json"])).stdout);
  expect(listed.map(({ name, role }) => [name, role])).toEqual([
    ["Rocket", "owner"],
    ["Boat", "owner"],
  ]);

  // With two of them, one has to be named.
  const unnamed = await cli(house, ["devices"]);
  expect(unnamed).toMatchObject({ code: 2, stdout: "" });
  expect(unnamed.stderr).toMatch(/^wheelhouse: expected --project, one of: Rocket \(\w+\), Boat \(\w+\)\n$/);
  const boat = String(listed[1]?.["id"]);
  for (const args of [
    ["--project", "boat"],
    ["--project", boat],
  ])
    expect((await cli(house, ["devices", ...args])).stdout).toContain("boat");
  expect((await cli(house, ["devices"], { environment: { WHEELHOUSE_PROJECT: "Boat" } })).stdout).toContain(
    "boat",
  );
  expect((await cli(house, ["devices"], { answers: [boat] })).stdout).toContain("boat");
  await cli(house, ["projects", "create", "boat"]);
  for (const project of ["boat", "none"]) {
    const ended = await cli(house, ["devices", "--project", project]);
    expect(ended).toMatchObject({ code: 1, stdout: "" });
    expect(ended.stderr).toContain(boat);
  }
});

test("whoami says who, where, and in which projects, and not with which token", async () => {
  const house = await openHouse();
  const { token } = await house.api.call("createToken", { body: { name: "t" } });
  const who = await cli(house, ["whoami", "--json"], { environment: { WHEELHOUSE_TOKEN: token } });
  expect(jsonLines(who.stdout)).toMatchObject([
    { email: "ann@example.org", url: house.url, admin: true, projects: [{ name: "Rocket", role: "owner" }] },
  ]);
  expect(who.stdout).not.toContain(token);
});

test("what devices and people say can't steer the terminal", async () => {
  const house = await openOwnHouse();
  const escape = String.fromCodePoint(27);
  const evil = `${escape}[2Jgone\u202e\u009b31m\n\tnext`;
  const game = await connectGame(house, { device: "evil", name: "evil\u0007", app: `app${escape}]0;x` });
  game.log("warn", evil, { [evil]: 1 });
  game.marker("mark \u001b[31m");
  await game.flush();
  for (const command of ["devices", "logs", "markers"])
    for (const options of [{ isTerminal: true }, {}, { json: true }]) {
      const { stdout } = await cli(house, [command, ...("json" in options ? ["--json"] : [])], options);
      expect(stdout.replaceAll(/[\n\t]/g, "")).not.toMatch(/[\p{Cc}\u202e]/u);
      expect(stdout).toContain("u001b");
    }
  const [entry] = jsonLines((await cli(house, ["logs", "--json"])).stdout);
  expect(entry?.["message"]).toBe(evil);
});

test("a command that is interrupted says nothing, and whose reader is gone neither", async () => {
  const house = await openOwnHouse();
  for (const [reason, code] of [
    ["interrupted", 130],
    ["reader gone", 0],
  ] as const) {
    const running = startCli(house, ["devices"]);
    running.end(reason);
    expect(await running.ended).toEqual({ code, stdout: "", stderr: "" });
  }
});

test("a cell that is too long for a table is cut there, and whole elsewhere", async () => {
  const house = await openOwnHouse();
  const game = await connectGame(house);
  const long = "x".repeat(100);
  game.declare({ note: { kind: "string", value: long } });
  await game.flush();
  const { stdout } = await cli(house, ["variables", "game", "note"], { isTerminal: true });
  expect(stdout).toContain(` ${"x".repeat(63)}… `);
  expect((await cli(house, ["variables", "game", "note"])).stdout).toContain(long);
  expect((await cli(house, ["get", "game", "note"], { isTerminal: true })).stdout).toBe(`${long}\n`);
});
