import type { Answer } from "@wheelhouse/api";
import { expect, test } from "vitest";
import { openPage } from "../live/support.ts";
import { startTestServer } from "../support.ts";
import { connectGame, send } from "./support.ts";

test("they count what happens, by route and never by address or name", async () => {
  const wheelhouse = await startTestServer();
  const { server, cookie, project } = wheelhouse;
  await connectGame(wheelhouse);
  await openPage(server, cookie);
  await wheelhouse.api(`/projects/${project}/devices/game`);
  await send(server, { path: "/secret-address?token=secret" });
  const { text, status, headers } = await send(server, { path: "/metrics" });
  expect(status).toBe(200);
  expect(headers["content-type"]).toBe("text/plain; version=0.0.4; charset=utf-8");
  expect(text).toContain(
    'wheelhouse_http_request_seconds_count{route="/api/v1/projects/:project/devices/:device",method="GET",status="200"} 1',
  );
  expect(text).toMatch(/^wheelhouse_live_pages 1$/m);
  expect(text).toMatch(/^wheelhouse_device_connections 1$/m);
  expect(text).toMatch(/^wheelhouse_http_connections [1-9]/m);
  expect(text).toMatch(/^process_resident_memory_bytes [1-9]/m);
  for (const secret of [project, wheelhouse.key, "secret", "game", "ann@", cookie.split("=")[1] ?? ""])
    expect(text).not.toContain(secret);
  // The text format of Prometheus: a line is a comment, or a name with labels and a number.
  for (const line of text
    .trim()
    .split("\n")
    .filter((each) => each !== ""))
    expect(line).toMatch(
      /^(?:# (?:HELP|TYPE) \w+ .+|\w+(?:\{(?:\w+="[^"]*",?)*\})? (?:[\d.e+-]+|NaN|\+Inf))$/,
    );
});

test("who reads them: this machine, or a token of the admin, however limited", async () => {
  const wheelhouse = await startTestServer();
  const { server, api } = wheelhouse;
  const other = await wheelhouse.addAccount();
  const far = { "x-forwarded-for": "203.0.113.9" };
  const ask = async (headers: Record<string, string>) =>
    (await send(server, { path: "/metrics", headers })).status;
  const token = async (of: typeof api) => {
    const made = await of<Answer<"createToken">>("/tokens", {
      method: "POST",
      body: { name: "m", role: "viewer" },
    });
    return { authorization: `Bearer ${made.body.token}` };
  };
  expect(await ask({})).toBe(200);
  expect(await ask(far)).toBe(401);
  expect(await ask({ ...far, cookie: wheelhouse.cookie })).toBe(401);
  expect(await ask({ ...far, ...(await token(api)) })).toBe(200);
  expect(await ask({ ...far, ...(await token(other.api)) })).toBe(403);
  expect(await ask({ authorization: "Bearer wh_wrong" })).toBe(401);
});
