/** Answers that no route gives: to addresses of nothing, and to requests that Node.js or the WebSocket library refuses. */

import { afterAll, beforeAll, expect, test } from "vitest";
import { SECURITY_HEADERS } from "../../src/http/security.ts";
import { startLastingServer, type TestServer } from "../support.ts";
import { send, sendBytes } from "./support.ts";

let wheelhouse: TestServer;
beforeAll(async () => {
  wheelhouse = await startLastingServer();
});
afterAll(() => wheelhouse.stop());

test.each([
  ["two slashes", "//x"],
  ["above it all", "/../x"],
  ["above it all, encoded", "/%2e%2e/x"],
  ["a long name", `/${"x".repeat(9_000)}.js`],
  ["no file's name", "/nothing.js"],
])("there is nothing at %s", async (_, path) => {
  const { status, text } = await send(wheelhouse.server, { path });
  expect([status, JSON.parse(text).error.code]).toEqual([404, "not_found"]);
});

const upgrade = (headers: string) =>
  `GET /api/v1/live HTTP/1.1\r\nhost: localhost\r\nconnection: upgrade\r\nupgrade: websocket\r\n${headers}`;

test.each([
  ["no host", "GET / HTTP/1.1\r\nconnection: close\r\n\r\n", 400, "invalid"],
  ["no host, of old", "GET / HTTP/1.0\r\n\r\n", 421, "wrong_host"],
  [
    "something else that is expected",
    "GET / HTTP/1.1\r\nhost: localhost\r\nexpect: tea\r\n\r\n",
    417,
    "invalid",
  ],
  ["no HTTP", "TEA\r\n\r\n", 400, "invalid"],
  [
    "a WebSocket of another version",
    upgrade("sec-websocket-version: 7\r\nsec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==\r\n"),
    400,
    "invalid",
  ],
  [
    "a WebSocket with a wrong key",
    upgrade("sec-websocket-version: 13\r\nsec-websocket-key: short\r\n"),
    400,
    "invalid",
  ],
])("%s is refused with the headers of every answer", async (_, bytes, status, code) => {
  const own = bytes.includes("upgrade") ? `cookie: ${wheelhouse.cookie}\r\n${originLine()}\r\n` : "";
  const text = await sendBytes(wheelhouse.server, `${bytes}${own}`);
  const [head = "", body = ""] = text.split("\r\n\r\n");
  expect(head).toMatch(new RegExp(`^HTTP/1.1 ${status} `));
  for (const [name, value] of Object.entries(SECURITY_HEADERS)) expect(head).toContain(`${name}: ${value}`);
  expect(JSON.parse(body.slice(body.indexOf("{"), body.lastIndexOf("}") + 1)).error.code).toBe(code);
});

function originLine(): string {
  return "origin: http://localhost\r\n";
}
