/** Logging in when others try to: limits, known browsers, and equal work for accounts that are there and that aren't. */

import type { Answer } from "@wheelhouse/api";
import { TrustedAddresses } from "@wheelhouse/net";
import { expect, test } from "vitest";
import type { RunningServer } from "../../src/server.ts";
import { openPage } from "../live/support.ts";
import { startTestServer, type TestServer } from "../support.ts";
import { send, type RawAnswer } from "./support.ts";

const ann = { email: "ann@example.org", password: "correct horse battery" };

/** A server behind a proxy, so that a test can come from anywhere. */
function startBehindProxy(): Promise<TestServer> {
  return startTestServer({ config: { trustedProxy: new TrustedAddresses(["127.0.0.1"]) } });
}

function logIn(server: RunningServer, body: object, address: string, cookie = ""): Promise<RawAnswer> {
  return send(server, {
    method: "POST",
    path: "/api/v1/session",
    headers: { "content-type": "application/json", "x-forwarded-for": address, cookie },
    body: JSON.stringify(body),
  });
}

const cookiesOf = ({ headers }: RawAnswer) =>
  (headers["set-cookie"] ?? []).map((cookie) => cookie.split(";")[0] ?? "");

test("ten wrong passwords from one address, then no more are looked at, right ones neither", async () => {
  const { server } = await startBehindProxy();
  const statuses = [];
  for (let tried = 0; tried < 12; tried += 1)
    statuses.push((await logIn(server, { ...ann, password: `guess number ${tried}` }, "203.0.113.9")).status);
  expect(statuses).toEqual([...Array.from({ length: 10 }, () => 401), 429, 429]);
  const right = await logIn(server, ann, "203.0.113.9");
  expect(right.status).toBe(429);
  expect(Number(right.headers["retry-after"])).toBeGreaterThan(0);
  expect((await logIn(server, ann, "203.0.113.10")).status).toBe(201);
});

test("right passwords use up no tries", async () => {
  const { server } = await startBehindProxy();
  for (let tried = 0; tried < 12; tried += 1)
    expect((await logIn(server, ann, "203.0.113.9")).status).toBe(201);
});

test("an address that isn't believed doesn't count", async () => {
  const { server } = await startTestServer();
  const statuses = [];
  for (let tried = 0; tried < 11; tried += 1)
    statuses.push((await logIn(server, { ...ann, password: "a guess" }, `203.0.113.${tried}`)).status);
  expect(statuses.at(-1)).toBe(429);
});

test("a browser that logged in before logs in, whatever strangers have tried from its address", async () => {
  const { server } = await startBehindProxy();
  const [, known = ""] = cookiesOf(await logIn(server, ann, "203.0.113.9"));
  expect(known).toMatch(/^wheelhouse_device=[\w-]{43}$/);
  for (let tried = 0; tried < 11; tried += 1)
    await logIn(server, { ...ann, password: "a guess" }, "203.0.113.9");
  expect((await logIn(server, ann, "203.0.113.9")).status).toBe(429);
  const again = await logIn(server, ann, "203.0.113.9", known);
  expect(again.status).toBe(201);
  // It is known already: nothing new is stored for it.
  expect(cookiesOf(again).map((cookie) => cookie.split("=")[0])).toEqual(["wheelhouse_session"]);
  // And it may be wrong itself only so often.
  for (let tried = 0; tried < 10; tried += 1)
    expect((await logIn(server, { ...ann, password: "a guess" }, "203.0.113.9", known)).status).toBe(401);
  expect((await logIn(server, ann, "203.0.113.9", known)).status).toBe(429);
});

test("what a browser is known by to one account is nothing to another, nor is it a session", async () => {
  const { server, cookie } = await startBehindProxy();
  expect(cookie).not.toBe("");
  const [, known = ""] = cookiesOf(await logIn(server, ann, "203.0.113.9"));
  const secret = known.split("=")[1];
  const me = await send(server, { path: "/api/v1/me", headers: { cookie: `wheelhouse_session=${secret}` } });
  expect(me.status).toBe(401);
  const bob = { email: "bob@example.org", password: "a guess" };
  for (let tried = 0; tried < 10; tried += 1)
    expect((await logIn(server, bob, "203.0.113.9")).status).toBe(401);
  expect((await logIn(server, bob, "203.0.113.9", known)).status).toBe(429);
});

