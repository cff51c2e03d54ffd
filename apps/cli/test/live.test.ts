/** Commands that go on: what comes while they run, also over the loss of the server. */

import { expect, test } from "vitest";
import { layWire } from "./wire.ts";
import { cli, connectGame, openOwnHouse, startCli, startServerIn } from "./support.ts";

const jsonLines = (text: string) =>
  text
    .split("\n")
    .slice(0, -1)
    .map((line) => JSON.parse(line) as Record<string, unknown>);

test("watch prints what a variable is, then what it becomes, and ends after so many", async () => {
  const house = await openOwnHouse();
  const game = await connectGame(house);
  const watching = startCli(house, ["watch", "game", "lives", "--json", "--count", "3"]);
  await watching.printed('"value":3');
  game.send({ lives: 4, speed: 4 });
  await watching.printed('"value":4');
  game.send({ lives: 5 });
  const { code, stdout, stderr } = await watching.ended;
  expect([code, stderr]).toEqual([0, ""]);
  expect(jsonLines(stdout)).toMatchObject([
    { device: "game", name: "lives", value: 3, at: expect.any(Number) },
    { name: "lives", value: 4 },
    { name: "lives", value: 5 },
  ]);
});

test("watch shows all variables, those too that are declared meanwhile", async () => {
  const house = await openOwnHouse();
  const game = await connectGame(house);
  const watching = startCli(house, ["watch", "game"], { isTerminal: true });
  expect(await watching.printed("lives")).toMatch(/^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d{3} {2}speed {2}3$/m);
  game.declare({ fuel: { kind: "float", value: 7.5 } });
  await watching.printed("fuel  7.5");
  watching.end("interrupted");
  expect(await watching.ended).toMatchObject({ code: 130, stderr: "" });
});

test("watch of what isn't there fails at once", async () => {
  const house = await openOwnHouse();
  await connectGame(house);
  const nothing = await cli(house, ["watch", "game", "nothing"]);
  expect(nothing).toEqual({ code: 1, stdout: "", stderr: "wheelhouse: game has no variable nothing\n" });
  expect((await cli(house, ["watch", "nobody"])).code).toBe(1);
});

test("logs are oldest first, filtered by the server", async () => {
  const house = await openOwnHouse();
  const game = await connectGame(house);
  for (const [level, message] of [
    ["info", "one"],
    ["warn", "Two"],
    ["error", "three"],
  ] as const)
    game.log(level, message, level === "warn" ? { at: 2 } : undefined);
  await game.flush();
  const messages = async (...args: readonly string[]) =>
    jsonLines((await cli(house, ["logs", "--json", ...args])).stdout).map(({ message }) => message);
  expect(await messages()).toEqual(["one", "Two", "three"]);
  expect(await messages("game", "--limit", "2")).toEqual(["Two", "three"]);
  expect(await messages("--level", "warn")).toEqual(["Two", "three"]);
  expect(await messages("--text", "tw")).toEqual(["Two"]);
  expect(await messages("--since", "1h", "--until", "30m")).toEqual([]);
  const piped = await cli(house, ["logs", "--text", "two"]);
  expect(piped.stdout).toMatch(/^\S+Z\twarn\tgame\tTwo\t\{"at":2\}\n$/);
  const shown = await cli(house, ["logs", "--text", "two"], { isTerminal: true });
  expect(shown.stdout).toMatch(/ {2}warn {3}game {2}Two {2}\{"at":2\}\n$/);
});

test("logs --follow goes on with what comes, each line once, as filtered", async () => {
  const house = await openOwnHouse();
  const game = await connectGame(house);
  for (const message of ["one", "two", "three"]) game.log("warn", message);
  await game.flush();
  const following = startCli(house, ["logs", "--follow", "--level", "warn", "--limit", "2", "--json"]);
  await following.printed("three");
  for (let count = 0; count < 50; count += 1) game.log(count % 2 === 0 ? "warn" : "info", `later ${count}.`);
  await following.printed("later 48.");
  following.end("reader gone");
  const { code, stdout, stderr } = await following.ended;
  expect([code, stderr]).toEqual([0, ""]);
  expect(jsonLines(stdout).map(({ message }) => message)).toEqual([
    "two",
    "three",
    ...Array.from({ length: 25 }, (_, index) => `later ${index * 2}.`),
  ]);
});

test("logs --follow goes on with what the server's own search finds", async () => {
  const house = await openOwnHouse();
  const game = await connectGame(house);
  const texts = ["in der Straße", "STRAẞE", "\u017ftrasse", "Strase"];
  for (const text of texts) game.log("info", `stored: ${text}`);
  await game.flush();
  const following = startCli(house, ["logs", "--follow", "--text", "strasse", "--json"]);
  await following.printed("stored: \u017ftrasse");
  for (const text of [...texts, "strasse, the last"]) game.log("info", `live: ${text}`);
  await following.printed("the last");
  following.end("reader gone");
  const found = texts.slice(0, 3);
  expect(jsonLines((await following.ended).stdout).map(({ message }) => message)).toEqual([
    ...found.map((text) => `stored: ${text}`),
    ...found.map((text) => `live: ${text}`),
    "live: strasse, the last",
  ]);
});

