import {
  API_PREFIX,
  TOPICS,
  TOPIC_ACCESS,
  errorBody,
  routes,
  type Answer,
  type Role,
  type Route,
  type RouteName,
  type Topic,
} from "@wheelhouse/api";
import { afterAll, beforeAll, expect, test } from "vitest";
import { tryTopic } from "../live/support.ts";
import { startLastingServer, type TestServer } from "../support.ts";
import { gatherPeople, type Person } from "./people.ts";
import { connectGame, send, type RawAnswer } from "./support.ts";

let wheelhouse: TestServer;
let people: readonly Person[];
beforeAll(async () => {
  wheelhouse = await startLastingServer();
  const { body } = await wheelhouse.api<Answer<"me">>("/me");
  people = await gatherPeople(wheelhouse.server, wheelhouse.project, body.user.id);
});
afterAll(() => wheelhouse.stop());

const all = Object.entries<Route>(routes) as [RouteName, Route][];
const inProjects = all.filter(([, { path }]) => path.includes(":project"));
const ranks: readonly Role[] = ["viewer", "editor", "owner"];

/** A request that would be refused for a better reason if it came from the right person: nothing is changed by it. */
function request({ method, path }: Route, project: string, headers: Person["headers"]): Promise<RawAnswer> {
  const params: Record<string, string> = { project, device: "game", name: "speed", id: "none", user: "none" };
  return send(wheelhouse.server, {
    method,
    path: `${API_PREFIX}${path.replaceAll(/:(\w+)/g, (_, name: string) => params[name] ?? "")}`,
    headers: { "content-type": "application/json", ...headers },
    ...(method === "GET" ? {} : { body: `{"of":"nothing"}` }),
  });
}

/** The refusal that a route's rule has for somebody; `undefined` where it lets them through. */
function refusalOf({ access, notByToken }: Route, { by, role, isAdmin }: Person): number | undefined {
  if (access === "anyone") return undefined;
  if (by === "nobody") return 401;
  if (notByToken === true && by === "token") return 403;
  if (access === "account") return undefined;
  if (access === "admin") return isAdmin ? undefined : 403;
  if (role === undefined) return 404;
  return ranks.indexOf(role) >= ranks.indexOf(access) ? undefined : 403;
}

test("who may what: a change of this table is a change of the API", () => {
  const names: Record<string, string[]> = {};
  for (const [name, { access }] of all) (names[access] ??= []).push(name);
  expect(names).toEqual({
    anyone: ["register", "logIn", "installation", "readPasswordReset", "resetPassword", "readInvitation"],
    account: [
      "logOut",
      "me",
      "changePassword",
      "webSessions",
      "endWebSession",
      "tokens",
      "createToken",
      "revokeToken",
      "projects",
      "createProject",
      "acceptInvitation",
    ],
    admin: ["createPasswordReset", "openInvitations", "createOpenInvitation", "revokeOpenInvitation"],
    viewer: [
      "members",
      "devices",
      "device",
      "variables",
      "history",
      "logs",
      "writes",
      "sessions",
      "markers",
      "export",
    ],
    editor: [
      "deviceKeys",
      "changeDevice",
      "changeVariables",
      "changeMany",
      "cancelWrite",
      "revertWrite",
      "addMarker",
    ],
    owner: [
      "changeProject",
      "changeMember",
      "removeMember",
      "invitations",
      "createInvitation",
      "revokeInvitation",
      "createDeviceKey",
      "revokeDeviceKey",
    ],
  });
});

test("what takes less when one does it to oneself: a change of this table is a change of the API", () => {
  const own = all.filter(([, { selfAccess }]) => selfAccess !== undefined);
  expect(own.map(([name, { access, selfAccess }]) => [name, access, selfAccess])).toEqual([
    ["removeMember", "owner", "viewer"],
  ]);
});

test("what no token may do, since it would outlive the token: a change of this table is a change of the API", () => {
  const names = all.filter(([, { notByToken }]) => notByToken === true).map(([name]) => name);
  expect(names).toEqual([
    "logOut",
    "changePassword",
    "webSessions",
    "endWebSession",
    "createToken",
    "createPasswordReset",
    "changeMember",
    "createInvitation",
    "createOpenInvitation",
    "acceptInvitation",
  ]);
});

test("every route of a project asks for a role in it, and no other does", () => {
  for (const [name, { path, access }] of all)
    expect(["viewer", "editor", "owner"].includes(access), name).toBe(path.includes(":project"));
});

test.each(all.filter(([name]) => name !== "logOut"))(
  "%s lets through whom its rule says, and nobody else",
  async (_, route) => {
    await connectGame(wheelhouse);
    for (const person of people) {
      const { status, text } = await request(route, wheelhouse.project, person.headers);
      const refusal = refusalOf(route, person);
      if (refusal !== undefined) {
        expect(status, `${person.name}: ${text}`).toBe(refusal);
        continue;
      }
      const code = status < 400 ? "" : errorBody.parse(JSON.parse(text)).error.code;
      expect(["unauthenticated", "forbidden"], `${person.name}: ${text}`).not.toContain(code);
      expect(text).not.toContain("no such project");
    }
  },
);

test.each(inProjects)("%s in a project of others is like in one that isn't there", async (_, route) => {
  await connectGame(wheelhouse);
  const other = await wheelhouse.addAccount();
  const headers = { cookie: other.cookie };
  for (const project of [wheelhouse.project, "no-such-project", "", "%00"]) {
    const { status, text } = await request(route, project, headers);
    expect(status).toBe(404);
    if (project.length > 3)
      expect(JSON.parse(text)).toEqual({ error: { code: "not_found", message: "no such project" } });
  }
});

test.each<[Topic, Role]>(TOPICS.map((topic) => [topic, TOPIC_ACCESS[topic]]))(
  "the topic %s is for each %s and nobody else",
  async (topic, needed) => {
    const { server, project } = wheelhouse;
    const { host, port } = server.http;
    for (const person of people) {
      const headers = { origin: `http://${host}:${port}`, ...person.headers };
      const may = person.role !== undefined && ranks.indexOf(person.role) >= ranks.indexOf(needed);
      const expected = person.by === "nobody" ? "refused 401" : may ? "snapshot" : "forbidden";
      expect(await tryTopic(server, headers, project, topic), person.name).toBe(expected);
    }
  },
);

test("one project's devices, entries and keys aren't seen from another", async () => {
  const game = await connectGame(wheelhouse, "secret-device");
  await game.store({ type: "logs", entries: [{ level: "info", message: "secret line" }] });
  const other = await wheelhouse.addAccount();
  for (const path of ["devices", "logs", "writes", "device-keys", "members", "invitations"]) {
    const { status, body } = await other.api(`/projects/${other.project}/${path}`);
    expect(status).toBe(200);
    expect(JSON.stringify(body)).not.toMatch(/secret|ann@/);
    expect(JSON.stringify(body)).not.toContain(wheelhouse.key);
  }
  const { status } = await other.api(`/projects/${other.project}/devices/secret-device`);
  expect(status).toBe(404);
});
