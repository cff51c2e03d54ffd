import { defineSupervisor, start, type Ref, type RuntimeEvent } from "@wheelhouse/actors";
import { simulation } from "@wheelhouse/actors/simulation";
import { DAY_MS, TOPICS, type Changes, type ClientMessage, type LiveMessage } from "@wheelhouse/api";
import { KEEP_ALL } from "@wheelhouse/storage";
import { openMemoryStorage } from "@wheelhouse/storage/memory";
import { afterEach, expect, test } from "vitest";
import { CredentialEndedTopic, RolesChangedTopic, type Visitor } from "../../src/accounts/visitor.ts";
import { Devices, DevicesSupervisor } from "../../src/devices/devices.ts";
import { ProjectTopic, type ProjectEvent } from "../../src/devices/protocol.ts";
import { LiveFeed, LiveFeedServer } from "../../src/live/live-feed.ts";
import { LivePage, type PageSocket } from "../../src/live/live-page.ts";
import type { Message } from "../../src/live/message.ts";
import { Store, StoreServer } from "../../src/store/store.ts";
import { log, stored, values } from "./entities.ts";

const KIB = 1024;
const SEND_EVERY_MS = 1000 / 30;

/** A page's end of a socket: it reads as slowly as the test wants. */
class FakeSocket implements PageSocket {
  readonly sent: LiveMessage[] = [];
  /** The newest, as it was handed over. */
  message: Message | undefined;
  unsentBytes = 0;
  closedWith: readonly [code: number, reason: string] | undefined;
  #to: Parameters<PageSocket["start"]>[0] | undefined;

  start(to: Parameters<PageSocket["start"]>[0]): void {
    this.#to = to;
  }
  send(message: Message): void {
    this.message = message;
    this.sent.push(JSON.parse(message.text) as LiveMessage);
  }
  close(code: number, reason: string): void {
    this.closedWith ??= [code, reason];
  }
  say(message: ClientMessage | string): void {
    this.#to?.message(typeof message === "string" ? message : JSON.stringify(message));
  }
  hangUp(): void {
    this.#to?.closed();
  }
  get changes(): readonly Changes[] {
    return this.sent.filter((message) => message.type === "changes");
  }
}

const project = { id: "p", name: "Rocket", createdAt: 0, retention: KEEP_ALL };
const visitor: Visitor = {
  by: "session",
  credential: "hash",
  expiresAt: DAY_MS,
  user: { id: "u", email: "ann@example.org" },
  memberships: [{ project, role: "owner" }],
  isAdmin: true,
  isOfAdmin: true,
  isLimited: false,
};

const Below = defineSupervisor("Below", () => ({
  strategy: "one_for_one",
  children: [
    StoreServer.child(() => openMemoryStorage(), { name: Store }),
    DevicesSupervisor.child(undefined, { name: Devices }),
    LiveFeedServer.child(undefined, { name: LiveFeed }),
  ],
}));

const crashes: RuntimeEvent[] = [];
const ends: (() => Promise<void>)[] = [];

afterEach(async () => {
  for (const end of ends.splice(0)) await end();
  expect(crashes.splice(0)).toEqual([]);
});

/** A page in virtual time, subscribed to everything, that was sent its snapshot. */
async function openPage() {
  const runtime = simulation({ seed: 1 });
  runtime.on((event) => void (event.type === "crash" && crashes.push(event)));
  const starting = start(Below, undefined, { runtime });
  await runtime.settle();
  const { ref: below } = await starting;
  const user = { id: "u", email: "ann@example.org", passwordHash: "none", createdAt: 0 };
  const key = { id: "k", project: "p", key: "abcDEF123456", name: "first", createdAt: 0, revokedAt: null };
  void runtime.call(Store, "register", user, project, key);
  void runtime.call(Store, "addWebSession", {
    tokenHash: "hash",
    id: "s",
    user: "u",
    createdAt: 0,
    expiresAt: runtime.wallClock() + DAY_MS,
    lastUsedAt: runtime.wallClock() + DAY_MS,
    client: null,
  });
  await runtime.settle();
  const pages: Ref[] = [];
  const join = async () => {
    const socket = new FakeSocket();
    const startingPage = start(LivePage, { socket, visitor }, { runtime });
    await runtime.settle();
    const { ref } = await startingPage;
    pages.push(ref);
    socket.say({ type: "subscribe", id: 1, project: "p", topics: [...TOPICS] });
    await runtime.settle();
    return { socket, ref };
  };
  const { socket, ref } = await join();
  ends.push(async () => {
    for (const process of [...pages, below]) runtime.exit(process, "shutdown");
    await runtime.settle();
    expect(runtime.processes()).toEqual([]);
  });
  expect(socket.sent.map(({ type }) => type)).toEqual(["snapshot"]);
  return {
    runtime,
    socket,
    ref,
    /** One more page like it. */
    join,
    /** Something happens in the project; `ms` pass. */
    happens: async (event: ProjectEvent, ms = 0) => {
      runtime.broadcast(ProjectTopic.of("p"), event);
      await runtime.advance(ms);
    },
    lives: () => runtime.processes().includes(ref),
  };
}