test("an account that many addresses guess at stays open to new ones, each with one try", async () => {
  const { server } = await startBehindProxy();
  for (let tried = 0; tried < 101; tried += 1)
    await logIn(server, { ...ann, password: "a guess" }, `198.51.100.${tried}`);
  expect((await logIn(server, { ...ann, password: "a guess" }, "203.0.113.9")).status).toBe(401);
  expect((await logIn(server, ann, "203.0.113.9")).status).toBe(429);
  expect((await logIn(server, ann, "203.0.113.10")).status).toBe(201);
});

test("an account that is there and one that isn't are the same answers and the same work, tried ever so often", async () => {
  const { server } = await startBehindProxy();
  const hashes = async () => {
    const { text } = await send(server, { path: "/metrics" });
    return Number(/^wheelhouse_password_hashes_total (\d+)/m.exec(text)?.[1]);
  };
  const told = [];
  for (const email of [ann.email, "nobody@example.org"]) {
    const address = email === ann.email ? "203.0.113.9" : "203.0.113.10";
    const answers = [];
    for (let tried = 0; tried < 12; tried += 1) {
      const before = await hashes();
      const { status, text, headers } = await logIn(server, { email, password: "a guess" }, address);
      const names = Object.keys(headers).toSorted();
      answers.push({ status, text, names, hashes: (await hashes()) - before });
    }
    told.push(answers);
  }
  expect(told[0]).toEqual(told[1]);
  expect(told[0]?.map((answer) => answer.hashes)).toEqual([...Array.from({ length: 10 }, () => 1), 0, 0]);
});

test("a new password ends every other session, known browser and live socket, and asks for the old one", async () => {
  const wheelhouse = await startTestServer();
  const { server, api } = wheelhouse;
  const other = await logIn(server, ann, "");
  const [session = "", known = ""] = cookiesOf(other);
  const page = await openPage(server, session);
  const change = (body: object) => api("/me/password", { method: "PATCH", body });
  expect(await change({ current: "wrong", password: "a staple of correctness" })).toMatchObject({
    status: 401,
  });
  expect(await change({ current: ann.password, password: "password1" })).toMatchObject({ status: 422 });
  expect(await change({ current: ann.password, password: "a staple of correctness" })).toMatchObject({
    status: 204,
  });
  expect(await page.closed).toEqual([1008, "logged out"]);
  expect((await send(server, { path: "/api/v1/me", headers: { cookie: session } })).status).toBe(401);
  expect((await api("/me")).status).toBe(200);
  expect((await logIn(server, ann, "")).status).toBe(401);
  const again = await logIn(server, { ...ann, password: "a staple of correctness" }, "", known);
  expect(cookiesOf(again).map((cookie) => cookie.split("=")[0])).toEqual([
    "wheelhouse_session",
    "wheelhouse_device",
  ]);
});

test("sessions are listed, and each can be ended, with its live sockets", async () => {
  const { server, api } = await startTestServer();
  const [session = ""] = cookiesOf(await logIn(server, ann, ""));
  const page = await openPage(server, session);
  const { body } = await api<Answer<"webSessions">>("/me/sessions");
  expect(body.sessions.map(({ current }) => current)).toEqual([true, false]);
  const [, theirs] = body.sessions;
  expect((await api(`/me/sessions/${theirs?.id}`, { method: "DELETE" })).status).toBe(204);
  expect(await page.closed).toEqual([1008, "logged out"]);
  expect((await send(server, { path: "/api/v1/me", headers: { cookie: session } })).status).toBe(401);
  expect((await api(`/me/sessions/${theirs?.id}`, { method: "DELETE" })).status).toBe(404);
});
