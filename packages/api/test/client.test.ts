import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { ApiError, createApiClient, isLoggedIn, type ApiClient } from "@wheelhouse/api";
import { expect, test } from "vitest";

interface Sent {
  readonly url: string;
  readonly init: RequestInit;
}

/** A client whose server answers always the same, with what it was sent. */
function clientOf(status: number, answer: unknown): { readonly client: ApiClient; readonly sent: Sent[] } {
  const sent: Sent[] = [];
  const client = createApiClient({
    baseUrl: "http://wheelhouse.test",
    headers: { "x-of": "the caller" },
    async fetch(input, init) {
      sent.push({ url: input as string, init: init ?? {} });
      const body = typeof answer === "string" ? answer : JSON.stringify(answer);
      return new Response(status === 204 ? null : body, { status });
    },
  });
  return { client, sent };
}

const inProject = { project: "p" };
const inDevice = { project: "p", device: "game" };

test("a path's parts are encoded, so that no name leads elsewhere", async () => {
  const { client, sent } = clientOf(200, { kind: "float", points: [] });
  await client.call("history", { params: { ...inDevice, name: "a/b?c#d %:ü" } });
  expect(sent[0]?.url).toBe(
    "http://wheelhouse.test/api/v1/projects/p/devices/game/variables/a%2Fb%3Fc%23d%20%25%3A%C3%BC/history",
  );
});

test("a query holds what was given and nothing of what wasn't", async () => {
  const { client, sent } = clientOf(200, { entries: [], next: null });
  await client.call("logs", {
    params: inProject,
    query: { text: "100 % & more", limit: 5, device: undefined },
  });
  await client.call("logs", { params: inProject, query: {} });
  await client.call("logs", { params: inProject });
  expect(sent.map(({ url }) => url.replace("http://wheelhouse.test/api/v1/projects/p/logs", ""))).toEqual([
    "?text=100+%25+%26+more&limit=5",
    "",
    "",
  ]);
});

test("a GET has no body; anything else is JSON, as the server demands of a browser", async () => {
  const { client, sent } = clientOf(200, { set: 1, writes: [] });
  await client.call("changeVariables", {
    params: inDevice,
    body: { values: { speed: 3 } },
    query: { waitMs: 10 },
  });
  expect(sent[0]).toMatchObject({
    url: "http://wheelhouse.test/api/v1/projects/p/devices/game/variables?waitMs=10",
    init: {
      method: "PATCH",
      body: '{"values":{"speed":3}}',
      headers: { "content-type": "application/json", "x-of": "the caller" },
    },
  });

  const loggedOut = clientOf(204, null);
  expect(await loggedOut.client.call("logOut", {})).toBeNull();
  expect(loggedOut.sent[0]?.init).toMatchObject({ method: "DELETE", body: "{}", credentials: "same-origin" });

  const asking = clientOf(200, { devices: [] });
  await asking.client.call("devices", { params: inProject });
  expect(asking.sent[0]?.init.body).toBeUndefined();
  expect(asking.sent[0]?.init.headers).toEqual({ "x-of": "the caller" });
});

test("a client with a token shows it, and is no browser", async () => {
  const sent: Sent[] = [];
  const client = createApiClient({
    token: "wh_secret",
    async fetch(input, init) {
      sent.push({ url: input as string, init: init ?? {} });
      return new Response(JSON.stringify({ projects: [] }), { status: 200 });
    },
  });
  await client.call("projects", {});
  expect(sent[0]?.init.headers).toEqual({ authorization: "Bearer wh_secret" });
});

test("an answer is what its schema makes of it: fields of a newer server are left out", async () => {
  const { client } = clientOf(200, { fresh: true, devicePort: 6667, colour: "blue" });
  expect(await client.call("installation", {})).toEqual({
    fresh: true,
    devicePort: 6667,
    needsCode: false,
    openRegistration: false,
  });
});

test("a refusal is thrown with the server's code, words, status and field", async () => {
  const { client } = clientOf(422, { error: { code: "out_of_range", message: "at most 9", field: "speed" } });
  const error = await client.call("me", {}).catch((thrown: unknown) => thrown);
  expect(error).toBeInstanceOf(ApiError);
  expect(error).toMatchObject({ status: 422, code: "out_of_range", message: "at most 9", field: "speed" });
});

