import type { Answer } from "@wheelhouse/api";
import { afterAll, beforeAll, expect, test } from "vitest";
import { startLastingServer, type TestServer } from "../support.ts";
import { connectGame } from "./support.ts";

let wheelhouse: TestServer;
const began = Date.now() - 3_600_000;

beforeAll(async () => {
  wheelhouse = await startLastingServer();
});
afterAll(() => wheelhouse.stop());

async function logs(query: string): Promise<Answer<"logs">> {
  const { status, body } = await wheelhouse.api<Answer<"logs">>(
    `/projects/${wheelhouse.project}/logs?${query}`,
  );
  expect(status, query).toBe(200);
  return body;
}

const messages = ({ entries }: Answer<"logs">) => entries.map(({ message }) => message);

test("entries are found by device, session, level, text and time", async () => {
  const pixel = await connectGame(wheelhouse, "pixel");
  const tablet = await connectGame(wheelhouse, "tablet");
  const levels = ["debug", "info", "warn", "error", "fatal"];
  const entries = levels.map((level, index) => ({
    at: began + index * 1_000,
    level,
    message: `Boss ${index} (100 %_done)`,
  }));
  await pixel.store({ type: "logs", entries });
  await tablet.store({ type: "logs", entries: [{ at: began + 2_000, level: "warn", message: "quiet" }] });

  expect(messages(await logs(""))).toEqual(["quiet", ...entries.map(({ message }) => message).toReversed()]);
  expect(messages(await logs("device=tablet"))).toEqual(["quiet"]);
  expect(messages(await logs("device=nobody"))).toEqual([]);
  expect(messages(await logs("level=error"))).toEqual(["Boss 4 (100 %_done)", "Boss 3 (100 %_done)"]);
  expect(messages(await logs("level=debug"))).toHaveLength(6);
  expect(messages(await logs("text=boss%203"))).toEqual(["Boss 3 (100 %_done)"]);
  expect(messages(await logs("text=%25_done"))).toHaveLength(5);
  expect(messages(await logs("text=_%25"))).toEqual([]);
  expect(messages(await logs(`from=${began + 1_000}&to=${began + 2_000}`))).toEqual([
    "quiet",
    "Boss 2 (100 %_done)",
    "Boss 1 (100 %_done)",
  ]);
  expect(messages(await logs(`device=pixel&level=warn&text=boss&from=${began + 3_000}&limit=1`))).toEqual([
    "Boss 4 (100 %_done)",
  ]);
  const [{ session } = { session: null }] = (await logs("device=pixel")).entries;
  expect(messages(await logs(`session=${session}`))).toHaveLength(5);
  expect(messages(await logs("session=none"))).toEqual([]);
});

test("pages of a list stay as they are while new entries come", async () => {
  const game = await connectGame(wheelhouse, "paged");
  const say = (text: string) => game.store({ type: "logs", entries: [{ level: "info", message: text }] });
  for (let line = 0; line < 10; line += 1) await say(`old ${line}`);
  const seen: string[] = [];
  let cursor: string | null = null;
  for (let page = 0; page < 10; page += 1) {
    const answer: Answer<"logs"> = await logs(
      `device=paged&limit=3${cursor === null ? "" : `&cursor=${cursor}`}`,
    );
    seen.push(...messages(answer));
    cursor = answer.next;
    await say(`new ${page}`);
    if (cursor === null) break;
  }
  expect(seen).toEqual([
    "old 9",
    "old 8",
    "old 7",
    "old 6",
    "old 5",
    "old 4",
    "old 3",
    "old 2",
    "old 1",
    "old 0",
  ]);
});

