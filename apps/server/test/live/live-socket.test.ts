import type { Changes, LiveMessage, Position, Snapshot } from "@wheelhouse/api";
import { StorageFailedError, type DeviceStorage } from "@wheelhouse/storage";
import { openMemoryStorage } from "@wheelhouse/storage/memory";
import { afterAll, beforeAll, expect, test } from "vitest";
import { connectGame, type TestGame } from "../http/support.ts";
import { connectDevice, startLastingServer, startTestServer, type TestServer } from "../support.ts";
import { openPage, tryLive } from "./support.ts";

let wheelhouse: TestServer;
beforeAll(async () => {
  wheelhouse = await startLastingServer();
});
afterAll(() => wheelhouse.stop());

const changesOf = (messages: readonly LiveMessage[]): readonly Changes[] =>
  messages.filter((message) => message.type === "changes");
const logsOf = (messages: readonly LiveMessage[]): readonly string[] =>
  changesOf(messages).flatMap(({ logs = [] }) => logs.map(({ message }) => message));
const writesOf = (messages: readonly LiveMessage[]) =>
  changesOf(messages).flatMap(({ writes = [] }) => writes.map(({ name, state }) => `${name} ${state}`));
const lastOffset = (messages: readonly LiveMessage[]) => changesOf(messages).at(-1)?.offset ?? 0;

function say(game: TestGame, ...texts: readonly string[]): Promise<void> {
  return game.store({ type: "logs", entries: texts.map((message) => ({ level: "info", message })) });
}

const hasLog = (text: string) => (message: LiveMessage) => logsOf([message]).includes(text);
const hasWrite = (text: string) => (message: LiveMessage) => writesOf([message]).includes(text);

test.each<[what: string, headers: (own: string, cookie: string) => Record<string, string>, status: number]>([
  ["own origin, session", (origin, cookie) => ({ origin, cookie }), 101],
  ["no cookie", (origin) => ({ origin }), 401],
  ["nothing at all", () => ({}), 401],
  ["another site without a cookie", () => ({ origin: "http://evil.test" }), 403],
  ["another cookie", (origin) => ({ origin, cookie: "theme=dark" }), 401],
  ["a session nobody has", (origin) => ({ origin, cookie: "wheelhouse_session=abc" }), 401],
  ["no origin", (_, cookie) => ({ cookie }), 403],
  ["origin null", (_, cookie) => ({ cookie, origin: "null" }), 403],
  ["another site", (_, cookie) => ({ cookie, origin: "http://evil.test" }), 403],
  ["another port", (_, cookie) => ({ cookie, origin: "http://127.0.0.1:1" }), 403],
  [
    "another name of this machine",
    (own, cookie) => ({ cookie, origin: own.replace("127.0.0.1", "localhost") }),
    403,
  ],
  ["a foreign host", (origin, cookie) => ({ origin, cookie, host: "evil.test" }), 421],
  [
    "a foreign host that calls itself the origin",
    (_, cookie) => ({ cookie, host: "evil.test", origin: "http://evil.test" }),
    421,
  ],
])("a live socket with %s", async (_, headers, status) => {
  const { server, cookie } = wheelhouse;
  const { host, port } = server.http;
  expect(await tryLive(server, headers(`http://${host}:${port}`, cookie))).toBe(status);
});

test("a page gets everything at first and then what changes", async () => {
  const page = await openPage(wheelhouse.server, wheelhouse.cookie);
  const { project } = wheelhouse;
  expect(await page.subscribe({ project })).toMatchObject({ type: "snapshot", id: 1 });
  const game = await connectGame(wheelhouse, "first");
  const isThere = (message: LiveMessage) =>
    message.type === "changes" && message.values?.["first"]?.["lives"]?.[1] === 3;
  const told = changesOf(await page.until(isThere));
  expect(told.flatMap(({ devices = [] }) => devices)).toMatchObject([
    { id: "first", online: true, app: "rocket" },
  ]);
  const declared = told.flatMap(({ variables = {} }) => variables["first"] ?? []).map(({ name }) => name);
  expect(declared).toEqual(["speed", "name", "lives"]);

  await game.store({ type: "variables", values: { speed: 4.5 } });
  const [changed] = changesOf(await page.until((message) => changesOf([message])[0]?.values !== undefined));
  expect(changed?.values).toEqual({ first: { speed: [expect.any(Number), 4.5] } });

  await game.line.cut();
  const gone = await page.until((message) => changesOf([message])[0]?.devices?.[0]?.online === false);
  expect(changesOf(gone).at(-1)?.devices).toMatchObject([{ id: "first", online: false }]);
});