test("the first change after a pause leaves at once, the next ones wait and go together", async () => {
  const { socket, happens, runtime } = await openPage();
  await happens(values({ speed: [1, 1] }));
  expect(socket.changes).toHaveLength(1);
  await happens(values({ speed: [2, 2] }));
  await happens(values({ speed: [3, 3] }));
  expect(socket.changes).toHaveLength(1);
  await runtime.advance(SEND_EVERY_MS + 1);
  expect(socket.changes.map((message) => message.values)).toEqual([
    { game: { speed: [1, 1] } },
    { game: { speed: [3, 3] } },
  ]);
});

test("nothing is sent while nothing happens", async () => {
  const { socket, runtime } = await openPage();
  await runtime.advance(60_000);
  expect(socket.sent).toHaveLength(1);
});

test("a page is sent at most 30 messages a second, and always the newest values in the end", async () => {
  const { socket, happens, runtime } = await openPage();
  for (let at = 0; at < 1_000; at += 4) await happens(values({ speed: [at, at] }), 4);
  expect(socket.changes.length).toBeLessThanOrEqual(31);
  expect(socket.changes.length).toBeGreaterThanOrEqual(28);
  await runtime.advance(SEND_EVERY_MS + 1);
  expect(socket.changes.at(-1)?.values).toEqual({ game: { speed: [996, 996] } });
});

test("a page that catches up doesn't have two sends planned from then on", async () => {
  const { socket, happens, runtime } = await openPage();
  await happens(values({ speed: [1, 1] }));
  await happens(values({ speed: [2, 2] }));
  const { epoch } = socket.sent[0] as Extract<LiveMessage, { type: "snapshot" }>;
  socket.say({ type: "subscribe", id: 2, project: "p", topics: ["logs"], after: { epoch, offset: 0 } });
  await runtime.settle();
  const before = socket.changes.length;
  for (let at = 0; at < 1_000; at += 4) await happens(values({ speed: [at, at] }), 4);
  expect(socket.changes.length - before).toBeLessThanOrEqual(31);
});

test("many pages are sent one message, made once, whenever they came", async () => {
  const { socket, join, happens } = await openPage();
  const sockets = [socket];
  for (let page = 1; page < 20; page += 1) {
    sockets.push((await join()).socket);
    await happens(values({ speed: [page, page] }), 20);
    await happens(stored([log(page)]), 5);
  }
  await happens(values({ speed: [99, 99] }), 1_000);
  await happens(values({ speed: [100, 100] }));
  expect(new Set(sockets.map(({ message }) => message)).size).toBe(1);
  expect(sockets[7]?.changes.at(-1)).toMatchObject({ id: 1, values: { game: { speed: [100, 100] } } });
});

test("a page that was sent something beside the others is in step with them again", async () => {
  const { socket, join, happens, runtime } = await openPage();
  const { socket: other } = await join();
  socket.unsentBytes = 256 * KIB + 1;
  await happens(values({ speed: [0, 0] }), 1);
  socket.unsentBytes = 0;
  await runtime.advance(SEND_EVERY_MS + 1);
  expect([socket.changes.length, other.changes.length]).toEqual([1, 1]);
  expect(socket.message).not.toBe(other.message);
  await runtime.advance(SEND_EVERY_MS / 2);
  for (let at = 1; at <= 100; at += 1) await happens(values({ speed: [at, at] }), 1);
  expect(socket.message).toBe(other.message);
});

