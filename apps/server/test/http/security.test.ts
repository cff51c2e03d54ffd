import { ApiError } from "@wheelhouse/api";
import { expect, test } from "vitest";
import type { Config } from "../../src/config.ts";
import {
  SECURITY_HEADERS,
  comesFromOwnPage,
  formatAnswer,
  isLoopback,
  isOwnHost,
  isOwnOrigin,
  cookieFor,
  isSecure,
  strictTransport,
} from "../../src/http/security.ts";
import { toErrorAnswer } from "../../src/http/answers.ts";

function config(
  host: string,
  publicUrl?: string,
  tlsCert?: string,
): Pick<Config, "http" | "publicUrl" | "tlsCert"> {
  return {
    http: { host, port: 8080 },
    publicUrl: publicUrl === undefined ? undefined : new URL(publicUrl),
    tlsCert,
  };
}

test.each<[host: string | undefined, listensOn: string, publicUrl: string | undefined, isOwn: boolean]>([
  ["127.0.0.1:8080", "127.0.0.1", undefined, true],
  ["127.0.0.1", "127.0.0.1", undefined, true],
  ["localhost:8080", "127.0.0.1", undefined, true],
  ["LOCALHOST:8080", "127.0.0.1", undefined, true],
  ["[::1]:8080", "127.0.0.1", undefined, true],
  ["localhost:9999", "127.0.0.1", undefined, true],
  [undefined, "127.0.0.1", undefined, false],
  ["", "127.0.0.1", undefined, false],
  ["evil.test", "127.0.0.1", undefined, false],
  ["localhost.evil.test", "127.0.0.1", undefined, false],
  ["127.0.0.1.evil.test", "127.0.0.1", undefined, false],
  ["evil.test:127.0.0.1", "127.0.0.1", undefined, false],
  ["127.0.0.1@evil.test", "127.0.0.1", undefined, false],
  ["localhost:8080:8080", "127.0.0.1", undefined, false],
  ["127.0.0.2", "127.0.0.1", undefined, false],
  ["10.0.0.5:8080", "10.0.0.5", undefined, true],
  ["10.0.0.6:8080", "10.0.0.5", undefined, false],
  ["[fd00::5]:8080", "fd00::5", undefined, true],
  ["10.0.0.5:8080", "0.0.0.0", undefined, false],
  ["0.0.0.0:8080", "0.0.0.0", undefined, false],
  ["[::]:8080", "::", undefined, false],
  ["wheel.example", "0.0.0.0", "https://wheel.example", true],
  ["WHEEL.example", "0.0.0.0", "https://wheel.example", true],
  ["wheel.example:8080", "0.0.0.0", "https://wheel.example", false],
  ["wheel.example:443", "0.0.0.0", "https://wheel.example", true],
  ["wheel.example:80", "0.0.0.0", "https://wheel.example", false],
  ["wheel.example:80", "0.0.0.0", "http://wheel.example", true],
  ["wheel.example:443", "0.0.0.0", "https://wheel.example:8443", false],
  ["wheel.example:8443", "0.0.0.0", "https://wheel.example:8443", true],
  ["sub.wheel.example", "0.0.0.0", "https://wheel.example", false],
  ["localhost:8080", "0.0.0.0", "https://wheel.example", true],
])("the host %j, when listening on %s and public as %s", (host, listensOn, publicUrl, isOwn) => {
  expect(isOwnHost(host, config(listensOn, publicUrl))).toBe(isOwn);
});

test.each<[origin: string | undefined, host: string | undefined, isOwn: boolean]>([
  ["http://localhost:8080", "localhost:8080", true],
  ["https://wheel.example", "wheel.example", true],
  ["https://wheel.example", "WHEEL.example", true],
  ["http://wheel.example", "wheel.example", false],
  ["https://localhost:8080", "localhost:8080", false],
  ["http://[::1]:8080", "[::1]:8080", true],
  [undefined, "localhost:8080", false],
  ["null", "localhost:8080", false],
  ["", "localhost:8080", false],
  ["localhost:8080", "localhost:8080", false],
  ["http://localhost", "localhost:8080", false],
  ["http://localhost:8081", "localhost:8080", false],
  ["http://127.0.0.1:8080", "localhost:8080", false],
  ["http://evil.test", "localhost:8080", false],
  ["http://localhost:8080.evil.test", "localhost:8080", false],
  ["http://localhost:8080", undefined, false],
])("the origin %j on the host %j", (origin, host, isOwn) => {
  expect(isOwnOrigin(origin, host, config("127.0.0.1", "https://wheel.example"))).toBe(isOwn);
});