test("a snapshot holds devices, variables with their values, and open writes", async () => {
  const game = await connectGame(wheelhouse, "shown");
  const { project } = wheelhouse;
  await wheelhouse.api(`/projects/${project}/devices/shown/variables`, {
    method: "PATCH",
    body: { values: { speed: 5 } },
  });
  expect(await game.next()).toMatchObject({ type: "set", values: { speed: 5 } });
  const page = await openPage(wheelhouse.server, wheelhouse.cookie);
  const snapshot = (await page.subscribe({ project, device: "shown" })) as Snapshot;
  expect(snapshot.devices).toMatchObject([{ id: "shown", online: true }]);
  expect(Object.keys(snapshot.variables ?? {})).toEqual(["shown"]);
  expect(snapshot.variables?.["shown"]).toMatchObject([
    { name: "speed", reported: { value: 3 }, desired: { value: 5, state: "sent", by: "ann@example.org" } },
    { name: "name", reported: { value: "Ann" }, desired: null },
    { name: "lives", reported: { value: 3 }, writable: false },
  ]);
  expect(snapshot.writes).toMatchObject([{ name: "speed", value: 5, state: "sent" }]);
});

test("every log entry comes once and in order", async () => {
  const game = await connectGame(wheelhouse, "logging");
  const page = await openPage(wheelhouse.server, wheelhouse.cookie);
  await page.subscribe({ project: wheelhouse.project, device: "logging", topics: ["logs"] });
  const texts = Array.from({ length: 300 }, (_, index) => `line ${index}`);
  for (const message of texts) game.tell({ type: "logs", entries: [{ level: "info", message }] });
  const messages = await page.until(hasLog("line 299"));
  expect(logsOf(messages)).toEqual(texts);
  expect(changesOf(messages).map(({ dropped }) => dropped)).not.toContain(1);
});

test("no log entry is lost when people change variables meanwhile", async () => {
  const game = await connectGame(wheelhouse, "busy");
  const { project } = wheelhouse;
  const page = await openPage(wheelhouse.server, wheelhouse.cookie);
  await page.subscribe({ project, device: "busy", topics: ["logs", "writes"] });
  const path = `/projects/${project}/devices/busy/variables`;
  const texts: string[] = [];
  for (let round = 0; round < 15; round += 1) {
    const change = wheelhouse.api(path, { method: "PATCH", body: { values: { speed: round % 9 } } });
    for (let line = 0; line < 10; line += 1) {
      texts.push(`busy ${round}.${line}`);
      await say(game, `busy ${round}.${line}`);
    }
    await change;
  }
  expect(logsOf(await page.until(hasLog("busy 14.9")))).toEqual(texts);
});

test("a write's states come as they are reached", async () => {
  const game = await connectGame(wheelhouse, "written");
  const { project } = wheelhouse;
  const page = await openPage(wheelhouse.server, wheelhouse.cookie);
  await page.subscribe({ project, device: "written", topics: ["writes", "variables"] });
  const patch = (values: object) =>
    wheelhouse.api(`/projects/${project}/devices/written/variables`, { method: "PATCH", body: { values } });

  await patch({ speed: 5 });
  const { id } = await game.next();
  expect(writesOf(await page.until(hasWrite("speed sent"))).at(-1)).toBe("speed sent");
  game.say({ type: "applied", id, results: { speed: { value: 4.5 } } });
  const applied = changesOf(await page.until(hasWrite("speed applied")));
  expect(applied.at(-1)?.writes).toMatchObject([{ value: 5, applied: 4.5, state: "applied" }]);

  await patch({ name: "Bob" });
  const { id: second } = await game.next();
  game.say({ type: "applied", id: second, results: { name: { error: "taken", value: "Ann" } } });
  const rejected = changesOf(await page.until(hasWrite("name rejected")));
  expect(rejected.at(-1)?.writes).toMatchObject([{ reason: "taken", applied: "Ann" }]);

  await patch({ speed: 1 });
  await patch({ speed: 2 });
  const replaced = await page.until(hasWrite("speed replaced"));
  expect(writesOf(replaced)).toContain("speed replaced");
});

