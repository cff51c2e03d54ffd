import type { Answer, LiveMessage, Marker } from "@wheelhouse/api";
import { afterAll, beforeAll, expect, test } from "vitest";
import { Store } from "../../src/store/store.ts";
import { openPage } from "../live/support.ts";
import { startLastingServer, type TestServer } from "../support.ts";
import { connectGame } from "./support.ts";

let wheelhouse: TestServer;
const now = Date.now();

beforeAll(async () => {
  wheelhouse = await startLastingServer();
});
afterAll(() => wheelhouse.stop());

const add = (body: object) =>
  wheelhouse.api<Answer<"addMarker">>(`/projects/${wheelhouse.project}/markers`, { method: "POST", body });

async function markers(query: string): Promise<Answer<"markers">> {
  const path = `/projects/${wheelhouse.project}/markers?${query}`;
  const { status, body } = await wheelhouse.api<Answer<"markers">>(path);
  expect(status, query).toBe(200);
  return body;
}
const names = ({ markers: found }: Answer<"markers">) => found.map(({ name }) => name);
const markersOf = (messages: readonly LiveMessage[]): readonly Marker[] =>
  messages.flatMap((message) => (message.type === "changes" ? (message.markers ?? []) : []));

test("a person's marker comes back as it was set, and is told to the pages that see it", async () => {
  const { server, cookie, project } = wheelhouse;
  await connectGame(wheelhouse, "pixel");
  await connectGame(wheelhouse, "tablet");
  const ofPixel = await openPage(server, cookie);
  const ofTablet = await openPage(server, cookie);
  await ofPixel.subscribe({ project, device: "pixel", topics: ["markers"] });
  await ofTablet.subscribe({ project, device: "tablet", topics: ["markers", "logs"] });

  const boss = await add({ name: " boss ", device: "pixel", at: now - 5_000, fields: { level: 3 } });
  expect(boss).toMatchObject({
    status: 201,
    body: {
      device: "pixel",
      session: null,
      at: now - 5_000,
      name: "boss",
      fields: { level: 3 },
      by: "ann@example.org",
    },
  });
  const release = await add({ name: "release" });
  expect(release.body).toMatchObject({ device: null, fields: null, at: release.body.receivedAt });
  const isLast = (message: LiveMessage) => markersOf([message]).some(({ name }) => name === "release");
  expect(markersOf(await ofPixel.until(isLast))).toEqual([boss.body, release.body]);
  expect(markersOf(await ofTablet.until(isLast))).toEqual([release.body]);
  expect((await markers("device=pixel")).markers).toEqual([release.body, boss.body]);
  expect(names(await markers("device=tablet"))).toEqual(["release"]);
  expect(names(await markers(`to=${now - 5_000}`))).toEqual(["boss"]);
  expect(names(await markers("session=none"))).toEqual([]);
});

test("a device's own marker has its session and nobody's name", async () => {
  const { server, cookie, project } = wheelhouse;
  const game = await connectGame(wheelhouse, "marking");
  const page = await openPage(server, cookie);
  await page.subscribe({ project, device: "marking", topics: ["markers"] });
  await game.store({ type: "marker", name: "level 2", fields: { level: 2 } });
  const [told] = markersOf([await page.next()]);
  expect(told).toMatchObject({ device: "marking", name: "level 2", fields: { level: 2 }, by: null });
  expect((await markers(`session=${told?.session}`)).markers).toEqual([told]);
});

test("a person's marker may nest as deep as a device's", async () => {
  // The body and its `fields` are two of the 64.
  const deep = JSON.parse("[".repeat(62) + "]".repeat(62)) as unknown;
  expect(await add({ name: "deep", fields: { deep } })).toMatchObject({
    status: 201,
    body: { fields: { deep } },
  });
});

test("a marker isn't set in the future", async () => {
  const { body } = await add({ name: "tomorrow", at: Date.now() + 86_400_000 });
  expect(body.at).toBe(body.receivedAt);
});

test("pages of markers stay as they are while new ones come", async () => {
  await connectGame(wheelhouse, "paged");
  for (let marker = 0; marker < 5; marker += 1) await add({ name: `old ${marker}`, device: "paged" });
  const seen: string[] = [];
  let cursor = "";
  for (let page = 0; page < 3; page += 1) {
    const answer = await markers(`device=paged&limit=2${cursor}`);
    seen.push(...names(answer));
    cursor = `&cursor=${answer.next}`;
    await add({ name: `new ${page}`, device: "paged" });
  }
  expect(seen.slice(0, 5)).toEqual(["old 4", "old 3", "old 2", "old 1", "old 0"]);
});

test("a page that was away is sent the markers it missed; one that missed too much loads again", async () => {
  const { server, cookie, project } = wheelhouse;
  const before = await openPage(server, cookie);
  const snapshot = await before.subscribe({ project, topics: ["markers"] });
  if (snapshot.type !== "snapshot") throw new Error("expected a snapshot");
  const { epoch, offset } = snapshot;
  await before.close();
  const missed = [(await add({ name: "missed 1" })).body, (await add({ name: "missed 2" })).body];

  const again = await openPage(server, cookie);
  await again.subscribe({ project, topics: ["markers"], after: { epoch, offset } });
  const caughtUp = await again.next();
  expect(caughtUp).toMatchObject({ type: "changes", offset: missed[1]?.id, dropped: 0 });
  expect(markersOf([caughtUp])).toEqual(missed);

  const marker = { project, device: null, fields: null, at: now, receivedAt: now, by: "ann@example.org" };
  const many = Array.from({ length: 1_001 }, (_, count) =>
    server.app.runtime.call(Store, "addMarker", { ...marker, name: `${count}` }),
  );
  await Promise.all(many);
  const late = await openPage(server, cookie);
  await late.subscribe({ project, topics: ["markers"], after: { epoch, offset } });
  expect(await late.next()).toEqual({ type: "reload", id: 1 });
});

test.each<[what: string, body: object, status: number, field: string]>([
  ["without a name", {}, 422, "name"],
  ["with an empty name", { name: " " }, 422, "name"],
  ["with too long a name", { name: "x".repeat(201) }, 422, "name"],
  ["called as no web address may be", { name: " .. " }, 422, "name"],
  ["called half a surrogate pair", { name: "\ud800" }, 422, "name"],
  ["on no device's id", { name: "x", device: "a b" }, 422, "device"],
  ["on nobody's device", { name: "x", device: "nobody" }, 404, "device"],
  ["at no time", { name: "x", at: -1 }, 422, "at"],
  ["with a list of fields", { name: "x", fields: [1] }, 422, "fields"],
  ["with too much in its fields", { name: "x", fields: { text: "x".repeat(16_384) } }, 422, "fields"],
])("no marker is set %s", async (_, body, status, field) => {
  const before = await markers("limit=1");
  const answer = await add(body);
  expect(answer).toMatchObject({ status, body: { error: { field } } });
  expect(await markers("limit=1")).toEqual(before);
});
