import type { Answer } from "@wheelhouse/api";
import { expect, test } from "vitest";
import type { Config } from "../../src/config.ts";
import { startServer, type RunningServer } from "../../src/server.ts";
import { afterTest, startTestServer, temporaryFolder, testConfig, type TestAccount } from "../support.ts";
import { send, type RawAnswer } from "./support.ts";

const ann = { email: "ann@example.org", password: "correct horse battery" };
const bob = { email: "bob@example.org", password: "another fine staple" };

async function startFresh(config: Partial<Config> = {}): Promise<RunningServer> {
  const server = await startServer(testConfig({ data: await temporaryFolder(), ...config }));
  afterTest(() => server.stop());
  return server;
}

const register = (server: RunningServer, body: object, headers = {}): Promise<RawAnswer> =>
  send(server, {
    method: "POST",
    path: "/api/v1/users",
    headers: { "content-type": "application/json", ...headers },
    body: JSON.stringify(body),
  });

const errorOf = ({ status, text }: RawAnswer) => ({
  status,
  ...(JSON.parse(text) as { error: { code: string; field?: string } }).error,
});

const FROM_ELSEWHERE = [
  { "x-forwarded-for": "203.0.113.9" },
  { forwarded: "for=203.0.113.9" },
  { host: "wheel.example" },
] as const;

test.each(FROM_ELSEWHERE)(
  "the first account from elsewhere (%j) takes the printed code, once",
  async (headers) => {
    const server = await startFresh({ publicUrl: new URL("http://wheel.example") });
    expect(server.setupCode).toMatch(/^[A-Z2-9]{4}-[A-Z2-9]{4}-[A-Z2-9]{4}$/);
    for (const code of [undefined, "", "AAAA-BBBB-CCCC", `${server.setupCode}X`])
      expect(errorOf(await register(server, { ...ann, code }, headers))).toMatchObject({
        status: 403,
        code: "registration_closed",
        field: "code",
      });
    const { text } = await send(server, { path: "/api/v1/installation", headers });
    expect(JSON.parse(text)).toMatchObject({ fresh: true, needsCode: true });
    const first = await register(server, { ...ann, code: ` ${server.setupCode?.toLowerCase()} ` }, headers);
    expect(first.status).toBe(201);
    const second = await register(server, { ...bob, code: server.setupCode }, headers);
    expect(errorOf(second)).toMatchObject({ status: 403, code: "registration_closed" });
  },
);

test("the code can't be found by trying", async () => {
  const server = await startFresh({ publicUrl: new URL("http://wheel.example") });
  const tries = Array.from({ length: 40 }, (_, index) =>
    register(server, { ...ann, code: `AAAA-BBBB-${1000 + index}` }, { host: "wheel.example" }),
  );
  const statuses = (await Promise.all(tries)).map(({ status }) => status);
  expect(statuses.filter((status) => status === 403)).toHaveLength(20);
  expect(statuses.filter((status) => status === 429)).toHaveLength(20);
});

test("a server that has an account prints no code", async () => {
  const { server, data, stop } = await startTestServer();
  expect(server.setupCode).toBeDefined();
  await server.stop();
  const again = await startServer(testConfig({ data }));
  expect(again.setupCode).toBeUndefined();
  await again.stop();
  await stop();
});

test.each(["password1", "12345678", "qwertyuiop", "Sunshine2024!", "ann.smith1"])(
  "nobody gets the password %s, and is told why",
  async (password) => {
    const server = await startFresh();
    const refused = errorOf(await register(server, { email: "ann.smith@example.org", password }));
    expect(refused).toMatchObject({ status: 422, code: "invalid", field: "password" });
    expect((await register(server, ann)).status).toBe(201);
  },
);

test("with open registration anybody makes an account with a project of their own, and only there learns of another", async () => {
  const { server, cookie } = await startTestServer({ config: { openRegistration: true } });
  expect(cookie).not.toBe("");
  const made = await register(server, { ...bob, project: "Boat" });
  expect(made.status).toBe(201);
  expect(JSON.parse(made.text)).toMatchObject({
    project: { name: "Boat", role: "owner" },
    deviceKey: expect.stringMatching(/^\w{12}$/),
  });
  expect(errorOf(await register(server, bob))).toMatchObject({ status: 409, code: "exists", field: "email" });
  const { text } = await send(server, { path: "/api/v1/installation" });
  expect(JSON.parse(text)).toMatchObject({ openRegistration: true, needsCode: false });
});

// Invitations

type Invited = Answer<"createInvitation">;
const secretOf = ({ link }: Invited): string => link.split("#")[1] ?? "";
const invite = async ({ api, project }: TestAccount, body: object = { role: "editor" }): Promise<Invited> =>
  (await api<Invited>(`/projects/${project}/invitations`, { method: "POST", body })).body;

