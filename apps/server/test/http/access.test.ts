import { API_PREFIX, errorBody, routes, type Route, type RouteName } from "@wheelhouse/api";
import { afterAll, beforeAll, expect, test } from "vitest";
import { ACCESS } from "../../src/http/access.ts";
import { startLastingServer, type TestServer } from "../support.ts";
import { connectGame, send, type RawAnswer } from "./support.ts";

let wheelhouse: TestServer;
beforeAll(async () => {
  wheelhouse = await startLastingServer();
});
afterAll(() => wheelhouse.stop());

const all = Object.entries(routes) as [RouteName, Route][];
const closed = all.filter(([name]) => ACCESS[name] !== "anyone");
const inProjects = all.filter(([, { path }]) => path.includes(":project"));

/** A request that would be granted if it came from the right person, or refused for a better reason. */
function request({ method, path }: Route, project: string, cookie?: string): Promise<RawAnswer> {
  const params: Record<string, string> = { project, device: "game", name: "speed", id: "none" };
  return send(wheelhouse.server, {
    method,
    path: `${API_PREFIX}${path.replaceAll(/:(\w+)/g, (_, name: string) => params[name] ?? "")}`,
    headers: { "content-type": "application/json", ...(cookie === undefined ? {} : { cookie }) },
    ...(method === "GET" ? {} : { body: "{}" }),
  });
}

test("who may what: a change of this table is a change of the API", () => {
  const names: Record<string, string[]> = {};
  for (const [name] of all) (names[ACCESS[name]] ??= []).push(name);
  expect(names).toEqual({
    anyone: ["register", "logIn", "installation"],
    account: ["logOut", "me"],
    viewer: ["devices", "device", "variables", "history", "writes", "logs"],
    editor: ["deviceKeys", "changeVariables"],
    owner: ["createDeviceKey", "revokeDeviceKey"],
  });
});

test("every route of a project asks for a role in it", () => {
  for (const [name] of inProjects) expect(["viewer", "editor", "owner"], name).toContain(ACCESS[name]);
});

test.each(closed)("%s is refused without a session", async (_, route) => {
  for (const cookie of [undefined, "wheelhouse_session=made-up", "wheelhouse_session=", "theme=dark"]) {
    const { status, text } = await request(route, wheelhouse.project, cookie);
    expect(status).toBe(401);
    expect(errorBody.parse(JSON.parse(text)).error.code).toBe("unauthenticated");
  }
});

test.each(inProjects)("%s in a project of others is like in one that isn't there", async (_, route) => {
  await connectGame(wheelhouse);
  const other = await wheelhouse.addAccount();
  const answers = [
    await request(route, wheelhouse.project, other.cookie),
    await request(route, "no-such-project", other.cookie),
  ];
  for (const { status, text } of answers) {
    expect(status).toBe(404);
    expect(JSON.parse(text)).toEqual({ error: { code: "not_found", message: "no such project" } });
  }
});

test.each(inProjects)("%s is open to the project's owner", async (_, route) => {
  await connectGame(wheelhouse);
  const { status } = await request(route, wheelhouse.project, wheelhouse.cookie);
  expect([401, 403]).not.toContain(status);
});

test("one project's devices, entries and keys aren't seen from another", async () => {
  const game = await connectGame(wheelhouse, "secret-device");
  await game.store({ type: "logs", entries: [{ level: "info", message: "secret line" }] });
  const other = await wheelhouse.addAccount();
  for (const path of ["devices", "logs", "writes", "device-keys"]) {
    const { status, body } = await other.api(`/projects/${other.project}/${path}`);
    expect(status).toBe(200);
    expect(JSON.stringify(body)).not.toMatch(/secret/);
    expect(JSON.stringify(body)).not.toContain(wheelhouse.key);
  }
  const { status } = await other.api(`/projects/${other.project}/devices/secret-device`);
  expect(status).toBe(404);
});
