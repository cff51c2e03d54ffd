import type { Answer } from "@wheelhouse/api";
import { expect, test } from "vitest";
import { WebSocket } from "ws";
import { liveAddress } from "../live/support.ts";
import { startTestServer, type TestServer } from "../support.ts";
import { send } from "./support.ts";

type Made = Answer<"createToken">;

async function make({ api }: TestServer, body: object = {}): Promise<Made> {
  return (await api<Made>("/tokens", { method: "POST", body: { name: "ci", ...body } })).body;
}

const bearer = ({ token }: Made) => ({ authorization: `Bearer ${token}` });

test("a token is shown once, in the form that it has, and works without a browser's rules", async () => {
  const wheelhouse = await startTestServer();
  const { server, api, project } = wheelhouse;
  const made = await make(wheelhouse);
  expect(made.token).toMatch(/^wh_[\w-]{43}$/);
  const { body } = await api<Answer<"tokens">>("/tokens");
  expect(body.tokens).toMatchObject([
    { id: made.id, name: "ci", role: null, project: null, lastUsedAt: null },
  ]);
  expect(JSON.stringify(body)).not.toContain(made.token);

  const foreign = { ...bearer(made), origin: "http://evil.test", "sec-fetch-site": "cross-site" };
  expect((await send(server, { path: "/api/v1/me", headers: foreign })).status).toBe(200);
  const posted = await send(server, {
    method: "POST",
    path: `/api/v1/projects/${project}/device-keys`,
    headers: { ...foreign, "content-type": "application/json" },
    body: `{"name":"by token"}`,
  });
  expect(posted.status).toBe(201);
  const used = await api<Answer<"tokens">>("/tokens");
  expect(used.body.tokens[0]?.lastUsedAt).toBeGreaterThan(0);
});

test("a revoked token's requests are refused, and its live socket ends", async () => {
  const wheelhouse = await startTestServer();
  const { server, api } = wheelhouse;
  const made = await make(wheelhouse);
  const socket = new WebSocket(liveAddress(server), { headers: bearer(made) });
  await new Promise((resolve) => socket.once("open", resolve));
  const closed = new Promise((resolve) => socket.once("close", (code) => resolve(code)));
  expect((await api(`/tokens/${made.id}`, { method: "DELETE" })).status).toBe(204);
  expect(await closed).toBe(1008);
  expect((await send(server, { path: "/api/v1/me", headers: bearer(made) })).status).toBe(401);
  expect((await api(`/tokens/${made.id}`, { method: "DELETE" })).status).toBe(404);
});

test("a limited token makes no project, sees only its own, and can't be given what isn't there", async () => {
  const wheelhouse = await startTestServer();
  const { server, api, project } = wheelhouse;
  const other = await wheelhouse.addAccount();
  const limited = await make(wheelhouse, { project });
  const made = await send(server, {
    method: "POST",
    path: "/api/v1/projects",
    headers: { ...bearer(limited), "content-type": "application/json" },
    body: `{"name":"x"}`,
  });
  expect(made.status).toBe(403);
  await api("/projects", { method: "POST", body: { name: "Second" } });
  const seen = await send(server, { path: "/api/v1/projects", headers: bearer(limited) });
  expect(JSON.parse(seen.text)).toMatchObject({ projects: [{ id: project }] });
  expect((JSON.parse(seen.text) as Answer<"projects">).projects).toHaveLength(1);
  for (const body of [{ project: other.project }, { project: "none" }])
    expect((await api("/tokens", { method: "POST", body: { name: "x", ...body } })).status).toBe(404);
  const past = await api("/tokens", { method: "POST", body: { name: "x", expiresAt: 1 } });
  expect(past.status).toBe(422);
});

test("a token sees and revokes the account's tokens, a limited one only itself; none makes another", async () => {
  const wheelhouse = await startTestServer();
  const { server } = wheelhouse;
  const [first, whole, limited] = [
    await make(wheelhouse),
    await make(wheelhouse),
    await make(wheelhouse, { role: "viewer" }),
  ];
  const ask = (by: Made, method: string, path: string) =>
    send(server, {
      method,
      path: `/api/v1/tokens${path}`,
      headers: { ...bearer(by), "content-type": "application/json" },
      ...(method === "POST" ? { body: `{"name":"another"}` } : {}),
    });
  const seenBy = async (by: Made) =>
    (JSON.parse((await ask(by, "GET", "")).text) as Answer<"tokens">).tokens.map(({ id }) => id);
  expect((await seenBy(whole)).toSorted()).toEqual([first.id, whole.id, limited.id].toSorted());
  expect(await seenBy(limited)).toEqual([limited.id]);
  for (const by of [whole, limited]) expect((await ask(by, "POST", "")).status).toBe(403);
  expect((await ask(limited, "DELETE", `/${first.id}`)).status).toBe(404);
  expect((await ask(whole, "DELETE", `/${first.id}`)).status).toBe(204);
  for (const by of [limited, whole]) {
    expect((await ask(by, "DELETE", `/${by.id}`)).status).toBe(204);
    expect((await ask(by, "GET", "")).status).toBe(401);
  }
});

test("an account has at most a hundred tokens", async () => {
  const wheelhouse = await startTestServer();
  for (let made = 0; made < 100; made += 1) await make(wheelhouse);
  expect((await wheelhouse.api("/tokens", { method: "POST", body: { name: "one more" } })).status).toBe(422);
});

test("too many requests by one token, or from one address, wait", async () => {
  const wheelhouse = await startTestServer({ config: { requestLimit: 20 } });
  const { server } = wheelhouse;
  const statuses = [];
  for (let asked = 0; asked < 30; asked += 1) {
    const answer = await send(server, { path: "/healthz" });
    statuses.push(answer.status);
    if (answer.status === 429) expect(Number(answer.headers["retry-after"])).toBeGreaterThan(0);
  }
  expect(statuses[0]).toBe(200);
  expect(statuses.at(-1)).toBe(429);
});
