import { API_PREFIX, routes, type Route, type RouteName } from "@wheelhouse/api";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { z } from "zod";
import { startLastingServer, type TestServer } from "../support.ts";
import { connectGame, send } from "./support.ts";

let wheelhouse: TestServer;
beforeAll(async () => {
  wheelhouse = await startLastingServer();
});
afterAll(() => wheelhouse.stop());

const ann = { email: "ann@example.org", password: "correct horse battery" };
const called = new Set<string>();

interface Parts {
  readonly params?: Readonly<Record<string, string>>;
  readonly query?: string;
  readonly body?: object;
  readonly cookie?: string;
}

/** Calls a route, and holds the answer to its schema: nothing missing, nothing that isn't promised. */
async function call(name: RouteName, parts: Parts = {}): Promise<unknown> {
  const { method, path, answers }: Route = routes[name];
  const { params = {}, query = "", body = {}, cookie = wheelhouse.cookie } = parts;
  const filled = path.replaceAll(/:(\w+)/g, (_, param: string) =>
    encodeURIComponent({ project: wheelhouse.project, ...params }[param] ?? ""),
  );
  const { status, text, headers } = await send(wheelhouse.server, {
    method,
    path: `${API_PREFIX}${filled}${query}`,
    headers: { cookie, "content-type": "application/json" },
    ...(method === "GET" ? {} : { body: JSON.stringify(body) }),
  });
  called.add(name);
  const schema: z.ZodType | undefined = answers[status];
  expect(schema, `${name} answered ${status}: ${text}`).toBeDefined();
  const answer: unknown = text === "" ? null : JSON.parse(text);
  if (answer !== null) expect(headers["content-type"]).toBe("application/json; charset=utf-8");
  expect(schema?.parse(answer)).toEqual(answer);
  return answer;
}

test("every route answers as its schema promises", async () => {
  const game = await connectGame(wheelhouse);
  const inGame = { params: { device: "game" } };
  await game.store({
    type: "logs",
    entries: [{ level: "warn", message: "careful", fields: { at: [1, 2] } }],
  });
  await game.store({ type: "variables", values: { speed: 4, lives: 2 } });

  expect(await call("installation")).toEqual({
    fresh: false,
    devicePort: wheelhouse.server.tcp.port,
    needsCode: false,
    openRegistration: false,
  });
  expect(await call("me")).toMatchObject({
    user: { email: "ann@example.org" },
    projects: [{ role: "owner" }],
  });
  expect(await call("logIn", { body: ann })).toEqual({
    user: { id: expect.any(String), email: "ann@example.org" },
  });
  expect(await call("devices")).toMatchObject({
    devices: [{ id: "game", app: "rocket", tags: ["qa"], online: true }],
  });
  expect(await call("device", inGame)).toMatchObject({ id: "game", build: "1.4", name: null });
  expect(await call("variables", inGame)).toMatchObject({
    variables: [
      {
        name: "speed",
        kind: "float",
        writable: true,
        min: 0,
        max: 9,
        step: 0.5,
        unit: "m/s",
        reported: { value: 4 },
      },
      { name: "name", kind: "string", group: "Player", min: null, help: null, desired: null },
      { name: "lives", kind: "integer", writable: false },
    ],
  });
  const history = { params: { device: "game", name: "lives" } };
  expect(await call("history", history)).toMatchObject({
    kind: "integer",
    points: [
      [expect.any(Number), 2],
      [expect.any(Number), 3],
      [expect.any(Number), 2],
    ],
  });
  expect(await call("changeVariables", { ...inGame, body: { values: { speed: 5 } } })).toMatchObject({
    writes: [{ name: "speed", value: 5 }],
  });
  expect(await call("writes")).toMatchObject({
    writes: [{ name: "speed", from: 4, value: 5, by: "ann@example.org" }],
    next: null,
  });
  expect(await call("logs")).toMatchObject({
    entries: [{ device: "game", level: "warn", message: "careful", fields: { at: [1, 2] } }],
    next: null,
  });
  const { id } = (await call("createDeviceKey", { body: { name: "second" } })) as { id: string };
  expect(await call("deviceKeys")).toMatchObject({
    deviceKeys: [{ name: "first key" }, { name: "second", revokedAt: null }],
  });
  expect(await call("revokeDeviceKey", { params: { id } })).toBeNull();
  const { cookie } = await wheelhouse.addAccount();
  expect(await call("logOut", { cookie })).toBeNull();

  // The others are asked by the examples (examples.test.ts), which has them all.
  expect([...called].toSorted()).toContain("history");
});

test("a waiting change is answered with the final states, which the schema promises too", async () => {
  const game = await connectGame(wheelhouse, "waiting");
  const answering = game
    .next()
    .then(({ id }) => game.say({ type: "applied", id, results: { speed: { value: 5 } } }));
  const answer = call("changeVariables", {
    params: { device: "waiting" },
    query: "?waitMs=20000",
    body: { values: { speed: 5 } },
  });
  expect(await answer).toMatchObject({ writes: [{ state: "applied", applied: 5 }] });
  await answering;
});

test("values of every kind come as they were said", async () => {
  const game = await connectGame(wheelhouse, "kinds");
  const values = {
    truth: true,
    whole: -7,
    broken: 2.5,
    words: 'ü \u2028 " \\ <b>',
    vector: [1, 2, 3],
    nested: { a: [null, { b: "c" }] },
    nothing: null,
  };
  await game.store({ type: "variables", values });
  const { variables } = (await call("variables", { params: { device: "kinds" } })) as {
    variables: readonly { name: string; reported: { value: unknown } }[];
  };
  const reported = Object.fromEntries(variables.map(({ name, reported: { value } }) => [name, value]));
  expect(reported).toMatchObject(values);
});

test.each([
  "a/b",
  "a b",
  "ü",
  "100%",
  "%2F",
  "a?b#c",
  "a:b",
  "n".repeat(200),
  "/".repeat(200),
  "ü".repeat(200),
])("a variable of the name %j has a history", async (name) => {
  const game = await connectGame(wheelhouse, "names");
  await game.store({ type: "variables", values: { [name]: 7 } });
  expect(await call("history", { params: { device: "names", name } })).toMatchObject({
    points: [[expect.any(Number), 7]],
  });
});

test("what isn't there is 404 and says what", async () => {
  await connectGame(wheelhouse);
  const { project } = wheelhouse;
  for (const [path, code, field] of [
    [`/projects/${project}/devices/nobody`, "not_found", undefined],
    [`/projects/${project}/devices/nobody/variables`, "not_found", undefined],
    [`/projects/${project}/devices/nobody/variables/speed/history`, "not_found", undefined],
    [`/projects/${project}/devices/game/variables/nothing/history`, "unknown_variable", "name"],
  ] as const) {
    const { status, body } = await wheelhouse.api<{ error: object }>(path);
    expect(status, path).toBe(404);
    expect(body.error, path).toMatchObject({ code, ...(field === undefined ? {} : { field }) });
  }
});
