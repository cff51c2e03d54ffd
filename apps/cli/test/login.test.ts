import { readFile, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { ANN, cli, openHouse, openOwnHouse, type House } from "./support.ts";

const fileOf = ({ environment }: House) =>
  join(environment["XDG_CONFIG_HOME"] ?? "", "wheelhouse", "log-ins.json");
const tokensOf = async ({ api }: House) => (await api.call("tokens", {})).tokens;

test("a log-in keeps a token in a file of one's own, and neither says nor keeps a secret beside it", async () => {
  const house = await openHouse();
  const ended = await cli(house, ["login", "--email", ANN.email], { answers: [ANN.password] });
  expect(ended).toEqual({ code: 0, stdout: "", stderr: `logged in at ${house.url} as ${ANN.email}\n` });
  expect((await stat(fileOf(house))).mode & 0o777).toBe(0o600);
  expect((await stat(join(fileOf(house), ".."))).mode & 0o777).toBe(0o700);
  const kept = await readFile(fileOf(house), "utf8");
  expect(kept).not.toContain(ANN.password);
  expect(kept).toContain("wh_");
  expect(await tokensOf(house)).toMatchObject([{ name: expect.stringMatching(/^command line on ./) }]);
  // The session that made it is over: what is left is the browser's.
  expect((await house.api.call("webSessions", {})).sessions).toHaveLength(1);
  expect(await cli(house, ["whoami"])).toMatchObject({
    code: 0,
    stdout: `${ANN.email}, the admin at ${house.url}: Rocket (owner)\n`,
  });
});

test("address and password are asked where they aren't given, or read from the input", async () => {
  const house = await openHouse();
  const asked = await cli(house, ["login"], { answers: [ANN.email, ANN.password] });
  expect(asked.code).toBe(0);
  const read = await cli(house, ["login", "--email", ANN.email, "--password-stdin"], {
    input: `${ANN.password}\r\n`,
  });
  expect(read.code).toBe(0);
  // The log-in before was this machine's too.
  expect(await tokensOf(house)).toHaveLength(1);
});

test.each([
  ["no address", ["login", "--password-stdin"], 2, "--email"],
  ["no password", ["login", "--email", ANN.email], 2, "--password-stdin"],
  ["an empty password", ["login", "--email", ANN.email, "--password-stdin"], 2, "a password on the input"],
])("without a terminal, %s is wrong usage", async (_, args, code, words) => {
  const house = await openHouse();
  const ended = await cli(house, args);
  expect(ended).toMatchObject({ code, stdout: "" });
  expect(ended.stderr).toMatch(/^wheelhouse: .*\n$/);
  expect(ended.stderr).toContain(words);
});

test("a wrong password is one line that doesn't repeat it, and keeps nothing", async () => {
  const house = await openHouse();
  const ended = await cli(house, ["login", "--email", ANN.email], { answers: ["a wrong password"] });
  expect(ended).toEqual({ code: 1, stdout: "", stderr: "wheelhouse: e-mail address or password is wrong\n" });
  await expect(readFile(fileOf(house))).rejects.toThrow("ENOENT");
});

test("a given token is kept after it was tried, and stays whoever's it is at the log-out", async () => {
  const house = await openHouse();
  const { token } = await house.api.call("createToken", { body: { name: "given" } });
  expect((await cli(house, ["login", "--token", "wh_wrong"])).code).toBe(1);
  expect((await cli(house, ["login"], { environment: { WHEELHOUSE_TOKEN: token } })).code).toBe(0);
  expect((await cli(house, ["whoami"])).code).toBe(0);
  const out = await cli(house, ["logout"]);
  expect(out.stderr).toContain("goes on");
  expect(await tokensOf(house)).toHaveLength(1);
  expect((await cli(house, ["whoami"])).code).toBe(1);
});

test("a log-out revokes the token there and forgets it here", async () => {
  const house = await openOwnHouse();
  expect(await cli(house, ["logout"])).toEqual({
    code: 0,
    stdout: "",
    stderr: `logged out at ${house.url}\n`,
  });
  expect(await tokensOf(house)).toEqual([]);
  expect(await readFile(fileOf(house), "utf8")).not.toContain("wh_");
  const again = await cli(house, ["whoami"]);
  expect(again).toMatchObject({ code: 1, stdout: "" });
  expect(again.stderr).toBe(`wheelhouse: you aren't logged in at ${house.url}: run \`wheelhouse login\`\n`);
  expect((await cli(house, ["logout"])).code).toBe(0);
});

test("a server that is away is told of at the log-out, and forgotten all the same", async () => {
  const house = await openOwnHouse();
  await house.server.stop();
  const ended = await cli(house, ["logout"]);
  expect(ended).toMatchObject({ code: 0 });
  expect(ended.stderr).toContain("couldn't be revoked");
  expect(await readFile(fileOf(house), "utf8")).not.toContain("wh_");
});

test("a log-in that has ended elsewhere says so", async () => {
  const house = await openOwnHouse();
  const [token] = await tokensOf(house);
  await house.api.call("revokeToken", { params: { id: token?.id ?? "" } });
  const ended = await cli(house, ["whoami"]);
  expect(ended).toMatchObject({ code: 1, stdout: "" });
  expect(ended.stderr).toContain("log in again");
});

test("the newest log-in's server is the one that commands ask, without naming it", async () => {
  const house = await openOwnHouse();
  const { WHEELHOUSE_URL: _, ...environment } = house.environment;
  expect(await cli({ environment }, ["whoami"])).toMatchObject({ code: 0 });
  const named = await cli({ environment }, ["whoami", "--url", `${house.url}/settings`]);
  expect(named.code).toBe(0);
});

test("a file that isn't one of log-ins is told by its name, and stays as it is", async () => {
  const house = await openOwnHouse();
  for (const text of [
    "not JSON",
    "[]",
    '{"servers":{"x":{"token":7}}}',
    '{"servers":{"x":{"email":"a","token":"\\n"}}}',
    "null",
  ]) {
    await writeFile(fileOf(house), text);
    const ended = await cli(house, ["whoami"]);
    expect(ended).toMatchObject({ code: 1, stdout: "" });
    expect(ended.stderr).toContain(fileOf(house));
    expect(await readFile(fileOf(house), "utf8")).toBe(text);
  }
});

test("a server that isn't there, and an address that is none, are one line each", async () => {
  const house = await openOwnHouse();
  const away = await cli(house, ["whoami", "--url", "http://127.0.0.1:1", "--token", "wh_secret"]);
  expect(away).toMatchObject({ code: 1, stdout: "" });
  expect(away.stderr).toMatch(
    /^wheelhouse: http:\/\/127\.0\.0\.1:1 can't be reached \(.+\): is the server running\?\n$/,
  );
  for (const url of ["nonsense", "ftp://host", "host:8080"]) {
    const ended = await cli(house, ["whoami", "--url", url]);
    expect(ended).toMatchObject({ code: 2, stdout: "" });
    expect(ended.stderr).toContain(`got: ${url}`);
  }
});

test("what is no token is refused without being said, and the end of its line is no part of one", async () => {
  const house = await openHouse();
  const { token } = await house.api.call("createToken", { body: { name: "t" } });
  for (const wrong of [`${token}\nmore`, `Bearer ${token}`, "ünï"]) {
    const ended = await cli(house, ["whoami"], { environment: { WHEELHOUSE_TOKEN: wrong } });
    expect(ended).toEqual({
      code: 2,
      stdout: "",
      stderr: "wheelhouse: expected WHEELHOUSE_TOKEN to be like wh_…\n",
    });
    expect((await cli(house, ["whoami", "--token", wrong])).stderr).not.toContain(wrong);
  }
  const trimmed = await cli(house, ["whoami"], { environment: { WHEELHOUSE_TOKEN: `${token}\r\n` } });
  expect(trimmed.code).toBe(0);
});