test("who doesn't read takes nothing from those who do", async () => {
  const { socket, join, happens, lives, runtime } = await openPage();
  const { socket: slow, ref } = await join();
  slow.unsentBytes = 256 * KIB + 1;
  for (let id = 1; id <= 100; id += 1) await happens(stored([log(id)]), 90);
  expect(slow.changes).toEqual([]);
  expect(socket.changes.flatMap(({ logs = [] }) => logs)).toHaveLength(100);
  await happens(values({ speed: [1, 1] }), 1_100);
  expect(slow.closedWith).toEqual([1008, "slow"]);
  expect(lives()).toBe(true);
  expect(runtime.processes()).not.toContain(ref);
});

test("no message is lost or doubled when more happens than may be sent", async () => {
  const { socket, happens, runtime } = await openPage();
  for (let id = 1; id <= 500; id += 1) await happens(stored([log(id)]), 1);
  await runtime.advance(SEND_EVERY_MS + 1);
  const told = socket.changes.flatMap(({ logs = [] }) => logs.map(({ id }) => id));
  expect(told).toEqual(Array.from({ length: 500 }, (_, index) => index + 1));
});

test("nothing more is sent while too much is unsent, then everything at once", async () => {
  const { socket, happens, runtime } = await openPage();
  socket.unsentBytes = 256 * KIB + 1;
  for (let id = 1; id <= 5; id += 1) await happens(stored([log(id)]), 100);
  await happens(values({ speed: [9, 9] }), 100);
  expect(socket.changes).toEqual([]);
  socket.unsentBytes = 256 * KIB;
  await runtime.advance(SEND_EVERY_MS + 1);
  expect(socket.changes).toHaveLength(1);
  expect(socket.changes[0]).toMatchObject({ values: { game: { speed: [9, 9] } } });
  expect(socket.changes[0]?.logs).toHaveLength(5);
});

test("a page that doesn't read for 10 s is closed as slow", async () => {
  const { socket, happens, runtime, lives } = await openPage();
  socket.unsentBytes = 256 * KIB + 1;
  await happens(values({ speed: [1, 1] }), 9_900);
  expect(socket.closedWith).toBeUndefined();
  await runtime.advance(200);
  expect(socket.closedWith).toEqual([1008, "slow"]);
  expect(lives()).toBe(false);
});

test("a page that reads again within 10 s stays, however often", async () => {
  const { socket, happens, runtime, lives } = await openPage();
  for (let round = 1; round <= 3; round += 1) {
    socket.unsentBytes = 256 * KIB + 1;
    await happens(values({ speed: [round, round] }), 9_000);
    socket.unsentBytes = 0;
    await runtime.advance(100);
    expect(socket.changes).toHaveLength(round);
  }
  expect(lives()).toBe(true);
});

test("a page with more than 1 MiB unsent is closed as slow at once", async () => {
  const { socket, happens, lives } = await openPage();
  socket.unsentBytes = 1024 * KIB + 1;
  await happens(values({ speed: [1, 1] }));
  expect(socket.closedWith).toEqual([1008, "slow"]);
  expect(lives()).toBe(false);
});

test("a page has time for a message that is large by itself, as the snapshot of many devices is", async () => {
  const { socket, happens } = await openPage();
  await happens(values({ text: [1, "x".repeat(400 * KIB)] }));
  socket.unsentBytes = 1024 * KIB + 1;
  await happens(values({ speed: [1, 1] }));
  expect(socket.closedWith).toBeUndefined();
  socket.unsentBytes = 1424 * KIB + 1_000;
  await happens(values({ speed: [2, 2] }), 100);
  expect(socket.closedWith).toEqual([1008, "slow"]);
});

test("a page that is gone leaves nothing behind", async () => {
  const { socket, happens, lives, runtime } = await openPage();
  socket.hangUp();
  await runtime.settle();
  expect(lives()).toBe(false);
  await happens(values({ speed: [1, 1] }), 1_000);
  expect(socket.changes).toEqual([]);
});

test("a page whose session is over is sent nothing more", async () => {
  const { socket, happens, lives, runtime } = await openPage();
  runtime.broadcast(CredentialEndedTopic.of("another"), undefined);
  await runtime.settle();
  expect(lives()).toBe(true);
  runtime.broadcast(CredentialEndedTopic.of("hash"), undefined);
  await happens(values({ speed: [1, 1] }), 1_000);
  expect(socket.closedWith).toEqual([1008, "logged out"]);
  expect(socket.changes).toEqual([]);
  expect(lives()).toBe(false);
});