test.each([
  ["a proxy's page", 502, "<h1>Bad Gateway</h1>"],
  ["an answer cut short", 200, '{"user":'],
  ["an answer of another shape", 200, { user: { id: 7 } }],
  ["a status the route doesn't have", 299, { user: { id: "1", email: "a@b" }, projects: [] }],
  ["a refusal of another shape", 400, { error: "Bad Request" }],
])("%s is an error of the server's", async (_, status, answer) => {
  const { client } = clientOf(status, answer);
  const error = await client.call("me", {}).catch((thrown: unknown) => thrown);
  expect(error).toBeInstanceOf(ApiError);
  expect(error).toMatchObject({ code: "internal", status });
});

test("a server that can't be reached is told apart from one that refuses", async () => {
  const server = await listen((_, response) => response.end());
  const { port } = server.address() as AddressInfo;
  await close(server);
  const client = createApiClient({ baseUrl: `http://127.0.0.1:${port}` });
  await expect(client.call("me", {})).rejects.toThrow(TypeError);
});

test("a connection that is lost within an answer is a lost connection, not a bad answer", async () => {
  const server = await listen((_, response) => {
    response.writeHead(200, { "content-type": "application/json", "content-length": 1000 });
    response.write('{"fresh":', () => response.destroy());
  });
  const { port } = server.address() as AddressInfo;
  const client = createApiClient({ baseUrl: `http://127.0.0.1:${port}` });
  await expect(client.call("installation", {})).rejects.toThrow(TypeError);
  await close(server);
});

test("a call that was given up throws what its signal says", async () => {
  const abort = new AbortController();
  const client = createApiClient({
    baseUrl: "http://wheelhouse.test",
    fetch: (_, init) =>
      new Promise((_resolve, reject) => {
        init?.signal?.addEventListener("abort", () => reject(init.signal?.reason as Error));
      }),
  });
  const call = client.call("me", { signal: abort.signal });
  abort.abort(new Error("left the page"));
  await expect(call).rejects.toThrow("left the page");
});

test("a stream is given as it comes, one that breaks off fails, and a refusal is an error", async () => {
  const server = await listen((request, response) => {
    if (request.url?.includes("format=csv") === true) {
      response.writeHead(200, { "content-type": "text/csv" }).write("half");
      return void setImmediate(() => response.destroy());
    }
    if (request.url?.includes("kind=writes") === true)
      return void response.writeHead(403).end('{"error":{"code":"forbidden","message":"not you"}}');
    response.writeHead(200, { "content-type": "application/x-ndjson" });
    response.write('{"a":1}\n');
    response.end('{"a":2}\n');
  });
  const { port } = server.address() as AddressInfo;
  const client = createApiClient({ baseUrl: `http://127.0.0.1:${port}` });
  const read = async (query: { kind: "logs" | "writes"; format?: "csv" }): Promise<string> => {
    const decoder = new TextDecoder();
    let text = "";
    for await (const part of await client.stream("export", { params: inProject, query }))
      text += decoder.decode(part, { stream: true });
    return text;
  };
  expect(await read({ kind: "logs" })).toBe('{"a":1}\n{"a":2}\n');
  await expect(read({ kind: "logs", format: "csv" })).rejects.toThrow();
  await expect(read({ kind: "writes" })).rejects.toMatchObject({ code: "forbidden", status: 403 });
  await close(server);
});

test("whether one is logged in is what the server says, and an error when it says nothing", async () => {
  const me = { user: { id: "u", email: "ann@example.org" }, projects: [], admin: false };
  expect(await isLoggedIn(clientOf(200, me).client)).toBe(true);
  expect(
    await isLoggedIn(clientOf(401, { error: { code: "unauthenticated", message: "log in" } }).client),
  ).toBe(false);
  await expect(isLoggedIn(clientOf(500, "nothing").client)).rejects.toThrow(ApiError);
});

function listen(handler: Parameters<typeof createServer>[1]): Promise<Server> {
  return new Promise((resolve) => {
    const server = createServer(handler);
    server.listen(0, "127.0.0.1", () => resolve(server));
  });
}

function close(server: Server): Promise<void> {
  return new Promise((resolve) => server.close(() => resolve()));
}