test("a page that was away gets what was stored meanwhile, without doubles", async () => {
  const game = await connectGame(wheelhouse, "away");
  const { server, cookie, project } = wheelhouse;
  const first = await openPage(server, cookie);
  const { epoch } = (await first.subscribe({
    project,
    device: "away",
    topics: ["logs", "writes"],
  })) as Snapshot;
  await say(game, "seen");
  const offset = lastOffset(await first.until(hasLog("seen")));
  await first.close();

  await say(game, "missed 1", "missed 2");
  await wheelhouse.api(`/projects/${project}/devices/away/variables`, {
    method: "PATCH",
    body: { values: { speed: 7 } },
  });
  const second = await openPage(server, cookie);
  const after: Position = { epoch, offset };
  await second.subscribe({ project, device: "away", topics: ["logs", "writes"], after });
  await say(game, "then");
  const messages = await second.until(hasLog("then"));
  expect(logsOf(messages)).toEqual(["missed 1", "missed 2", "then"]);
  expect(new Set(writesOf(messages).map((write) => write.split(" ")[0]))).toEqual(new Set(["speed"]));

  const third = await openPage(server, cookie);
  await third.subscribe({
    project,
    device: "away",
    topics: ["logs"],
    after: { epoch, offset: lastOffset(messages) },
  });
  await say(game, "the end");
  expect(logsOf(await third.until(hasLog("the end")))).toEqual(["the end"]);
});

test("what happens while a page catches up comes once", async () => {
  const game = await connectGame(wheelhouse, "racing");
  const { server, cookie, project } = wheelhouse;
  const page = await openPage(server, cookie);
  const { epoch, offset } = (await page.subscribe({
    project,
    device: "racing",
    topics: ["logs"],
  })) as Snapshot;
  const texts = Array.from({ length: 300 }, (_, index) => `race ${index}`);
  for (const [index, text] of texts.entries()) {
    game.tell({ type: "logs", entries: [{ level: "info", message: text }] });
    if (index % 50 === 25)
      page.say({
        type: "subscribe",
        id: index,
        project,
        device: "racing",
        topics: ["logs"],
        after: { epoch, offset },
      });
  }
  const seen = new Map<number, string[]>();
  const idsOfAll = [1, 25, 75, 125, 175, 225, 275];
  await page.until((message) => {
    if (message.type === "changes")
      seen.set(message.id, [...(seen.get(message.id) ?? []), ...logsOf([message])]);
    return idsOfAll.every((id) => seen.get(id)?.includes("race 299"));
  });
  for (const id of idsOfAll) expect(seen.get(id), `subscription ${id}`).toEqual(texts);
});

test("a page of another data folder, or that was away for too long, loads again", async () => {
  const game = await connectGame(wheelhouse, "long");
  const { server, cookie, project } = wheelhouse;
  const page = await openPage(server, cookie);
  const { epoch, offset } = (await page.subscribe({ project, topics: ["logs"] })) as Snapshot;

  const isReload = ({ type }: LiveMessage) => type === "reload";
  page.say({ type: "subscribe", id: 2, project, topics: ["logs"], after: { epoch: "another", offset } });
  expect((await page.until(isReload)).map(({ type }) => type)).toEqual(["snapshot", "reload"]);

  const many = Array.from({ length: 1_001 }, (_, index) => `many ${index}`);
  for (let from = 0; from < many.length; from += 143) await say(game, ...many.slice(from, from + 143));
  // Not by their texts: told of all in one message, a page has the last one left out.
  await page.until((message) => lastOffset([message]) >= offset + many.length);
  page.say({ type: "subscribe", id: 3, project, topics: ["logs"], after: { epoch, offset } });
  expect((await page.until(isReload)).map(({ type }) => type)).toEqual(["snapshot", "reload"]);
  page.say({ type: "subscribe", id: 4, project, topics: ["logs"], after: { epoch, offset: offset + 1 } });
  expect(logsOf(await page.until(hasLog("many 1000")))).toEqual(many.slice(1));
});

