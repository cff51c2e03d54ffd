/** Keys, tokens, members, invitations and lost passwords. */

import { expect, test } from "vitest";
import {
  ANN,
  BOB,
  cli,
  openOwnHouse,
  registerAt,
  startCli,
  startServerIn,
  temporaryFolder,
  type House,
} from "./support.ts";
import { layWire } from "./wire.ts";

const jsonLines = (text: string) =>
  text
    .split("\n")
    .slice(0, -1)
    .map((line) => JSON.parse(line) as Record<string, unknown>);
const secretOf = (link: string) => link.trim().split("#")[1] ?? "";

/** Bob, who follows a link, with a place of his own for settings. */
async function letInBob(house: House, link: string) {
  const bob = await registerAt(house.url, { ...BOB, invitation: secretOf(link) });
  const environment = { ...house.environment, XDG_CONFIG_HOME: await temporaryFolder() };
  const logIn = await cli({ environment }, ["login", "--email", BOB.email], { answers: [BOB.password] });
  expect(logIn.code).toBe(0);
  return { ...bob, environment };
}

test("device keys are listed by how they begin, and shown whole where that is asked", async () => {
  const house = await openOwnHouse();
  for (const args of [["keys"], ["keys", "--json"]]) {
    const listed = await cli(house, args);
    expect(listed.stdout).toContain(`${house.key.slice(0, 4)}…`);
    expect(listed.stdout).not.toContain(house.key);
  }
  expect((await cli(house, ["keys", "--show"])).stdout).toContain(house.key);
  const made = await cli(house, ["keys", "create", "beta testers"]);
  expect(made).toMatchObject({ code: 0, stdout: expect.stringMatching(/^\w{12}\n$/), stderr: "" });
  const second = jsonLines((await cli(house, ["keys", "--json"])).stdout)[1];
  expect(second).toMatchObject({ name: "beta testers", revokedAt: null });
  const revoked = await cli(house, ["keys", "revoke", String(second?.["id"])]);
  expect(revoked).toEqual({ code: 0, stdout: "", stderr: `revoked ${String(second?.["id"])}\n` });
  expect(jsonLines((await cli(house, ["keys", "--json"])).stdout)[1]?.["revokedAt"]).toEqual(
    expect.any(Number),
  );
  expect((await cli(house, ["keys", "revoke", "none"])).code).toBe(1);
});

test("a token is made with the password, shown once, and revoked without", async () => {
  const house = await openOwnHouse();
  const made = await cli(
    house,
    ["tokens", "create", "build server", "--role", "viewer", "--only-project", "--days", "30"],
    { answers: [ANN.password] },
  );
  expect(made).toMatchObject({ code: 0, stdout: expect.stringMatching(/^wh_[\w-]{43}\n$/), stderr: "" });
  const listed = await cli(house, ["tokens", "--json"]);
  expect(listed.stdout).not.toContain(made.stdout.trim());
  const [, token] = jsonLines(listed.stdout);
  expect(token).toMatchObject({ name: "build server", role: "viewer", project: house.project });
  expect(Number(token?.["expiresAt"]) - Number(token?.["createdAt"])).toBeGreaterThan(29 * 86_400_000);
  const environment = { WHEELHOUSE_TOKEN: made.stdout.trim() };
  expect((await cli(house, ["devices"], { environment })).code).toBe(0);
  expect(jsonLines((await cli(house, ["tokens", "--json"], { environment })).stdout)).toHaveLength(1);

  const wrong = await cli(house, ["tokens", "create", "x", "--password-stdin"], { input: "a wrong one\n" });
  expect(wrong).toEqual({ code: 1, stdout: "", stderr: "wheelhouse: e-mail address or password is wrong\n" });
  expect((await cli(house, ["tokens", "create", "x"])).code).toBe(2);
  expect((await cli(house, ["tokens", "revoke", String(token?.["id"])])).code).toBe(0);
  expect((await cli(house, ["devices"], { environment })).code).toBe(1);
  // The sessions of these errands are over.
  expect((await house.api.call("webSessions", {})).sessions).toHaveLength(1);
});