test("what is followed survives the server, and goes on where it was", async () => {
  const house = await openOwnHouse();
  const game = await connectGame(house);
  game.log("info", "before");
  await game.flush();
  const { host, port } = house.server.http;
  const following = startCli(house, ["logs", "--follow", "--json"]);
  await following.printed("before");
  await house.server.stop();
  await following.said("the connection is lost");
  const again = await startServerIn(house.data, `${host}:${port}`);
  const other = await connectGame({ ...house, server: again }, { device: "other" });
  other.log("info", "after");
  await following.printed("after");
  following.end("interrupted");
  const { stdout } = await following.ended;
  expect(jsonLines(stdout).map(({ message }) => message)).toEqual(["before", "after"]);
});

test("a log-in that ends, and a role that is taken away, end what is followed", async () => {
  const house = await openOwnHouse();
  await connectGame(house);
  const { id, token } = await house.api.call("createToken", { body: { name: "t" } });
  const following = startCli(house, ["watch", "game", "--token", token]);
  await following.printed("speed");
  await house.api.call("revokeToken", { params: { id } });
  const { code, stderr } = await following.ended;
  expect(code).toBe(1);
  expect(stderr).toContain("the log-in has ended");
  expect(stderr).not.toContain(token);
});

/** The same house over a wire, with a token, since this machine is logged in at another address. */
async function openWiredHouse() {
  const own = await openOwnHouse();
  const wire = await layWire(own);
  const { token } = await own.api.call("createToken", { body: { name: "wired" } });
  const environment = { ...wire.house.environment, WHEELHOUSE_TOKEN: token };
  return { ...wire, house: { ...wire.house, environment } };
}

test("an entry that comes while the stored ones are read is printed once", async () => {
  const { house, hold } = await openWiredHouse();
  const game = await connectGame(house);
  game.log("info", "before");
  await game.flush();
  const reached = hold("/logs?");
  const following = startCli(house, ["logs", "--follow", "--json"]);
  const release = await reached;
  game.log("info", "meanwhile");
  await game.flush();
  release();
  await following.printed("meanwhile");
  game.log("info", "after");
  await following.printed("after");
  following.end("interrupted");
  const { stdout } = await following.ended;
  expect(jsonLines(stdout).map(({ message }) => message)).toEqual(["before", "meanwhile", "after"]);
});

test("over lost connections nothing is printed twice, and nothing that was stored is missing", async () => {
  const { house, cut } = await openWiredHouse();
  const game = await connectGame(house);
  const following = startCli(house, ["logs", "--follow", "--json"]);
  const watching = startCli(house, ["watch", "game", "lives", "--json"]);
  await watching.printed('"value":3');
  for (let count = 0; count < 5; count += 1) {
    game.log("info", `entry ${count}.`);
    game.send({ lives: 10 + count });
    await following.printed(`entry ${count}.`);
    await watching.printed(`"value":${10 + count}`);
    cut();
    for (const running of [following, watching]) await running.said("connected again", count + 1);
  }
  for (const running of [following, watching]) running.end("interrupted");
  const [logs, values] = [await following.ended, await watching.ended];
  expect(jsonLines(logs.stdout).map(({ message }) => message)).toEqual(
    Array.from({ length: 5 }, (_, count) => `entry ${count}.`),
  );
  expect(jsonLines(values.stdout).map(({ value }) => value)).toEqual([3, 10, 11, 12, 13, 14]);
});

test.each([
  ["all of it where it asks for so much", 2_000, 1_100],
  ["the newest of it, and that it isn't all", 20, 20],
])("who was away for more than the socket keeps is told %s", async (_, limit, count) => {
  const { house, close, open, requests } = await openWiredHouse();
  const game = await connectGame(house);
  game.log("info", "before");
  await game.flush();
  const following = startCli(house, ["logs", "--follow", "--json", "--limit", String(limit)]);
  await following.printed("before");
  close();
  await following.said("the connection is lost");
  for (let index = 0; index < 1_100; index += 1) game.log("info", `missed ${index}.`);
  await game.flush();
  open();
  await following.printed("missed 1099.");
  game.log("info", "after");
  await following.printed("after");
  following.end("interrupted");
  const { stdout, stderr } = await following.ended;
  expect(jsonLines(stdout).map(({ message }) => message)).toEqual([
    "before",
    ...Array.from({ length: count }, (__, index) => `missed ${1_100 - count + index}.`),
    "after",
  ]);
  // Read again once, not again and again.
  expect(requests.filter((line) => line.includes("/logs?")).length).toBeLessThanOrEqual(4);
  expect(stderr.includes("more came while the server was away")).toBe(count < 1_100);
});