test("all filters together find the same page by page, while new entries come that fit as well", async () => {
  const game = await connectGame(wheelhouse, "filtered");
  const entries = Array.from({ length: 40 }, (_, line) => ({
    at: began + line * 1_000,
    level: line % 2 === 0 ? "warn" : "debug",
    message: `${line % 4 === 0 ? "Boss" : "mob"} ${line}`,
  }));
  await game.store({ type: "logs", entries });
  const [{ session } = { session: null }] = (await logs("device=filtered&limit=1")).entries;
  const query = `session=${session}&level=warn&text=bOSS&from=${began + 8_000}&to=${began + 32_000}&limit=2`;
  const seen: string[] = [];
  let next: string | null = "";
  for (let page = 0; page < 10 && next !== null; page += 1) {
    const answer: Answer<"logs"> = await logs(next === "" ? query : `${query}&cursor=${next}`);
    seen.push(...messages(answer));
    next = answer.next;
    const late = { at: began + 20_000, level: "error", message: `Boss late ${page}` };
    await game.store({ type: "logs", entries: [late] });
  }
  expect(seen).toEqual(["Boss 32", "Boss 28", "Boss 24", "Boss 20", "Boss 16", "Boss 12", "Boss 8"]);
});

test.each<[list: string, query: string, field: string]>([
  ["logs", "limit=0", "limit"],
  ["logs", "limit=1001", "limit"],
  ["logs", "limit=", "limit"],
  ["logs", "limit=1.5", "limit"],
  ["logs", "limit=1e2", "limit"],
  ["logs", "limit=5&limit=6", "limit"],
  ["logs", "cursor=", "cursor"],
  ["logs", "cursor=0", "cursor"],
  ["logs", "cursor=-5", "cursor"],
  ["logs", "cursor=newest", "cursor"],
  ["logs", "cursor=99999999999999999", "cursor"],
  ["logs", "device=", "device"],
  ["logs", "device=a%20b", "device"],
  ["logs", `device=${"x".repeat(65)}`, "device"],
  ["logs", "device=a&device=b", "device"],
  ["logs", "session=", "session"],
  ["logs", "level=loud", "level"],
  ["logs", `text=${"x".repeat(201)}`, "text"],
  ["logs", "from=", "from"],
  ["logs", "from=-1", "from"],
  ["logs", "to=0x10", "to"],
  ["sessions", "limit=0", "limit"],
  ["sessions", "device=a%2Fb", "device"],
  ["sessions", "cursor=x", "cursor"],
  ["markers", "limit=1001", "limit"],
  ["markers", "device=", "device"],
  ["markers", "cursor=0", "cursor"],
  ["markers", "to=now", "to"],
  ["sessions", "from=1&to=2", "from"],
  ["writes", "session=x", "session"],
  ["markers", "level=error", "level"],
  ["logs", "lvl=error", "lvl"],
  ["devices", "tag=lab", "tag"],
])("a list of %s is refused for %s", async (list, query, field) => {
  const answer = await wheelhouse.api(`/projects/${wheelhouse.project}/${list}?${query}`);
  expect(answer).toMatchObject({ status: 422, body: { error: { code: "invalid", field } } });
});

test("the last page says so, also when it is full", async () => {
  const game = await connectGame(wheelhouse, "even");
  const entries = ["a", "b", "c", "d"].map((message) => ({ level: "info", message }));
  await game.store({ type: "logs", entries });
  const first = await logs("device=even&limit=2");
  const second = await logs(`device=even&limit=2&cursor=${first.next}`);
  expect([messages(first), messages(second), second.next]).toEqual([["d", "c"], ["b", "a"], null]);
  expect((await logs("device=even&limit=4")).next).toBeNull();
});

test("changes are listed newest first, page by page", async () => {
  await connectGame(wheelhouse, "changed");
  for (const speed of [1, 2, 3]) {
    const path = `/projects/${wheelhouse.project}/devices/changed/variables`;
    await wheelhouse.api(path, { method: "PATCH", body: { values: { speed } } });
  }
  const ask = async (query: string) =>
    (await wheelhouse.api<Answer<"writes">>(`/projects/${wheelhouse.project}/writes?device=changed&${query}`))
      .body;
  const first = await ask("limit=2");
  expect(first.writes.map(({ value }) => value)).toEqual([3, 2]);
  const second = await ask(`limit=2&cursor=${first.next}`);
  expect(second).toMatchObject({ writes: [{ value: 1, from: 3, state: "replaced" }], next: null });
});
