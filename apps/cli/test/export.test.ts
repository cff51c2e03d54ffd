import { expect, test } from "vitest";
import { cli, connectGame, openOwnHouse } from "./support.ts";
import { layWire } from "./wire.ts";

test("an export comes as the server has it, filtered, in both formats", async () => {
  const house = await openOwnHouse();
  const game = await connectGame(house);
  for (let count = 0; count < 2_000; count += 1) game.log("info", `line ${count} ünï`);
  game.log("error", "=last");
  await game.flush();
  const all = await cli(house, ["export", "--kind", "logs"]);
  expect([all.code, all.stderr]).toEqual([0, ""]);
  const rows = all.stdout.split("\n");
  expect(rows).toHaveLength(2_002);
  expect(JSON.parse(rows[1_999] ?? "")).toMatchObject({ device: "game", message: "line 1999 ünï" });
  const filtered = "export --kind logs --format csv --level error --text last --device game --since 1h";
  const csv = await cli(house, filtered.split(" "));
  expect(csv.stdout).toMatch(/^id,at,[^\n]+\r\n\d+,[^\n]+'=last,\r\n$/);
  const values = await cli(house, ["export", "--kind", "variables", "--name", "lives"]);
  expect(values.stdout.trimEnd().split("\n").at(-1)).toMatch(/"name":"lives",.*"value":3\}$/);
});

test("what the server refuses to export is one line", async () => {
  const house = await openOwnHouse();
  for (const args of [
    ["--kind", "markers", "--level", "warn"],
    ["--kind", "logs", "--device", "nobody"],
  ]) {
    const ended = await cli(house, ["export", ...args]);
    expect(ended).toMatchObject({ code: 1, stdout: "" });
    expect(ended.stderr).toMatch(/^wheelhouse: [^\n]+\n$/);
  }
});

test("an export that breaks off is an error, so one that ended is whole", async () => {
  const own = await openOwnHouse();
  const game = await connectGame(own);
  for (let count = 0; count < 5_000; count += 1) game.log("info", `line ${count} ${"x".repeat(100)}`);
  await game.flush();
  const { house, breakAfter } = await layWire(own);
  const { token } = await own.api.call("createToken", { body: { name: "wired" } });
  breakAfter("/export?", 100_000);
  const ended = await cli(house, ["export", "--kind", "logs", "--token", token]);
  expect(ended.code).toBe(1);
  expect(ended.stderr).toBe("wheelhouse: the export broke off before its end: what was printed isn't all\n");
  expect(ended.stdout).toContain("line 9 ");
  expect(ended.stdout).not.toContain("line 4999 ");
});

test("on a terminal an export steers nothing; in a pipe it is exact", async () => {
  const house = await openOwnHouse();
  const game = await connectGame(house);
  const escape = String.fromCodePoint(27);
  game.log("info", `${escape}[2J\u009b31m`);
  await game.flush();
  const args = ["export", "--kind", "logs", "--format", "csv"];
  expect((await cli(house, args)).stdout).toContain(`${escape}[2J`);
  const shown = (await cli(house, args, { isTerminal: true })).stdout;
  expect(shown).toContain(String.raw`\u001b[2J\u009b31m`);
  expect(shown).toMatch(/^id,at,[^\n]+\r\n[^\n]+\r\n$/);
});