test("somebody is invited, becomes an editor, and leaves", async () => {
  const house = await openOwnHouse();
  const invited = await cli(house, ["invite"], { answers: [ANN.password] });
  expect(invited).toMatchObject({ code: 0, stderr: "" });
  expect(invited.stdout).toMatch(/^http:\S+\/invite#[\w-]{43}\n$/);
  const bob = await letInBob(house, invited.stdout);
  expect((await cli(house, ["members"])).stdout).toMatch(
    /^ann@example\.org\towner\t\w+\nbob@example\.org\tviewer\t\w+\n$/,
  );
  const raised = await cli(house, ["members", "role", "Bob@example.org", "editor"], {
    answers: [ANN.password],
  });
  expect(raised).toMatchObject({ code: 0, stderr: "Bob@example.org is editor of Rocket\n" });
  expect((await cli(bob, ["members", "remove", ANN.email])).code).toBe(1);
  expect((await cli(house, ["members", "remove", "nobody@example.org"])).stderr).toContain(
    "isn't a member of Rocket",
  );

  expect(await cli(bob, ["members", "leave"])).toMatchObject({ code: 0, stderr: "you have left Rocket\n" });
  const alone = await cli(bob, ["devices"]);
  expect(alone).toMatchObject({ code: 1, stdout: "" });
  expect(alone.stderr).toContain("projects create");
  const last = await cli(house, ["members", "leave"]);
  expect(last).toMatchObject({ code: 1, stdout: "" });
  expect(last.stderr).toContain("needs an owner");
});

test("a member is removed, and an account with a project of its own is invited", async () => {
  const house = await openOwnHouse();
  const invited = await cli(house, ["invite", "--installation", "--days", "1", "--json"], {
    answers: [ANN.password],
  });
  const [invitation] = jsonLines(invited.stdout);
  expect(Number(invitation?.["expiresAt"]) - Number(invitation?.["createdAt"])).toBe(86_400_000);
  const bob = await letInBob(house, String(invitation?.["link"]));
  expect((await cli(bob, ["projects"])).stdout).toContain("My game");
  const into = await cli(house, ["invite", "--role", "owner"], { answers: [ANN.password] });
  await bob.api.call("acceptInvitation", { body: { invitation: secretOf(into.stdout) } });
  expect((await cli(house, ["members", "remove", BOB.email])).code).toBe(0);
  expect((await cli(house, ["members"])).stdout).not.toContain(BOB.email);
  expect((await cli(bob, ["invite", "--installation"], { answers: [BOB.password] })).code).toBe(1);
});

test("the admin makes a link for a lost password, with the own password", async () => {
  const house = await openOwnHouse();
  const bob = await letInBob(house, (await cli(house, ["invite"], { answers: [ANN.password] })).stdout);
  const made = await cli(house, ["reset-password", BOB.email, "--hours", "2"], { answers: [ANN.password] });
  expect(made).toMatchObject({ code: 0, stderr: "" });
  expect(made.stdout).toMatch(/^http:\S+\/reset-password#[\w-]{43}\n$/);
  await bob.api.call("resetPassword", {
    body: { reset: secretOf(made.stdout), password: "a new fine staple" },
  });
  expect((await cli(bob, ["whoami"])).code).toBe(1);
  const again = await cli(bob, ["login", "--email", BOB.email], { answers: ["a new fine staple"] });
  expect(again.code).toBe(0);

  const unknown = await cli(house, ["reset-password", "nobody@example.org"], { answers: [ANN.password] });
  expect(unknown).toMatchObject({ code: 1, stdout: "" });
  expect(unknown.stderr).toContain("no account has this address");
  const notAdmin = await cli(bob, ["reset-password", ANN.email], { answers: ["a new fine staple"] });
  expect(notAdmin).toMatchObject({ code: 1, stdout: "" });
  expect(notAdmin.stderr).toContain("only the admin");
});

test("the admin's own lost password is set in the folder of the stopped server", async () => {
  const house = await openOwnHouse();
  const set = (email: string, password: string, ...more: readonly string[]) =>
    cli(house, ["reset-password", email, "--data", house.data, ...more], { answers: [password, password] });
  const running = await set(ANN.email, BOB.password);
  expect(running).toMatchObject({ code: 1, stdout: "" });
  expect(running.stderr).toContain("is held by another Wheelhouse");
  await house.server.stop();

  const wrong: readonly (readonly [string, string, number, string])[] = [
    ["nobody@example.org", BOB.password, 1, "has the address nobody@example.org"],
    [ANN.email, "password1", 1, "among the first that are tried"],
    [ANN.email, "short", 2, "8 to 128"],
  ];
  for (const [email, password, code, words] of wrong) {
    const ended = await set(email, password);
    expect(ended).toMatchObject({ code, stdout: "" });
    expect(ended.stderr).toContain(words);
    expect(ended.stderr).not.toContain(password);
  }
  const unequal = await cli(house, ["reset-password", ANN.email, "--data", house.data], {
    answers: [BOB.password, "another one"],
  });
  expect(unequal.code).toBe(2);
  const elsewhere = await cli(house, ["reset-password", ANN.email, "--data", await temporaryFolder()], {
    answers: [BOB.password, BOB.password],
  });
  expect(elsewhere.stderr).toContain("there is no data of a Wheelhouse");

  const done = await set(ANN.email, BOB.password);
  expect(done).toMatchObject({ code: 0, stdout: "" });
  const piped = await cli(house, ["reset-password", ANN.email, "--data", house.data, "--password-stdin"], {
    input: "the newest fine staple\n",
  });
  expect(piped.code).toBe(0);
  await startServerIn(house.data, new URL(house.url).host);
  expect((await cli(house, ["whoami"])).code).toBe(1);
  const logIn = await cli(house, ["login", "--email", ANN.email], { answers: ["the newest fine staple"] });
  expect(logIn.code).toBe(0);
});

test("an errand that is interrupted leaves no session behind", async () => {
  const house = await openOwnHouse();
  const wire = await layWire(house);
  const { token } = await house.api.call("createToken", { body: { name: "wired" } });
  const environment = { ...wire.house.environment, WHEELHOUSE_TOKEN: token };
  const reached = wire.hold("POST /api/v1/password-resets");
  const running = startCli({ environment }, ["reset-password", BOB.email], { answers: [ANN.password] });
  await reached;
  running.end("interrupted");
  expect(await running.ended).toEqual({ code: 130, stdout: "", stderr: "" });
  expect((await house.api.call("webSessions", {})).sessions).toHaveLength(1);
});
