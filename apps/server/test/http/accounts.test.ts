import { expect, test } from "vitest";
import { startServer, type RunningServer } from "../../src/server.ts";
import { startTestServer, temporaryFolder, testConfig } from "../support.ts";
import { send, type RawAnswer } from "./support.ts";

const json = { "content-type": "application/json" };
const ann = { email: "ann@example.org", password: "correct horse battery" };

const post = (server: RunningServer, path: string, body: object, headers = {}) =>
  send(server, {
    method: "POST",
    path: `/api/v1${path}`,
    headers: { ...json, ...headers },
    body: JSON.stringify(body),
  });
const me = (server: RunningServer, cookie: string) =>
  send(server, { path: "/api/v1/me", headers: { cookie } });

/** What a browser would send back of the session. */
function cookieOf({ headers }: RawAnswer): string {
  return headers["set-cookie"]?.[0]?.split(";")[0] ?? "";
}

function attributesOf({ headers }: RawAnswer): readonly string[] {
  return (headers["set-cookie"]?.[0] ?? "").split("; ").slice(1).toSorted();
}

async function startFresh(publicUrl?: string): Promise<RunningServer> {
  const config = testConfig({ data: await temporaryFolder() });
  return startServer(publicUrl === undefined ? config : { ...config, publicUrl: new URL(publicUrl) });
}

test("the first account is free on this machine, then registration is closed", async () => {
  const server = await startFresh();
  expect(JSON.parse((await send(server, { path: "/api/v1/installation" })).text)).toEqual({
    fresh: true,
    devicePort: server.tcp.port,
    needsCode: false,
    openRegistration: false,
  });
  const first = await post(server, "/users", { ...ann, email: " Ann@Example.ORG " });
  expect(first.status).toBe(201);
  expect(JSON.parse(first.text)).toEqual({
    user: { id: expect.any(String), email: "ann@example.org" },
    project: { id: expect.any(String), name: "My game", role: "owner" },
    deviceKey: expect.stringMatching(/^[A-Za-z0-9]{12}$/),
  });
  expect(JSON.parse((await me(server, cookieOf(first))).text)).toMatchObject({
    projects: [{ name: "My game", role: "owner" }],
  });

  for (const email of ["bob@example.org", ann.email]) {
    const second = await post(server, "/users", { ...ann, email });
    expect(second.status).toBe(403);
    expect(JSON.parse(second.text)).toEqual({
      error: { code: "registration_closed", message: "accounts come by invitation here" },
    });
    expect(second.headers["set-cookie"]).toBeUndefined();
  }
  const { text } = await send(server, { path: "/api/v1/installation" });
  expect(JSON.parse(text)).toMatchObject({ fresh: false });
  await server.stop();
});

test("of several that want to be first at once, one is", async () => {
  const server = await startFresh();
  const answers = await Promise.all(
    ["ann", "bob", "cid", "dan"].map((name) =>
      post(server, "/users", { ...ann, email: `${name}@example.org` }),
    ),
  );
  expect(answers.map(({ status }) => String(status)).toSorted()).toEqual(["201", "403", "403", "403"]);
  await server.stop();
});

test("an account that is refused leaves the place free", async () => {
  const server = await startFresh();
  expect((await post(server, "/users", { ...ann, password: "short" })).status).toBe(422);
  expect((await post(server, "/users", ann)).status).toBe(201);
  await server.stop();
});

test("a wrong password and an unknown account are answered alike, and neither begins a session", async () => {
  const { server } = await startTestServer();
  const wrong = await post(server, "/session", { ...ann, password: "correct horse" });
  const unknown = await post(server, "/session", { ...ann, email: "nobody@example.org" });
  expect([wrong.status, wrong.text]).toEqual([unknown.status, unknown.text]);
  expect(wrong.status).toBe(401);
  expect(JSON.parse(wrong.text)).toMatchObject({ error: { code: "wrong_credentials" } });
  for (const { headers } of [wrong, unknown]) expect(headers["set-cookie"]).toBeUndefined();
});

test("each log-in begins a session of its own, and logging out ends that one", async () => {
  const { server, cookie } = await startTestServer();
  const first = await post(server, "/session", { ...ann, email: "ANN@example.org" });
  const second = await post(server, "/session", ann, { cookie: cookieOf(first) });
  const cookies = [cookie, cookieOf(first), cookieOf(second)];
  expect(new Set(cookies).size).toBe(3);
  const statuses = async () =>
    (await Promise.all(cookies.map((each) => me(server, each)))).map(({ status }) => status);
  expect(await statuses()).toEqual([200, 200, 200]);

  const out = await send(server, {
    method: "DELETE",
    path: "/api/v1/session",
    headers: { ...json, cookie: cookieOf(first) },
  });
  expect([out.status, out.text]).toEqual([204, ""]);
  expect(out.headers["set-cookie"]?.[0]).toMatch(/^wheelhouse_session=; .*Expires=Thu, 01 Jan 1970/);
  expect(await statuses()).toEqual([200, 401, 200]);
  const again = await send(server, {
    method: "DELETE",
    path: "/api/v1/session",
    headers: { ...json, cookie: cookieOf(first) },
  });
  expect(again.status).toBe(401);
});

test("the session's cookie is for the server only, and outlives the browser by 30 days", async () => {
  const { server } = await startTestServer();
  const answer = await post(server, "/session", ann);
  expect(attributesOf(answer)).toEqual(["HttpOnly", "Max-Age=2592000", "Path=/", "SameSite=Lax"]);
  expect(cookieOf(answer)).toMatch(/^wheelhouse_session=[A-Za-z0-9_-]{43}$/);
});

test("on TLS the cookie is bound to the host, and one that isn't doesn't count", async () => {
  const server = await startFresh("https://wheel.example");
  const host = "wheel.example";
  const from = { host, origin: "https://wheel.example" };
  const answer = await post(server, "/users", { ...ann, code: server.setupCode }, from);
  expect(attributesOf(answer)).toEqual(["HttpOnly", "Max-Age=2592000", "Path=/", "SameSite=Lax", "Secure"]);
  const cookie = cookieOf(answer);
  expect(cookie).toMatch(/^__Host-wheelhouse_session=/);
  const ask = (headers: Record<string, string>) => send(server, { path: "/api/v1/me", headers });
  expect((await ask({ host, cookie })).status).toBe(200);
  expect((await ask({ host, cookie: cookie.replace("__Host-", "") })).status).toBe(401);
  const out = await send(server, {
    method: "DELETE",
    path: "/api/v1/session",
    headers: { ...json, host, cookie },
  });
  expect(out.headers["set-cookie"]?.[0]).toMatch(/^__Host-wheelhouse_session=; .*Secure/);
  await server.stop();
});

test("accounts and sessions outlive the server", async () => {
  const data = await temporaryFolder();
  const first = await startServer(testConfig({ data }));
  const cookie = cookieOf(await post(first, "/users", ann));
  await first.stop();
  const second = await startServer(testConfig({ data }));
  expect((await me(second, cookie)).status).toBe(200);
  expect((await post(second, "/session", ann)).status).toBe(201);
  await second.stop();
});