test("with a certificate of its own every page of the server's is one over TLS", () => {
  const own = config("127.0.0.1", undefined, "/cert.pem");
  expect(isOwnOrigin("https://localhost:8080", "localhost:8080", own)).toBe(true);
  expect(isOwnOrigin("http://localhost:8080", "localhost:8080", own)).toBe(false);
  expect(isSecure("localhost:8080", own)).toBe(true);
  expect(isSecure("localhost:8080", config("127.0.0.1"))).toBe(false);
});

test("browsers are bound to TLS for the public name only", () => {
  const own = config("0.0.0.0", "https://wheel.example", "/cert.pem");
  expect(strictTransport("wheel.example", own)).toEqual({ "strict-transport-security": "max-age=31536000" });
  expect(strictTransport("localhost:8080", own)).toEqual({});
  expect(strictTransport("wheel.example", config("0.0.0.0", "http://wheel.example"))).toEqual({});
});

test("a request that says nothing of where it comes from isn't a browser's", () => {
  expect(comesFromOwnPage({ host: "localhost:8080" }, config("127.0.0.1"))).toBe(true);
});

test.each([
  ["127.0.0.1", true],
  ["127.8.9.10", true],
  ["::1", true],
  ["::ffff:127.0.0.1", true],
  ["10.0.0.1", false],
  ["::ffff:10.0.0.1", false],
  ["128.127.0.1", false],
  ["::2", false],
  [undefined, false],
])("whether %s is this machine", (address, is) => {
  expect(isLoopback(address)).toBe(is);
});

test("the session's cookie is bound to the host on TLS, and plain on loopback", () => {
  const plain = { name: "wheelhouse_session", secure: false };
  const bound = { name: "__Host-wheelhouse_session", secure: true };
  const sessionCookie = (host: string | undefined, reached: ReturnType<typeof config>) =>
    cookieFor("wheelhouse_session", host, reached);
  expect(sessionCookie("localhost:8080", config("127.0.0.1"))).toEqual(plain);
  expect(sessionCookie("localhost:8080", config("127.0.0.1", undefined, "/cert.pem"))).toEqual(bound);
  expect(sessionCookie("wheel.example", config("0.0.0.0", "https://wheel.example"))).toEqual(bound);
  expect(sessionCookie("Wheel.Example", config("0.0.0.0", "https://wheel.example"))).toEqual(bound);
  expect(sessionCookie("localhost:8080", config("0.0.0.0", "https://wheel.example"))).toEqual(plain);
  expect(sessionCookie("wheel.example", config("0.0.0.0", "http://wheel.example"))).toEqual(plain);
  expect(sessionCookie(undefined, config("0.0.0.0", "https://wheel.example"))).toEqual(plain);
});

test("an answer as bytes is a whole one, with the same headers and length as any other", () => {
  const text = formatAnswer(toErrorAnswer(new ApiError("forbidden", "über")));
  const [head = "", body = ""] = text.split("\r\n\r\n");
  const [status, ...lines] = head.split("\r\n");
  expect(status).toBe("HTTP/1.1 403 Forbidden");
  const headers = Object.fromEntries(
    lines.map((line) => line.split(/: (.*)/).slice(0, 2) as [string, string]),
  );
  expect(headers).toMatchObject({
    ...SECURITY_HEADERS,
    connection: "close",
    "content-length": String(Buffer.byteLength(body)),
  });
  expect(JSON.parse(body)).toEqual({ error: { code: "forbidden", message: "über" } });
});

test("no policy lets a page run what isn't a file of this server, nor be framed", () => {
  const policy = SECURITY_HEADERS["content-security-policy"] ?? "";
  expect(policy).toContain("default-src 'self'");
  expect(policy).not.toContain("unsafe-eval");
  expect(policy).not.toMatch(/script-src|https?:|\*/);
  expect(policy).toContain("frame-ancestors 'none'");
});
