import type { Answer, LiveMessage } from "@wheelhouse/api";
import { StorageFailedError } from "@wheelhouse/storage";
import { openMemoryStorage } from "@wheelhouse/storage/memory";
import { afterAll, beforeAll, expect, test } from "vitest";
import { openPage } from "../live/support.ts";
import { startLastingServer, startTestServer, type TestServer } from "../support.ts";
import { connectGame } from "./support.ts";

let wheelhouse: TestServer;
beforeAll(async () => {
  wheelhouse = await startLastingServer();
});
afterAll(() => wheelhouse.stop());

async function sessions(query: string): Promise<Answer<"sessions">> {
  const path = `/projects/${wheelhouse.project}/sessions?${query}`;
  const { status, body } = await wheelhouse.api<Answer<"sessions">>(path);
  expect(status, query).toBe(200);
  return body;
}

const change = (device: string, body: object) =>
  wheelhouse.api<Answer<"changeDevice">>(`/projects/${wheelhouse.project}/devices/${device}`, {
    method: "PATCH",
    body,
  });

/** A run that has ended. */
async function run(device: string): Promise<void> {
  const game = await connectGame(wheelhouse, device);
  game.say({ type: "bye" });
  await game.line.closed;
}

test("runs are listed newest first, and a page stays as it is while new ones begin", async () => {
  for (let count = 0; count < 5; count += 1) await run("runner");
  const seen: string[] = [];
  let cursor = "";
  for (let page = 0; page < 3; page += 1) {
    const answer = await sessions(`device=runner&limit=2${cursor}`);
    seen.push(...answer.sessions.map(({ id }) => id));
    cursor = `&cursor=${answer.next}`;
    await run("runner");
    if (page === 2) expect(answer.next).toBeNull();
  }
  const all = (await sessions("device=runner")).sessions.map(({ id }) => id);
  expect(all).toHaveLength(8);
  expect(seen).toEqual(all.slice(3));
});

test("a run says when and why it ended, and what it missed", async () => {
  const game = await connectGame(wheelhouse, "skipper");
  expect((await sessions("device=skipper")).sessions).toMatchObject([
    { device: "skipper", endedAt: null, reason: null },
  ]);
  game.say({ type: "logs", seq: 9, entries: [{ level: "info", message: "far ahead" }] });
  game.say({ type: "bye" });
  await game.line.closed;
  await connectGame(wheelhouse, "skipper");
  const [, first] = (await sessions("device=skipper")).sessions;
  expect(first).toMatchObject({ endedAt: expect.any(Number), reason: expect.any(String), missed: 7 });
  expect(first?.seenAt).toBeGreaterThanOrEqual(first?.startedAt ?? Infinity);
});

test("a device is renamed and tagged, and its pages are told", async () => {
  const { server, cookie, project } = wheelhouse;
  await connectGame(wheelhouse, "nameless");
  const page = await openPage(server, cookie);
  await page.subscribe({ project, device: "nameless", topics: ["devices"] });
  const renamed = await change("nameless", { name: " Ann's phone ", tags: ["lab"] });
  expect(renamed).toMatchObject({
    status: 200,
    body: { id: "nameless", name: "Ann's phone", tags: ["lab"], online: true, app: "rocket" },
  });
  const isRenamed = (message: LiveMessage) =>
    message.type === "changes" && message.devices?.[0]?.name === "Ann's phone";
  expect((await page.until(isRenamed)).at(-1)).toMatchObject({ devices: [renamed.body] });
  expect((await change("nameless", { tags: [] })).body).toMatchObject({ name: "Ann's phone", tags: [] });
  expect((await change("nameless", { name: null })).body).toMatchObject({ name: null, tags: [] });
  const { body } = await wheelhouse.api(`/projects/${project}/devices/nameless`);
  expect(body).toMatchObject({ name: null, tags: [], app: "rocket" });
});

test("a device that is away can be renamed too", async () => {
  await run("away");
  await change("away", { name: "Gone" });
  const { body } = await wheelhouse.api<Answer<"devices">>(`/projects/${wheelhouse.project}/devices`);
  expect(body.devices.find(({ id }) => id === "away")).toMatchObject({ name: "Gone", online: false });
});

test.each<[what: string, device: string, body: object, status: number, field: string | undefined]>([
  ["nobody's device", "nobody", { name: "x" }, 404, undefined],
  ["no name left", "named", { name: "  " }, 422, "name"],
  ["too long a name", "named", { name: "x".repeat(201) }, 422, "name"],
  ["a number for a name", "named", { name: 7 }, 422, "name"],
  ["too many tags", "named", { tags: Array.from({ length: 33 }, (_, tag) => `${tag}`) }, 422, "tags"],
  ["an empty tag", "named", { tags: ["a", ""] }, 422, "tags.1"],
  ["no list of tags", "named", { tags: "qa" }, 422, "tags"],
])("a device isn't changed to %s", async (_, device, body, status, field) => {
  await connectGame(wheelhouse, "named");
  const answer = await change(device, body);
  expect(answer.status).toBe(status);
  expect((answer.body as unknown as { error: object }).error).toMatchObject(
    field === undefined ? { code: "not_found" } : { code: "invalid", field },
  );
});

test("a device whose name can't be stored keeps the one it has", async () => {
  const memory = await openMemoryStorage();
  const updateDevice = () => Promise.reject(new StorageFailedError("the disk is full"));
  const devices = { ...memory.devices, updateDevice };
  const failing = await startTestServer({ openStorage: async () => ({ ...memory, devices }) });
  await connectGame(failing, "game");
  const path = `/projects/${failing.project}/devices/game`;
  const refused = await failing.api(path, { method: "PATCH", body: { name: "x" } });
  expect(refused).toMatchObject({ status: 503, body: { error: { code: "storage_unavailable" } } });
  expect((await failing.api(path)).body).toMatchObject({ name: null });
});