test("a page whose role changed keeps what it may still see, and is told of what it may not", async () => {
  const { socket, happens, lives, runtime } = await openPage();
  const bob = { id: "v", email: "bob@example.org", passwordHash: "none", createdAt: 0 };
  const boat = { ...project, id: "q" };
  const key = { id: "l", project: "q", key: "abcDEF654321", name: "first", createdAt: 0, revokedAt: null };
  await at(runtime, runtime.call(Store, "register", bob, boat, key));
  const invitation = { id: "i", project: "p", by: "u", createdAt: 0, expiresAt: Infinity } as const;
  await at(runtime, runtime.call(Store, "addInvitation", { ...invitation, tokenHash: "i", role: "owner" }));
  await at(runtime, runtime.call(Store, "acceptInvitation", "i", "v", 0));
  await at(runtime, runtime.call(Store, "setRole", "p", "u", "viewer"));
  runtime.broadcast(RolesChangedTopic.of("u"), undefined);
  await happens(values({ speed: [1, 1] }), 1_000);
  expect(socket.changes).toHaveLength(1);
  await at(runtime, runtime.call(Store, "removeMember", "p", "u"));
  runtime.broadcast(RolesChangedTopic.of("u"), undefined);
  await happens(values({ speed: [2, 2] }), 1_000);
  expect(socket.sent.at(-1)).toMatchObject({ type: "error", id: 1, code: "forbidden" });
  expect(socket.changes).toHaveLength(1);
  expect(lives()).toBe(true);
  socket.say({ type: "subscribe", id: 2, project: "p", topics: ["logs"] });
  await runtime.settle();
  expect(socket.sent.at(-1)).toMatchObject({ type: "error", id: 2, code: "forbidden" });
});

test("a page whose session runs out is sent away, though nobody says so", async () => {
  const { socket, happens, runtime } = await openPage();
  await runtime.advance(DAY_MS - 1);
  await happens(values({ speed: [1, 1] }), 0);
  expect(socket.changes).toHaveLength(1);
  await runtime.advance(1);
  expect(socket.closedWith).toEqual([1008, "logged out"]);
});

test("a page whose session ended before its process began is let in no further", async () => {
  const { runtime } = await openPage();
  await at(runtime, runtime.call(Store, "removeWebSession", "hash"));
  const socket = new FakeSocket();
  await at(
    runtime,
    start(LivePage, { socket, visitor }, { runtime }).catch(() => undefined),
  );
  expect(socket.closedWith).toEqual([1008, "logged out"]);
});

async function at<T>(runtime: { settle(): Promise<unknown> }, asked: Promise<T>): Promise<T> {
  await runtime.settle();
  return asked;
}

test("a page is told to go when the server ends", async () => {
  const { socket, runtime, ref } = await openPage();
  runtime.exit(ref, "shutdown");
  await runtime.settle();
  expect(socket.closedWith?.[0]).toBe(1001);
});

test("a page has at most 32 subscriptions at a time", async () => {
  const { socket, runtime } = await openPage();
  for (let id = 2; id <= 33; id += 1) socket.say({ type: "subscribe", id, project: "p", topics: ["logs"] });
  await runtime.settle();
  expect(socket.sent.at(-1)).toMatchObject({ type: "error", id: 33, code: "invalid" });
  socket.say({ type: "unsubscribe", id: 2 });
  socket.say({ type: "subscribe", id: 33, project: "p", topics: ["logs"] });
  await runtime.settle();
  expect(socket.sent.at(-1)).toMatchObject({ type: "snapshot", id: 33 });
});

test.each([
  "",
  "{",
  "[]",
  "null",
  "7",
  '"subscribe"',
  '{"type":"subscribe"}',
  `{"a":${"[".repeat(5_000)}`,
  "\u0000",
])("what isn't a message is answered and does no harm: %j", async (text) => {
  const { socket, happens, runtime } = await openPage();
  socket.say(text);
  await runtime.settle();
  expect(socket.sent.at(-1)).toMatchObject({ type: "error", code: "invalid" });
  await happens(values({ speed: [1, 1] }));
  expect(socket.changes).toHaveLength(1);
});
