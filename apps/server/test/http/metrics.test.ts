import type { Answer } from "@wheelhouse/api";
import { StorageFailedError } from "@wheelhouse/storage";
import { openMemoryStorage } from "@wheelhouse/storage/memory";
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
  expect(text).toMatch(/^nodejs_heap_size_used_bytes [1-9]/m);
  expect(text).toMatch(/^process_cpu_seconds_total [\d.e-]+$/m);
  for (const of of ["evicted", "refused"])
    expect(text).toMatch(new RegExp(`^wheelhouse_http_connections_${of}_total 0$`, "m"));
  for (const secret of [project, wheelhouse.key, "secret", "game", "ann@", cookie.split("=")[1] ?? ""])
    expect(text).not.toContain(secret);
  // A name says whether it only ever rises, as its type does.
  for (const [, name = "", type] of text.matchAll(/^# TYPE (\w+) (\w+)$/gm))
    expect(name.endsWith("_total"), name).toBe(type === "counter");
  // The text format of Prometheus: a line is a comment, or a name with labels and a number.
  for (const line of text
    .trim()
    .split("\n")
    .filter((each) => each !== ""))
    expect(line).toMatch(
      /^(?:# (?:HELP|TYPE) \w+ .+|\w+(?:\{(?:\w+="[^"]*",?)*\})? (?:[\d.e+-]+|NaN|\+Inf))$/,
    );
});

test("they say what is stored, what became of writes, and who is there", async () => {
  const wheelhouse = await startTestServer();
  const { server, api, project } = wheelhouse;
  const game = await connectGame(wheelhouse);
  const entries = [1, 2, 3].map((line) => ({ level: "info", message: `line ${line}` }));
  await game.store({ type: "logs", entries });
  const variables = `/projects/${project}/devices/game/variables`;
  await api(variables, { method: "PATCH", body: { values: { speed: 5 } } });
  await api(variables, { method: "PATCH", body: { values: { speed: 6 } } });
  await api(`/projects/${project}/markers`, { method: "POST", body: { name: "boss" } });
  const read = async () => (await send(server, { path: "/metrics" })).text;
  const text = await read();
  const count = (name: string) => Number(new RegExp(`^${name} (\\S+)$`, "m").exec(text)?.[1]);
  expect(count("wheelhouse_log_entries_total")).toBe(3);
  expect(count("wheelhouse_values_total")).toBe(4);
  expect(count("wheelhouse_markers_total")).toBe(1);
  expect(count('wheelhouse_writes_total\\{state="pending"\\}')).toBe(2);
  expect(count('wheelhouse_writes_total\\{state="replaced"\\}')).toBe(1);
  expect(count("wheelhouse_devices_online")).toBe(1);
  expect(count("wheelhouse_storage_bytes")).toBeGreaterThan(1_000);
  expect(count("wheelhouse_storage_segments")).toBe(1);
  expect(count("wheelhouse_index_lag_entries")).toBeGreaterThanOrEqual(0);
  expect(count("wheelhouse_index_lag_samples")).toBeGreaterThanOrEqual(0);
  game.say({ type: "bye" });
  await game.line.closed;
  expect(await read()).toMatch(/^wheelhouse_devices_online 0$/m);
});

test("what can't be read isn't told, and the rest all the same", async () => {
  const memory = await openMemoryStorage();
  const status = () => Promise.reject(new StorageFailedError("the disk is gone"));
  const devices = { ...memory.devices, status };
  const { server } = await startTestServer({ openStorage: async () => ({ ...memory, devices }) });
  const { status: answered, text } = await send(server, { path: "/metrics" });
  expect(answered).toBe(200);
  expect(text).not.toMatch(/^wheelhouse_storage_bytes/m);
  expect(text).toMatch(/^wheelhouse_log_entries_total 0$/m);
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
