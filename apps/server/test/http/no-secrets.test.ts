import { inspect } from "node:util";
import type { RuntimeEvent } from "@wheelhouse/actors";
import { pino } from "pino";
import { expect, test } from "vitest";
import { hashToken } from "../../src/accounts/secrets.ts";
import { logEvent } from "../../src/log.ts";
import { openPage } from "../live/support.ts";
import { connectDevice, startTestServer } from "../support.ts";
import { connectGame, send, sendBytes } from "./support.ts";

const PASSWORD = "correct horse battery";
const WRONG_PASSWORD = "a wrong password";

test("no password, session, key or hash is in any event or log line, whatever goes wrong", async () => {
  const lines: string[] = [];
  const logger = pino({ level: "debug", base: {} }, { write: (line: string) => void lines.push(line) });
  const events: RuntimeEvent[] = [];
  const wheelhouse = await startTestServer({
    onEvent(event) {
      events.push(event);
      logEvent(logger, event);
    },
  });
  const { server, project, key, cookie } = wheelhouse;
  const token = cookie.split("=")[1] ?? "";
  const post = (path: string, body: object, headers = {}) =>
    send(server, {
      method: "POST",
      path,
      headers: { "content-type": "application/json", ...headers },
      body: JSON.stringify(body),
    });

  // Logging in, rightly and wrongly, and with the secrets in wrong places.
  const right = await post("/api/v1/session", { email: "ann@example.org", password: PASSWORD });
  const secondToken = /wheelhouse_session=([^;]+)/.exec(right.headers["set-cookie"]?.[0] ?? "")?.[1] ?? "";
  await post("/api/v1/session", { email: "ann@example.org", password: WRONG_PASSWORD });
  await post("/api/v1/users", { email: "bob@example.org", password: WRONG_PASSWORD });
  await post(`/api/v1/${encodeURIComponent(PASSWORD)}?password=${encodeURIComponent(PASSWORD)}`, {});
  await post(`/api/v1/%zz${token}`, {});
  await send(server, { path: `/api/v1/me?session=${token}`, headers: { cookie } });
  await send(server, { path: "/api/v1/me", headers: { cookie, host: "evil.test" } });
  await sendBytes(server, `nonsense ${PASSWORD}\r\n\r\n`);

  // Keys: shown, made, revoked while in use, wrong, and where they don't belong.
  const { body: made } = await wheelhouse.api<{ id: string; key: string }>(
    `/projects/${project}/device-keys`,
    {
      method: "POST",
      body: { name: "second" },
    },
  );
  const game = await connectGame(wheelhouse);
  const revoked = await connectGame({ ...wheelhouse, key: made.key }, "revoked");
  await wheelhouse.api(`/projects/${project}/device-keys/${made.id}`, { method: "DELETE" });
  await revoked.line.closed;
  await wheelhouse.api(`/projects/${project}/devices?key=${key}`);
  await wheelhouse.api(`/projects/${project}/devices/game/variables`, {
    method: "PATCH",
    body: { values: { [key]: 1 } },
  });
  const stranger = await connectDevice(server.tcp.port);
  stranger.send(`v:${"X".repeat(12)}`);
  stranger.send(`i:${key}:%%%`);
  stranger.send(`{"type":"hello","key":"${key}"`);
  stranger.send(`l:${key}:${"A".repeat(5_000)}`);
  await stranger.closed;

  // The live socket, also with nonsense.
  const page = await openPage(server, cookie);
  await page.subscribe({ project });
  page.say(`${token} ${key}`);
  await page.next();
  await game.store({ type: "variables", values: { lives: 1 } });
  await game.line.cut();

  await wheelhouse.api("/session", { method: "DELETE" });
  await page.closed;
  await wheelhouse.stop();

  const secrets = {
    PASSWORD,
    WRONG_PASSWORD,
    token,
    secondToken,
    key,
    madeKey: made.key,
    hash: hashToken(token),
    argon: "$argon2",
  };
  const told = [...lines, ...events.map((event) => inspect(event, { depth: 8, showHidden: false }))].join(
    "\n",
  );
  expect(lines.length).toBeGreaterThan(20);
  for (const [name, secret] of Object.entries(secrets)) {
    expect(secret.length, name).toBeGreaterThan(6);
    expect(
      told.split("\n").filter((line) => line.includes(secret)),
      name,
    ).toEqual([]);
  }
});