test("a page that is told to load again may subscribe under the same id", async () => {
  const { server, cookie, project } = wheelhouse;
  const page = await openPage(server, cookie);
  await page.subscribe({ project, topics: ["logs"], after: { epoch: "another", offset: 0 } });
  expect(await page.next()).toEqual({ type: "reload", id: 1 });
  expect(await page.subscribe({ project, topics: ["logs"] })).toMatchObject({ type: "snapshot", id: 1 });
});

test("a project of others is refused like one that isn't there, and the socket lives", async () => {
  const other = await wheelhouse.addAccount();
  const page = await openPage(wheelhouse.server, other.cookie);
  const refusal = { type: "error", id: 1, code: "forbidden", message: "no such project for this account" };
  expect(await page.subscribe({ project: wheelhouse.project })).toEqual(refusal);
  expect(await page.subscribe({ project: "nowhere" })).toEqual(refusal);
  expect(await page.subscribe({ project: other.project })).toMatchObject({ type: "snapshot" });
  const game = await connectGame(wheelhouse, "foreign");
  await say(game, "not for them");
  const own = await connectGame({ ...wheelhouse, key: other.key }, "own");
  await say(own, "for them");
  const messages = await page.until(hasLog("for them"));
  expect(JSON.stringify(messages)).not.toContain("foreign");
});

test("what isn't a message is answered, and the socket lives", async () => {
  const page = await openPage(wheelhouse.server, wheelhouse.cookie);
  page.say("{");
  const answer = await page.next();
  expect(answer).toMatchObject({ type: "error", code: "invalid", message: expect.stringMatching(/^\w/) });
  page.say('{"type":"subscribe","id":1,"project":"p","topics":[]}');
  expect(await page.next()).toMatchObject({
    type: "error",
    code: "invalid",
    message: expect.stringContaining("topics"),
  });
  expect(await page.subscribe({ project: wheelhouse.project })).toMatchObject({ type: "snapshot" });
  expect(await page.subscribe({ project: wheelhouse.project })).toMatchObject({
    type: "error",
    id: 1,
    code: "invalid",
  });
});

test("a message that no page would send ends the socket, and only this one", async () => {
  const page = await openPage(wheelhouse.server, wheelhouse.cookie);
  page.say(`"${"x".repeat(20_000)}"`);
  expect(await page.closed).toEqual([1009, ""]);
  const next = await openPage(wheelhouse.server, wheelhouse.cookie);
  expect(await next.subscribe({ project: wheelhouse.project })).toMatchObject({ type: "snapshot" });
});

test("two subscriptions on one socket each get theirs, until they end", async () => {
  const one = await connectGame(wheelhouse, "one");
  const two = await connectGame(wheelhouse, "two");
  const { project } = wheelhouse;
  const page = await openPage(wheelhouse.server, wheelhouse.cookie);
  await page.subscribe({ id: 1, project, device: "one", topics: ["logs"] });
  await page.subscribe({ id: 2, project, topics: ["logs"] });
  await say(one, "from one");
  await say(two, "from two");
  const messages = changesOf(await page.until(hasLog("from two")));
  const of = (id: number) => logsOf(messages.filter((message) => message.id === id));
  expect(of(1)).toEqual(["from one"]);
  expect(of(2)).toEqual(["from one", "from two"]);

  page.say({ type: "unsubscribe", id: 2 });
  page.say("?");
  await page.until(({ type }) => type === "error");
  await say(two, "unheard");
  await say(one, "heard");
  const later = await page.until(hasLog("heard"));
  expect(changesOf(later).map(({ id }) => id)).toEqual([1]);
  page.say({ type: "unsubscribe", id: 1 });
  expect(await page.subscribe({ id: 1, project, device: "one", topics: ["devices"] })).toMatchObject({
    type: "snapshot",
  });
});

