import { expect, test } from "vitest";
import WebSocket from "ws";
import { startTestServer, connectDevice, testConfig, temporaryFolder } from "../support.ts";
import { startServer } from "../../src/server.ts";
import { send, sendBytes } from "./support.ts";

test("probe", async () => {
  const t = await startTestServer();
  const show = async (what: string, r: Promise<{status:number;headers:any;text:string}>) => { const a = await r; console.log(what, a.status, a.headers["content-security-policy"]?.length, a.headers["cache-control"], a.headers["content-type"], a.text.slice(0, 200)); };
  await show("bad url", send(t.server, { path: "/api/v1/%zz" }));
  await show("bad url host", send(t.server, { path: "/api/v1/%zz", headers: { host: "evil.test" } }));
  await show("long param", send(t.server, { path: `/api/v1/projects/${t.project}/devices/x/variables/${"n".repeat(150)}/history`, headers: { cookie: t.cookie } }));
  await show("404 api", send(t.server, { path: "/api/v1/nope" }));
  await show("404 file", send(t.server, { path: "/nope.js" }));
  await show("page", send(t.server, { path: "/" }));
  await show("page ?", send(t.server, { path: "/some/where?device=a.b" }));
  await show("traversal", send(t.server, { path: "/../../../../etc/passwd" }));
  await show("traversal", send(t.server, { path: "/%2e%2e/%2e%2e/package.json" }));
  await show("dotfile", send(t.server, { path: "/.wheelhouse-built" }));
  await show("method", send(t.server, { path: "/api/v1/me", method: "PUT" }));
  await show("weird method", send(t.server, { path: "/api/v1/me", method: "PROPFIND" }));
  await show("options", send(t.server, { path: "/api/v1/me", method: "OPTIONS" }));
  await show("text body", send(t.server, { path: "/api/v1/session", method: "POST", body: "{}", headers: { "content-type": "text/plain" } }));
  await show("no type", send(t.server, { path: "/api/v1/session", method: "POST", body: "{}" }));
  await show("json-x", send(t.server, { path: "/api/v1/session", method: "POST", body: "{}", headers: { "content-type": "application/json-x" } }));
  await show("bad json", send(t.server, { path: "/api/v1/session", method: "POST", body: "{", headers: { "content-type": "application/json" } }));
  await show("proto", send(t.server, { path: "/api/v1/session", method: "POST", body: '{"__proto__":{}}', headers: { "content-type": "application/json" } }));
  await show("empty", send(t.server, { path: "/api/v1/session", method: "POST", body: "", headers: { "content-type": "application/json" } }));
  await show("null", send(t.server, { path: "/api/v1/session", method: "POST", body: "null", headers: { "content-type": "application/json" } }));
  await show("charset", send(t.server, { path: "/api/v1/session", method: "POST", body: '{"email":"a@b","password":"x"}', headers: { "content-type": "application/json; charset=utf-8" } }));
  await show("array query", send(t.server, { path: `/api/v1/projects/${t.project}/logs?limit=1&limit=2`, headers: { cookie: t.cookie } }));
  await show("delete w/o body", send(t.server, { path: "/api/v1/session", method: "DELETE", headers: { cookie: "x=y", "content-type": "application/json" } }));
  await show("large", send(t.server, { path: "/api/v1/session", method: "POST", body: JSON.stringify({ email: "a@b", password: "x".repeat(1_100_000) }), headers: { "content-type": "application/json" } }));
  await show("healthz", send(t.server, { path: "/healthz" }));
  await show("healthz head", send(t.server, { path: "/healthz", method: "HEAD" }));
  console.log(await sendBytes(t.server, "GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nX: " + "y".repeat(20_000) + "\r\n\r\n"));
  console.log(await sendBytes(t.server, "nonsense\r\n\r\n"));
  console.log(await sendBytes(t.server, "GET /api/v1/live HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n"));
  console.log(await sendBytes(t.server, "GET / HTTP/1.0\r\n\r\n"));
});

test("concurrent registration", async () => {
  const data = await temporaryFolder();
  const server = await startServer(testConfig({ data }));
  const answers = await Promise.all(["a", "b", "c"].map((name) => send(server, { path: "/api/v1/users", method: "POST", body: JSON.stringify({ email: `${name}@x.org`, password: "long enough" }), headers: { "content-type": "application/json" } })));
  console.log(answers.map(({ status }) => status));
  await server.stop();
});

test("stop with an open socket", async () => {
  const t = await startTestServer();
  const { host, port } = t.server.http;
  const ws = new WebSocket(`ws://${host}:${port}/api/v1/live`, { headers: { cookie: t.cookie, origin: `http://${host}:${port}` } });
  await new Promise((r) => ws.on("open", r));
  ws.send(JSON.stringify({ type: "subscribe", id: 1, project: t.project, topics: ["devices"] }));
  await new Promise((r) => ws.on("message", r));
  const closed = new Promise((r) => ws.on("close", (code, reason) => r([code, reason.toString()])));
  const before = performance.now();
  await t.server.stop();
  console.log("stopped in", performance.now() - before, await closed);
  console.log(t.events.filter((e) => e.type === "process_ended").map((e: any) => [e.process.label, e.reason]));
});