test("an invitation makes one account, with its role, and is gone then", async () => {
  const wheelhouse = await startTestServer();
  const { server, api, project } = wheelhouse;
  const made = await invite(wheelhouse);
  expect(made.link).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/invite#[\w-]{43}$/);
  const invitation = secretOf(made);
  const read = await api("/invitations/read", { method: "POST", body: { invitation } });
  expect(read.body).toEqual({ project: { name: "My game" }, role: "editor", by: ann.email });

  const joined = await register(server, { ...bob, invitation });
  expect(joined.status).toBe(201);
  expect(JSON.parse(joined.text)).toMatchObject({
    project: { id: project, role: "editor" },
    deviceKey: null,
  });
  const cookie = joined.headers["set-cookie"]?.[0]?.split(";")[0] ?? "";
  const { text } = await send(server, { path: "/api/v1/me", headers: { cookie } });
  expect(JSON.parse(text)).toMatchObject({ projects: [{ id: project, role: "editor" }], admin: false });

  const cid = { ...bob, email: "cid@example.org", invitation };
  expect(errorOf(await register(server, cid))).toMatchObject({ status: 403, field: "invitation" });
  expect((await api("/invitations/read", { method: "POST", body: { invitation } })).status).toBe(404);
  const { body: left } = await api<Answer<"invitations">>(`/projects/${project}/invitations`);
  expect(left.invitations).toEqual([]);
});

test("an invitation never says of an address that it has an account, nor is it used up by one", async () => {
  const wheelhouse = await startTestServer();
  const invitation = secretOf(await invite(wheelhouse));
  const taken = errorOf(await register(wheelhouse.server, { ...ann, invitation }));
  const wrong = errorOf(await register(wheelhouse.server, { ...bob, invitation: "made-up" }));
  expect(taken).toEqual(wrong);
  expect((await register(wheelhouse.server, { ...bob, invitation })).status).toBe(201);
});

test("who has an account joins with it, and sees the project at once", async () => {
  const wheelhouse = await startTestServer();
  const other = await wheelhouse.addAccount();
  const invitation = secretOf(await invite(wheelhouse, { role: "viewer" }));
  const joined = await other.api("/invitations/accept", { method: "POST", body: { invitation } });
  expect(joined).toMatchObject({ status: 200, body: { id: wheelhouse.project, role: "viewer" } });
  expect((await other.api(`/projects/${wheelhouse.project}/devices`)).status).toBe(200);
  expect((await other.api(`/projects/${wheelhouse.project}/device-keys`)).status).toBe(403);
  const again = await other.api("/invitations/accept", { method: "POST", body: { invitation } });
  expect(again.status).toBe(404);
});

test("one that was taken back, or whose maker owns the project no more, lets nobody in", async () => {
  const wheelhouse = await startTestServer();
  const { api, project, server } = wheelhouse;
  const back = await invite(wheelhouse);
  const path = `/projects/${project}/invitations/${back.id}`;
  expect((await api(path, { method: "DELETE" })).status).toBe(204);
  expect((await api(path, { method: "DELETE" })).status).toBe(404);
  expect((await register(server, { ...bob, invitation: secretOf(back) })).status).toBe(403);

  const other = await wheelhouse.addAccount();
  const owning = secretOf(await invite(wheelhouse, { role: "owner" }));
  await other.api("/invitations/accept", { method: "POST", body: { invitation: owning } });
  const theirs = await invite({ ...other, project });
  const { body } = await api<Answer<"members">>(`/projects/${project}/members`);
  const user = body.members.find(({ email }) => email !== ann.email)?.id;
  const demoted = { method: "PATCH", body: { role: "editor" } } as const;
  expect((await api(`/projects/${project}/members/${user}`, demoted)).status).toBe(200);
  expect((await register(server, { ...bob, invitation: secretOf(theirs) })).status).toBe(403);
});

test("an invitation to the installation gives a project of one's own", async () => {
  const { server, api } = await startTestServer();
  const made = await api<Invited>("/invitations", { method: "POST", body: {} });
  expect(made.status).toBe(201);
  // Whoever has an account can't use it, and doesn't use it up.
  const invitation = secretOf(made.body);
  expect(await api("/invitations/accept", { method: "POST", body: { invitation } })).toMatchObject({
    status: 409,
    body: { error: { code: "exists" } },
  });
  const joined = await register(server, { ...bob, invitation, project: "Boat" });
  expect(JSON.parse(joined.text)).toMatchObject({ project: { name: "Boat", role: "owner" } });
});

test("the last owner can't go, and a member's new role counts at once", async () => {
  const wheelhouse = await startTestServer();
  const { api, project } = wheelhouse;
  const path = `/projects/${project}/members`;
  const { body } = await api<Answer<"members">>(path);
  const me = `${path}/${body.members[0]?.id}`;
  for (const answer of [
    await api(me, { method: "DELETE" }),
    await api(me, { method: "PATCH", body: { role: "viewer" } }),
  ])
    expect(answer).toMatchObject({ status: 409, body: { error: { code: "last_owner" } } });

  const other = await wheelhouse.addAccount();
  const invitation = secretOf(await invite(wheelhouse, { role: "owner" }));
  await other.api("/invitations/accept", { method: "POST", body: { invitation } });
  expect(await api(me, { method: "PATCH", body: { role: "viewer" } })).toMatchObject({
    body: { role: "viewer" },
  });
  expect((await api(`/projects/${project}`, { method: "PATCH", body: { name: "Mine" } })).status).toBe(403);
  expect(await other.api(`/projects/${project}`, { method: "PATCH", body: { name: "Mine" } })).toMatchObject({
    status: 200,
    body: { name: "Mine", role: "owner" },
  });
});