test("a page that reads steadily is sent even a burst that is larger than what may be unsent", async () => {
  const game = await connectGame(wheelhouse, "burst");
  const page = await openPage(wheelhouse.server, wheelhouse.cookie);
  await page.subscribe({ project: wheelhouse.project, device: "burst", topics: ["logs", "variables"] });
  const long = "x".repeat(6_000);
  for (let line = 0; line < 100; line += 1) {
    const entries = Array.from({ length: 8 }, (_, index) => ({
      level: "info",
      message: `${line}.${index} ${long}`,
    }));
    game.tell({ type: "logs", entries });
    game.tell({ type: "variables", values: { lives: line } });
  }
  const last = `99.7 ${long}`;
  expect(logsOf(await page.until(hasLog(last)))).toHaveLength(800);
});

test("logging out ends the session's live sockets, and no others", async () => {
  const { server, cookie, project } = wheelhouse;
  const { host, port } = server.http;
  const staying = await openPage(server, cookie);
  const other = await wheelhouse.addAccount();
  const leaving = await openPage(server, other.cookie);
  await leaving.subscribe({ project: other.project });
  const answer = await fetch(`http://${host}:${port}/api/v1/session`, {
    method: "DELETE",
    headers: { cookie: other.cookie, "content-type": "application/json" },
  });
  expect(answer.status).toBe(204);
  expect(await leaving.closed).toEqual([1008, "logged out"]);
  expect(await staying.subscribe({ project })).toMatchObject({ type: "snapshot" });
});

test("a server that ends tells its pages, and waits for no one", async () => {
  const ending = await startTestServer();
  const page = await openPage(ending.server, ending.cookie);
  await page.subscribe({ project: ending.project });
  const [closed] = await Promise.all([page.closed, ending.stop()]);
  expect(closed).toEqual([1001, "the server is being stopped"]);
  const killed = ending.events.filter((event) => event.type === "process_ended" && event.reason === "killed");
  expect(killed).toEqual([]);
});

test("a device that can't be read is shown as it is stored, beside the others; a page that crashes is told so", async () => {
  const memory = await openMemoryStorage();
  let lostCall: "deviceState" | "lastEntry" | undefined;
  const devices: DeviceStorage = {
    ...memory.devices,
    async deviceState(address) {
      if (lostCall === "deviceState" && address.device === "lost") throw new StorageFailedError("unreadable");
      return memory.devices.deviceState(address);
    },
    async lastEntry() {
      if (lostCall === "lastEntry") throw new StorageFailedError("unreadable");
      return memory.devices.lastEntry();
    },
  };
  const failing = await startTestServer({ openStorage: async () => ({ ...memory, devices }) });
  const { project, server, cookie } = failing;
  for (const device of ["lost", "sound"])
    await memory.devices.openSession({ project, device, newSession: device, at: 1, resumeAfter: 0 });
  lostCall = "deviceState";
  const page = await openPage(server, cookie);
  const snapshot = (await page.subscribe({ project })) as Snapshot;
  expect(snapshot.devices?.map(({ id, online }) => [id, online])).toEqual([
    ["lost", false],
    ["sound", false],
  ]);
  expect(Object.keys(snapshot.variables ?? {})).toEqual(["lost", "sound"]);
  lostCall = "lastEntry";
  page.say({ type: "subscribe", id: 2, project, topics: ["devices"] });
  expect(await page.closed).toEqual([1011, "something went wrong here"]);
  expect(failing.takeCrashes()).toEqual([
    `device:${project}/lost: StorageFailedError: unreadable`,
    "LivePage: StorageFailedError: unreadable",
  ]);
});

test("a device of dialect 1 is live as well", async () => {
  const page = await openPage(wheelhouse.server, wheelhouse.cookie);
  await page.subscribe({ project: wheelhouse.project });
  const device = await connectDevice(wheelhouse.server.tcp.port);
  const { key } = wheelhouse;
  const base64 = (value: object) => Buffer.from(JSON.stringify(value)).toString("base64");
  device.send(`v:${key}`);
  expect(await device.nextLine()).toBe("OK");
  device.send(`i:${key}:${base64([{ name: "fuel", type: "float", value: "7.5" }])}`);
  device.send(`l:${key}:${base64([{ message: "hello", level: 1 }])}`);
  const messages = changesOf(await page.until(hasLog("hello")));
  const [value] = messages.flatMap(({ values = {} }) => Object.values(values)).map(({ fuel }) => fuel?.[1]);
  expect(value).toBe(7.5);
});
