/** A lost password: the admin's link, what it opens, and what it ends. */

import type { Answer } from "@wheelhouse/api";
import { afterAll, beforeAll, expect, test } from "vitest";
import { WebSocket } from "ws";
import { hashToken } from "../../src/accounts/secrets.ts";
import { Store } from "../../src/store/store.ts";
import { liveAddress } from "../live/support.ts";
import { startLastingServer, type TestServer } from "../support.ts";
import { send, type RawAnswer } from "./support.ts";

const PASSWORD = "another fine staple";
const NEW_PASSWORD = "a staple of correctness";

let wheelhouse: TestServer;
beforeAll(async () => {
  wheelhouse = await startLastingServer();
});
afterAll(() => wheelhouse.stop());

const post = (path: string, body: object, headers = {}): Promise<RawAnswer> =>
  send(wheelhouse.server, {
    method: "POST",
    path: `/api/v1${path}`,
    headers: { "content-type": "application/json", ...headers },
    body: JSON.stringify(body),
  });
const logIn = (email: string, password: string) => post("/session", { email, password });
const cookieOf = ({ headers }: RawAnswer) => ({ cookie: headers["set-cookie"]?.[0]?.split(";")[0] ?? "" });
const errorOf = ({ text }: RawAnswer) =>
  (JSON.parse(text) as { error: { code: string; field?: string } }).error;

/** Somebody with an account, logged in. */
async function join(email: string): Promise<{ readonly cookie: string; readonly user: string }> {
  const invited = await wheelhouse.api<Answer<"createOpenInvitation">>("/invitations", {
    method: "POST",
    body: {},
  });
  const invitation = invited.body.link.split("#")[1];
  const joined = await post("/users", { email, password: PASSWORD, invitation });
  expect(joined.status).toBe(201);
  return { ...cookieOf(joined), user: (JSON.parse(joined.text) as Answer<"register">).user.id };
}

async function makeLink(email: string): Promise<string> {
  const made = await wheelhouse.api<Answer<"createPasswordReset">>("/password-resets", {
    method: "POST",
    body: { email },
  });
  expect(made.status).toBe(201);
  expect(made.body.link).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/reset-password#[\w-]{43}$/);
  return made.body.link.split("#")[1] ?? "";
}

test("a link sets a new password and lets its holder in, once", async () => {
  const email = "once@example.org";
  await join(email);
  const reset = await makeLink(` ${email.toUpperCase()} `);
  expect(JSON.parse((await post("/password-resets/read", { reset })).text)).toEqual({ email });
  const used = await post("/password-resets/use", { reset, password: NEW_PASSWORD });
  expect(used.status).toBe(200);
  expect(JSON.parse(used.text)).toMatchObject({ user: { email } });
  const me = await send(wheelhouse.server, { path: "/api/v1/me", headers: cookieOf(used) });
  expect(JSON.parse(me.text)).toMatchObject({ user: { email } });
  expect((await logIn(email, PASSWORD)).status).toBe(401);
  expect((await logIn(email, NEW_PASSWORD)).status).toBe(201);
  for (const again of [
    await post("/password-resets/use", { reset, password: "yet another staple" }),
    await post("/password-resets/read", { reset }),
    await post("/password-resets/use", { reset: "made-up", password: "yet another staple" }),
  ])
    expect([again.status, errorOf(again).code]).toEqual([404, "not_found"]);
  expect((await logIn(email, NEW_PASSWORD)).status).toBe(201);
});

test("of two at once one sets the password", async () => {
  const email = "twice@example.org";
  await join(email);
  const reset = await makeLink(email);
  const passwords = ["a first fine staple", "a second fine staple"];
  const used = await Promise.all(
    passwords.map((password) => post("/password-resets/use", { reset, password })),
  );
  expect(used.map(({ status }) => status).toSorted((one, other) => one - other)).toEqual([200, 404]);
  const right = await Promise.all(passwords.map((password) => logIn(email, password)));
  expect(right.map(({ status }) => status)).toEqual(used.map(({ status }) => (status === 200 ? 201 : 401)));
});

