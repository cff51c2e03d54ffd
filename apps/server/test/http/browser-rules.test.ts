import type { OutgoingHttpHeaders } from "node:http";
import { errorBody } from "@wheelhouse/api";
import { afterAll, beforeAll, expect, test } from "vitest";
import { SECURITY_HEADERS } from "../../src/http/security.ts";
import { startLastingServer, type TestServer } from "../support.ts";
import { send, sendBytes, type RawRequest } from "./support.ts";

let wheelhouse: TestServer;
beforeAll(async () => {
  wheelhouse = await startLastingServer();
});
afterAll(() => wheelhouse.stop());

const OWN = "http://127.0.0.1:PORT";
const JSON_TYPE = "application/json";

/** `PORT` stands for the server's. */
function withPort(headers: OutgoingHttpHeaders): OutgoingHttpHeaders {
  const { port } = wheelhouse.server.http;
  return Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [name, String(value).replace("PORT", String(port))]),
  );
}

type Rule = readonly [what: string, headers: OutgoingHttpHeaders, status: number];

test.each<Rule>([
  ["curl", { "content-type": JSON_TYPE }, 201],
  ["curl with a charset", { "content-type": "application/json; charset=utf-8" }, 201],
  ["curl in capitals", { "content-type": "Application/JSON" }, 201],
  ["no type", {}, 415],
  ["a form", { "content-type": "application/x-www-form-urlencoded" }, 415],
  ["a form with a file", { "content-type": "multipart/form-data; boundary=x" }, 415],
  ["text", { "content-type": "text/plain" }, 415],
  ["text that mentions JSON", { "content-type": "text/plain; application/json" }, 415],
  ["almost JSON", { "content-type": "application/jsonp" }, 415],
  ["a kind of JSON", { "content-type": "application/json-patch+json" }, 415],
  ["the own page", { "content-type": JSON_TYPE, origin: OWN, "sec-fetch-site": "same-origin" }, 201],
  ["the own page in an old browser", { "content-type": JSON_TYPE, origin: OWN }, 201],
  ["the address bar", { "content-type": JSON_TYPE, "sec-fetch-site": "none" }, 201],
  ["the own page without its type", { origin: OWN, "sec-fetch-site": "same-origin" }, 415],
  [
    "a form of the own page",
    { "content-type": "text/plain", origin: OWN, "sec-fetch-site": "same-origin" },
    415,
  ],
  [
    "another site",
    { "content-type": JSON_TYPE, origin: "http://evil.test", "sec-fetch-site": "cross-site" },
    403,
  ],
  ["another site in an old browser", { "content-type": JSON_TYPE, origin: "http://evil.test" }, 403],
  ["another site, as text", { "content-type": "text/plain", origin: "http://evil.test" }, 403],
  [
    "another site that hides its origin",
    { "content-type": JSON_TYPE, origin: "null", "sec-fetch-site": "cross-site" },
    403,
  ],
  ["origin null alone", { "content-type": JSON_TYPE, origin: "null" }, 403],
  ["an empty origin", { "content-type": JSON_TYPE, origin: "" }, 403],
  [
    "another port of this machine",
    { "content-type": JSON_TYPE, origin: "http://127.0.0.1:1", "sec-fetch-site": "same-site" },
    403,
  ],
  ["a site beside this one", { "content-type": JSON_TYPE, "sec-fetch-site": "same-site" }, 403],
  ["another site by its label alone", { "content-type": JSON_TYPE, "sec-fetch-site": "cross-site" }, 403],
  ["an unknown label", { "content-type": JSON_TYPE, "sec-fetch-site": "new-site" }, 403],
  [
    "own origin, foreign label",
    { "content-type": JSON_TYPE, origin: OWN, "sec-fetch-site": "cross-site" },
    403,
  ],
  [
    "foreign origin, own label",
    { "content-type": JSON_TYPE, origin: "http://evil.test", "sec-fetch-site": "same-origin" },
    403,
  ],
  ["another name of this machine", { "content-type": JSON_TYPE, origin: "http://localhost:PORT" }, 403],
  [
    "by that other name",
    { "content-type": JSON_TYPE, origin: "http://localhost:PORT", host: "localhost:PORT" },
    201,
  ],
  ["an origin within another", { "content-type": JSON_TYPE, origin: "http://127.0.0.1:PORT.evil.test" }, 403],
  ["an own name as a user's", { "content-type": JSON_TYPE, origin: "http://127.0.0.1:PORT@evil.test" }, 403],
  ["a foreign host", { "content-type": JSON_TYPE, host: "evil.test" }, 421],
  [
    "a foreign host as its own origin",
    {
      "content-type": JSON_TYPE,
      host: "evil.test",
      origin: "http://evil.test",
      "sec-fetch-site": "same-origin",
    },
    421,
  ],
  ["a foreign host with the own port", { "content-type": JSON_TYPE, host: "evil.test:PORT" }, 421],
  ["an own host and another", { "content-type": JSON_TYPE, host: "127.0.0.1:PORT,evil.test" }, 421],
])("a log-in as from %s", async (_, headers, status) => {
  const body = JSON.stringify({ email: "ann@example.org", password: "correct horse battery" });
  const answer = await send(wheelhouse.server, {
    method: "POST",
    path: "/api/v1/session",
    headers: withPort(headers),
    body,
  });
  expect(answer.status).toBe(status);
  if (status === 201) return;
  const { error } = errorBody.parse(JSON.parse(answer.text));
  expect(answer.headers["set-cookie"]).toBeUndefined();
  if (status === 415) expect(error).toMatchObject({ code: "invalid", field: "content-type" });
  else expect(error.code).toBe(status === 403 ? "forbidden" : "wrong_host");
});

