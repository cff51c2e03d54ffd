import { afterAll, beforeAll, expect, test } from "vitest";
import { startLastingServer, type TestServer } from "../support.ts";
import { connectGame, send } from "./support.ts";

let wheelhouse: TestServer;
beforeAll(async () => {
  wheelhouse = await startLastingServer();
});
afterAll(() => wheelhouse.stop());

/** Whatever a request held, its refusal says what is wrong and shows nothing of the server's insides. */
function expectClearRefusal(text: string): { code: string; message: string; field?: string } {
  expect(text).not.toMatch(/\bat \S+ \(|node_modules|node:internal|\/src\/|\.ts:|FST_/);
  const { error } = JSON.parse(text) as { error: { code: string; message: string; field?: string } };
  expect(Object.keys(JSON.parse(text) as object)).toEqual(["error"]);
  expect(error.message).not.toBe("");
  return error;
}

test.each<readonly [what: string, body: string, status: number, field: string | undefined]>([
  ["nothing", "", 422, "email"],
  ["no JSON", "email=a", 400, undefined],
  ["half of JSON", '{"email":"a@b","password":', 400, undefined],
  ["two bodies", "{}{}", 400, undefined],
  ["null", "null", 422, "email"],
  ["a list", "[]", 422, undefined],
  ["a text", '"ann"', 422, undefined],
  ["no field", "{}", 422, "email"],
  ["a field of another kind", '{"email":7,"password":"x"}', 422, "email"],
  ["no password", '{"email":"a@b"}', 422, "password"],
  ["a prototype", '{"__proto__":{"email":"a@b"},"email":"a@b","password":"x"}', 400, undefined],
  [
    "a constructor's prototype",
    '{"constructor":{"prototype":{"a":1}},"email":"a@b","password":"x"}',
    400,
    undefined,
  ],
  ["a deep hole", `{"email":${"[".repeat(16_000)}`, 400, undefined],
  ["deep nesting that is closed", `{"email":${"[".repeat(8_000)}${"]".repeat(8_000)}}`, 422, "email"],
  [
    "more than a stranger may send",
    JSON.stringify({ email: "a@b", password: "x".repeat(16_384) }),
    413,
    undefined,
  ],
])("a log-in with %s", async (_, body, status, field) => {
  const answer = await send(wheelhouse.server, {
    method: "POST",
    path: "/api/v1/session",
    headers: { "content-type": "application/json" },
    body,
  });
  expect(answer.status).toBe(status);
  const error = expectClearRefusal(answer.text);
  expect(error.code).toBe("invalid");
  expect(error.field).toBe(field);
});

test("a name that isn't taken is named", async () => {
  const { text } = await send(wheelhouse.server, {
    method: "POST",
    path: "/api/v1/session",
    headers: { "content-type": "application/json" },
    body: '{"__proto__":5}',
  });
  expect(expectClearRefusal(text).message).toBe(
    "expected no field called __proto__, nor a constructor's prototype",
  );
});

test.each<readonly [query: string, field: string]>([
  ["limit=0", "limit"],
  ["limit=1001", "limit"],
  ["limit=ten", "limit"],
  ["limit=1&limit=2", "limit"],
  ["cursor=abc", "cursor"],
  ["cursor=-5", "cursor"],
  ["cursor=1.5", "cursor"],
  ["cursor=", "cursor"],
  ["from=yesterday", "from"],
  ["level=loud", "level"],
  [`text=${"x".repeat(201)}`, "text"],
])("a list of logs with %s", async (query, field) => {
  const { project, cookie, server } = wheelhouse;
  const { status, text } = await send(server, {
    path: `/api/v1/projects/${project}/logs?${query}`,
    headers: { cookie },
  });
  expect(status).toBe(422);
  expect(expectClearRefusal(text)).toMatchObject({ code: "invalid", field });
});

test.each<readonly [values: unknown, status: number, code: string, field: string]>([
  [undefined, 422, "invalid", "values"],
  [null, 422, "invalid", "values"],
  [[], 422, "invalid", "values"],
  ["speed", 422, "invalid", "values"],
  [{}, 422, "invalid", "values"],
  [{ nothing: 1 }, 404, "unknown_variable", "nothing"],
  [{ constructor: 1 }, 404, "unknown_variable", "constructor"],
  [{ lives: 1 }, 409, "read_only", "lives"],
  [{ speed: 9.5 }, 422, "out_of_range", "speed"],
  [{ speed: -1 }, 422, "out_of_range", "speed"],
  [{ speed: "fast" }, 422, "invalid", "speed"],
  [{ speed: null }, 422, "invalid", "speed"],
  [{ speed: [1] }, 422, "invalid", "speed"],
  [{ name: 7 }, 422, "invalid", "name"],
  [{ speed: 5, lives: 1 }, 409, "read_only", "lives"],
  [{ speed: 5, name: "Bob", nothing: 1 }, 404, "unknown_variable", "nothing"],
  [{ name: "Bob", speed: 10 }, 422, "out_of_range", "speed"],
])("a change of %j changes nothing", async (values, status, code, field) => {
  const game = await connectGame(wheelhouse);
  const path = `/projects/${wheelhouse.project}/devices/game/variables`;
  const answer = await wheelhouse.api<object>(path, { method: "PATCH", body: { values } });
  expect(answer.status).toBe(status);
  expect(expectClearRefusal(JSON.stringify(answer.body))).toMatchObject({ code, field });
  const { body } = await wheelhouse.api(`/projects/${wheelhouse.project}/writes`);
  expect(body).toEqual({ writes: [], next: null });
  // The device is told nothing of it: the next it hears is the answer to its own question.
  game.say({ type: "ping" });
  expect(await game.next()).toEqual({ type: "pong" });
});

test.each(["-1", "30001", "soon", "1.5"])(
  "a change that waits %s ms is refused before anything is changed",
  async (waitMs) => {
    await connectGame(wheelhouse);
    const path = `/projects/${wheelhouse.project}/devices/game/variables?waitMs=${waitMs}`;
    const answer = await wheelhouse.api<object>(path, { method: "PATCH", body: { values: { speed: 5 } } });
    expect(answer.status).toBe(422);
    expect(expectClearRefusal(JSON.stringify(answer.body))).toMatchObject({
      code: "invalid",
      field: "waitMs",
    });
    expect((await wheelhouse.api(`/projects/${wheelhouse.project}/writes`)).body).toEqual({
      writes: [],
      next: null,
    });
  },
);

test("a DELETE needs no body, though it says of what type it would be", async () => {
  const { cookie } = await wheelhouse.addAccount();
  const headers = { cookie, "content-type": "application/json" };
  const { status } = await send(wheelhouse.server, { method: "DELETE", path: "/api/v1/session", headers });
  expect(status).toBe(204);
});

test.each<readonly [what: string, body: string, status: number]>([
  ["a deep hole", `{"values":${"[".repeat(1_000_000)}`, 400],
  ["deep nesting that is closed", `{"values":${"[".repeat(500_000)}${"]".repeat(500_000)}}`, 422],
  ["more than 1 MiB", JSON.stringify({ values: { name: "x".repeat(1024 * 1024) } }), 413],
])("a change with %s", async (_, body, status) => {
  const { project, cookie, server } = wheelhouse;
  const answer = await send(server, {
    method: "PATCH",
    path: `/api/v1/projects/${project}/devices/game/variables`,
    headers: { cookie, "content-type": "application/json" },
    body,
  });
  expect(answer.status).toBe(status);
  expectClearRefusal(answer.text);
});

/** A list in a list in a list. */
const nested = (depth: number): string => "[".repeat(depth) + "]".repeat(depth);

/** What is around the part that nests counts too: the body is the first, its field the second, a name's value the third. */
test.each<readonly [method: "PATCH" | "POST", path: string, body: (depth: number) => string, field: string]>([
  ["PATCH", "/devices/game/variables", (depth) => `{"values":{"speed":${nested(depth)}}}`, "values"],
  ["POST", "/writes", (depth) => `{"devices":["game"],"values":{"speed":${nested(depth)}}}`, "values"],
  ["POST", "/markers", (depth) => `{"name":"deep","fields":{"list":${nested(depth)}}}`, "fields"],
  ["POST", "/markers", (depth) => `{"name":"deep","unknown":{"list":${nested(depth)}}}`, "unknown"],
])(
  "%s …%s takes what a line of a device may hold, and nothing deeper",
  async (method, path, toBody, field) => {
    await connectGame(wheelhouse);
    const { project, cookie, server, events } = wheelhouse;
    const ask = (depth: number) =>
      send(server, {
        method,
        path: `/api/v1/projects/${project}${path}`,
        headers: { cookie, "content-type": "application/json" },
        body: toBody(depth),
      });
    for (const depth of [63, 3_000, 5_000, 200_000]) {
      const { status, text } = await ask(depth);
      expect(status, text.slice(0, 100)).toBe(422);
      expect(expectClearRefusal(text)).toEqual({
        code: "invalid",
        message: `expected ${field} to nest at most 63 deep`,
        field,
      });
    }
    const { text } = await ask(62);
    expect(text).not.toContain("at most 63 deep");
    expect(events.filter(({ type }) => (type as string) === "http:request_failed")).toEqual([]);
  },
);

test("a list that nests too deep is refused as a whole", async () => {
  const { project, cookie, server } = wheelhouse;
  const { status, text } = await send(server, {
    method: "POST",
    path: `/api/v1/projects/${project}/markers`,
    headers: { cookie, "content-type": "application/json" },
    body: nested(3_000),
  });
  expect(status).toBe(422);
  expect(expectClearRefusal(text).message).toBe("expected a body that nests at most 64 deep");
});

test("who may not call is refused before the body is read", async () => {
  const { project, server } = wheelhouse;
  const { status } = await send(server, {
    method: "POST",
    path: `/api/v1/projects/${project}/device-keys`,
    headers: { "content-type": "application/json" },
    body: "x".repeat(2 * 1024 * 1024),
  }).catch(() => ({ status: 401 }));
  expect(status).toBe(401);
});