test("what the old password had opened ends, also what is open now, and nobody else's", async () => {
  const email = "robbed@example.org";
  const { cookie } = await join(email);
  const made = await post("/tokens", { name: "ci" }, { cookie });
  const { token } = JSON.parse(made.text) as Answer<"createToken">;
  const bearer = { authorization: `Bearer ${token}` };
  const { http } = wheelhouse.server;
  const sockets = [bearer, { cookie, origin: `http://${http.host}:${http.port}` }].map(
    (headers) => new WebSocket(liveAddress(wheelhouse.server), { headers }),
  );
  await Promise.all(sockets.map((socket) => new Promise((resolve) => socket.once("open", resolve))));
  const closed = sockets.map((socket) => new Promise((resolve) => socket.once("close", resolve)));
  const reset = await makeLink(email);
  expect((await post("/password-resets/use", { reset, password: NEW_PASSWORD })).status).toBe(200);
  expect(await Promise.all(closed)).toEqual([1008, 1008]);
  for (const headers of [bearer, { cookie }])
    expect((await send(wheelhouse.server, { path: "/api/v1/me", headers })).status).toBe(401);
  expect((await wheelhouse.api("/me")).status).toBe(200);
});

test("who used up the tries of an account's password may log in with the new one", async () => {
  const email = "forgetful@example.org";
  await join(email);
  for (let tried = 0; tried < 11; tried += 1) await logIn(email, `guess number ${tried}`);
  expect((await logIn(email, PASSWORD)).status).toBe(429);
  const reset = await makeLink(email);
  await post("/password-resets/use", { reset, password: NEW_PASSWORD });
  expect((await logIn(email, NEW_PASSWORD)).status).toBe(201);
});

test("a newer link takes the place of an older one, and neither outlives its time", async () => {
  const email = "late@example.org";
  const { user } = await join(email);
  const [first, second] = [await makeLink(email), await makeLink(email)];
  expect((await post("/password-resets/read", { reset: first })).status).toBe(404);
  expect((await post("/password-resets/read", { reset: second })).status).toBe(200);
  const { runtime } = wheelhouse.server.app;
  const over = runtime.wallClock() - 1;
  const late = { tokenHash: hashToken("late"), user, createdAt: over - 1, expiresAt: over };
  await runtime.call(Store, "addPasswordReset", late);
  for (const path of ["read", "use"])
    expect((await post(`/password-resets/${path}`, { reset: "late", password: NEW_PASSWORD })).status).toBe(
      404,
    );
  expect((await logIn(email, PASSWORD)).status).toBe(201);
});

test("a password that guessers try first is refused, and the link still holds", async () => {
  const email = "simple@example.org";
  await join(email);
  const reset = await makeLink(email);
  for (const password of ["password1", "short", "simple1234"]) {
    const refused = await post("/password-resets/use", { reset, password });
    expect([refused.status, errorOf(refused)]).toMatchObject([422, { field: "password" }]);
  }
  expect((await post("/password-resets/use", { reset, password: NEW_PASSWORD })).status).toBe(200);
});

test("only the admin makes one, not with a token, for an address that has an account", async () => {
  const email = "eager@example.org";
  const { cookie } = await join(email);
  expect((await post("/password-resets", { email: "ann@example.org" }, { cookie })).status).toBe(403);
  const { body } = await wheelhouse.api<Answer<"createToken">>("/tokens", {
    method: "POST",
    body: { name: "the admin's" },
  });
  const authorization = `Bearer ${body.token}`;
  expect((await post("/password-resets", { email }, { authorization })).status).toBe(403);
  const unknown = await wheelhouse.api("/password-resets", {
    method: "POST",
    body: { email: "nobody@example.org" },
  });
  expect(unknown).toMatchObject({
    status: 404,
    body: { error: { code: "not_found", field: "email" } },
  });
});
