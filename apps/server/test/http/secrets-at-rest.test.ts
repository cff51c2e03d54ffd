/** Every secret that the server is told or gives out, looked for in all that it stores, logs and answers. */

import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { inspect } from "node:util";
import type { Answer } from "@wheelhouse/api";
import type { RuntimeEvent } from "@wheelhouse/actors";
import { pino } from "pino";
import { expect, test } from "vitest";
import { logEvent } from "../../src/log.ts";
import { startServer } from "../../src/server.ts";
import { afterTest, temporaryFolder, testConfig } from "../support.ts";
import { send, type RawAnswer } from "./support.ts";

const PASSWORD = "a violet anchor in june";
const NEW_PASSWORD = "a scarlet anchor in july";
const NEWEST_PASSWORD = "an amber anchor in august";

/** The bytes of all files below a folder: database, write-ahead log, and whatever else there is. */
async function everyByte(folder: string): Promise<string> {
  const names = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = names.filter((entry) => entry.isFile());
  const texts = await Promise.all(
    files.map(({ parentPath, name }) => readFile(join(parentPath, name), "latin1")),
  );
  return texts.join("\n");
}

test("passwords and their resets, sessions, tokens, invitations, known browsers and the printed code are nowhere in the clear", async () => {
  const data = await temporaryFolder();
  const lines: string[] = [];
  const events: RuntimeEvent[] = [];
  const logger = pino({ level: "debug", base: {} }, { write: (line: string) => void lines.push(line) });
  const server = await startServer(testConfig({ data, publicUrl: new URL("http://wheel.example") }), {
    onEvent(event) {
      events.push(event);
      logEvent(logger, event);
    },
  });
  afterTest(() => server.stop());
  const answers: RawAnswer[] = [];
  const secrets = new Map<string, string>([
    ["password", PASSWORD],
    ["new password", NEW_PASSWORD],
    ["code", server.setupCode ?? ""],
  ]);
  let cookie = "";
  async function ask(method: string, path: string, body: object = {}): Promise<unknown> {
    const answer = await send(server, {
      method,
      path: `/api/v1${path}`,
      headers: { host: "wheel.example", "content-type": "application/json", cookie },
      ...(method === "GET" ? {} : { body: JSON.stringify(body) }),
    });
    expect(answer.status, `${method} ${path}: ${answer.text}`).toBeLessThan(300);
    answers.push(answer);
    for (const given of answer.headers["set-cookie"] ?? []) {
      const [name = "", secret = ""] = given.split(";")[0]?.split("=") ?? [];
      secrets.set(`${name} after ${path}`, secret);
      if (name === "wheelhouse_session") cookie = `${name}=${secret}`;
    }
    return answer.text === "" ? null : (JSON.parse(answer.text) as unknown);
  }

  const account = { email: "ann@example.org", password: PASSWORD };
  const { project } = (await ask("POST", "/users", {
    ...account,
    code: server.setupCode,
  })) as Answer<"register">;
  await ask("POST", "/session", account);
  const shownOnce = answers.length;
  const { token } = (await ask("POST", "/tokens", { name: "ci" })) as Answer<"createToken">;
  const { link } = (await ask("POST", `/projects/${project.id}/invitations`, {
    role: "viewer",
  })) as Answer<"createInvitation">;
  const shown = answers.splice(shownOnce);
  expect(shown.map(({ text }) => text).join("")).toContain(token);
  const lost = { email: account.email };
  const reset = (await ask("POST", "/password-resets", lost)) as Answer<"createPasswordReset">;
  answers.splice(shownOnce);
  secrets
    .set("token", token)
    .set("invitation", link.split("#")[1] ?? "")
    .set("password reset", reset.link.split("#")[1] ?? "");
  await ask("POST", "/password-resets/read", { reset: reset.link.split("#")[1] });
  await ask("POST", "/invitations/read", { invitation: link.split("#")[1] });
  await send(server, { path: "/api/v1/me", headers: { authorization: `Bearer ${token}` } });
  await ask("PATCH", "/me/password", { current: PASSWORD, password: NEW_PASSWORD });
  const usedUp = (await ask("POST", "/password-resets", lost)) as Answer<"createPasswordReset">;
  answers.pop();
  const used = usedUp.link.split("#")[1] ?? "";
  secrets.set("used password reset", used).set("newest password", NEWEST_PASSWORD);
  await ask("POST", "/password-resets/use", { reset: used, password: NEWEST_PASSWORD });
  for (const path of ["/me", "/me/sessions", "/tokens", `/projects/${project.id}/invitations`])
    await ask("GET", path);
  const metrics = await send(server, { path: "/metrics" });

  const running = await everyByte(data);
  await server.stop();
  const places = {
    "the data folder of a running server": running,
    "the data folder of a stopped one": await everyByte(data),
    "the log": lines.join("\n"),
    events: events.map((event) => inspect(event, { depth: 10 })).join("\n"),
    "the answers": answers.map(({ text }) => text).join("\n"),
    metrics: metrics.text,
  };
  // What is looked for would be found: the address is stored, logged nowhere, and answered.
  expect(running).toContain("ann@example.org");
  expect(secrets.size).toBeGreaterThanOrEqual(12);
  for (const [name, secret] of secrets) {
    expect(secret.length, name).toBeGreaterThan(10);
    for (const [place, text] of Object.entries(places))
      expect(text.includes(secret), `${name} in ${place}`).toBe(false);
  }
});