test.each<Rule>([
  ["nothing", {}, 200],
  ["another site's label", { "sec-fetch-site": "cross-site" }, 200],
  ["another origin", { origin: "http://evil.test" }, 200],
  ["a foreign host", { host: "evil.test" }, 421],
])("reading with %s", async (_, headers, status) => {
  const answer = await send(wheelhouse.server, {
    path: "/api/v1/me",
    headers: { cookie: wheelhouse.cookie, ...headers },
  });
  expect(answer.status).toBe(status);
  // No other site is ever let read an answer.
  expect(Object.keys(answer.headers).filter((name) => name.startsWith("access-control"))).toEqual([]);
});

test.each<readonly [method: string, path: string]>([
  ["DELETE", "/api/v1/session"],
  ["PATCH", "/api/v1/projects/PROJECT/devices/game/variables"],
  ["POST", "/api/v1/projects/PROJECT/device-keys"],
  ["DELETE", "/api/v1/projects/PROJECT/device-keys/x"],
])("another site can't %s %s, whatever it says", async (method, path) => {
  for (const headers of [
    { "content-type": "text/plain" },
    { "content-type": JSON_TYPE, origin: "http://evil.test" },
    { "content-type": JSON_TYPE, "sec-fetch-site": "cross-site" },
  ]) {
    const { status } = await send(wheelhouse.server, {
      method,
      path: path.replace("PROJECT", wheelhouse.project),
      headers: { ...headers, cookie: wheelhouse.cookie },
      body: "{}",
    });
    expect([403, 415]).toContain(status);
  }
  expect((await wheelhouse.api("/me")).status).toBe(200);
});

test.each<readonly [what: string, request: RawRequest, status: number]>([
  ["the page", { path: "/" }, 200],
  ["the page at one of its own addresses", { path: "/some/where?device=my.game" }, 200],
  ["a file of the page", { path: "/favicon.svg" }, 200],
  ["a file that isn't there", { path: "/nothing.js" }, 404],
  ["a file outside", { path: "/%2e%2e/package.json" }, 404],
  ["a file outside, with the dots in the middle", { path: "/assets/..%2f..%2f..%2fpackage.json" }, 404],
  ["an answer", { path: "/api/v1/installation" }, 200],
  ["a refusal", { path: "/api/v1/me" }, 401],
  ["no route", { path: "/api/v1/nothing" }, 404],
  ["no method", { method: "PUT", path: "/api/v1/me" }, 404],
  ["a question before a request of another site", { method: "OPTIONS", path: "/api/v1/session" }, 404],
  ["no address", { path: "/api/v1/%zz" }, 400],
  ["no address on a foreign host", { path: "/api/v1/%zz", headers: { host: "evil.test" } }, 421],
  ["a foreign host", { path: "/", headers: { host: "evil.test" } }, 421],
  [
    "no JSON",
    { method: "POST", path: "/api/v1/session", headers: { "content-type": JSON_TYPE }, body: "{" },
    400,
  ],
  ["health", { path: "/healthz" }, 200],
])("the security headers are on %s", async (_, request, status) => {
  const answer = await send(wheelhouse.server, request);
  expect(answer.status).toBe(status);
  expect(answer.headers).toMatchObject(SECURITY_HEADERS);
  if (status >= 400) expect(errorBody.safeParse(JSON.parse(answer.text)).success, answer.text).toBe(true);
});

test.each<readonly [what: string, bytes: string, status: number]>([
  ["no HTTP", "nonsense\r\n\r\n", 400],
  ["a request without a host", "GET / HTTP/1.0\r\n\r\n", 421],
  ["too many headers", `GET / HTTP/1.1\r\nHost: localhost\r\nX: ${"y".repeat(20_000)}\r\n\r\n`, 431],
  [
    "a socket without a session",
    "GET /api/v1/live HTTP/1.1\r\nHost: localhost\r\nOrigin: http://localhost\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n",
    401,
  ],
  [
    "a socket of another site",
    "GET /api/v1/live HTTP/1.1\r\nHost: localhost\r\nOrigin: http://evil.test\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n",
    403,
  ],
  [
    "a socket elsewhere",
    "GET /elsewhere HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n",
    404,
  ],
])("and on the answer to %s", async (_, bytes, status) => {
  const text = await sendBytes(wheelhouse.server, bytes);
  expect(text).toMatch(new RegExp(`^HTTP/1.1 ${status} `));
  const [head = "", body = ""] = text.split("\r\n\r\n");
  for (const [name, value] of Object.entries(SECURITY_HEADERS))
    expect(head.toLowerCase()).toContain(`${name}: ${value}`.toLowerCase());
  expect(errorBody.safeParse(JSON.parse(body)).success, body).toBe(true);
});

test("a hidden file of the page's folder looks as if it weren't there", async () => {
  const hidden = await send(wheelhouse.server, { path: "/.wheelhouse-built" });
  const missing = await send(wheelhouse.server, { path: "/nothing-here" });
  expect(hidden.text).toBe(missing.text);
});

test("built files may be kept for ever, the first document is asked for each time", async () => {
  const { text, headers } = await send(wheelhouse.server, { path: "/" });
  expect(headers["cache-control"]).toBe("no-cache");
  const [, asset = ""] = /src="(\/assets\/[^"]+)"/.exec(text) ?? [];
  const file = await send(wheelhouse.server, { path: asset });
  expect(file.status).toBe(200);
  expect(file.headers["cache-control"]).toBe("public, max-age=31536000, immutable");
  expect(text).not.toMatch(/<script(?![^>]*src=)|<style| style=| on\w+=/);
});
