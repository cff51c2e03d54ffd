/** A page that loses its connection again and again misses nothing that many devices and people store meanwhile. */

import type { Answer, Changes, LiveMessage, Position, Snapshot } from "@wheelhouse/api";
import { expect, test } from "vitest";
import { connectGame } from "../http/support.ts";
import { startTestServer, type TestServer } from "../support.ts";
import { openPage } from "./support.ts";

const GAMES = 12;
const LINES = 40;
const MARKERS = 10;
/** Fewer than a page catches up with. */
const STORED = GAMES * LINES + GAMES * MARKERS;
/** Connections at the most: every one of them brings something, or nothing is left to come. */
const MOST_VISITS = 2_000;

/** Games that all speak at once, while people change their variables and mark their moments. */
async function play(wheelhouse: TestServer): Promise<void> {
  const { api, project } = wheelhouse;
  const names = Array.from({ length: GAMES }, (_, index) => `game-${index}`);
  const games = await Promise.all(names.map((name) => connectGame(wheelhouse, name)));
  const speaking = games.map(async (game, index) => {
    for (let line = 1; line <= LINES; line += 1) {
      // Some of them say much, so that what they do waits longer than what others do.
      for (let value = 0; value < (index % 3) * 40; value += 1)
        game.tell({ type: "variables", values: { lives: value } });
      const said = { type: "logs", entries: [{ level: "info", message: `${index}: ${line}` }] };
      if (line % 5 === index % 5) await game.store(said);
      else game.tell(said);
    }
    await game.store({ type: "variables", values: { lives: 1 } });
  });
  const changing = names.map(async (device, index) => {
    for (let round = 0; round < MARKERS; round += 1) {
      const values = { speed: round % 9 };
      await api(`/projects/${project}/devices/${device}/variables`, { method: "PATCH", body: { values } });
      await api(`/projects/${project}/markers`, { method: "POST", body: { name: `${index}: ${round}` } });
    }
  });
  await Promise.all([...speaking, ...changing]);
}

/** What a page has heard over all its connections. */
class Heard {
  position: Position;
  readonly logs: number[] = [];
  readonly markers: number[] = [];
  readonly offsets: number[] = [];

  constructor(position: Position) {
    this.position = position;
  }

  get isAll(): boolean {
    return this.logs.length + this.markers.length >= STORED;
  }

  take({ offset, logs = [], markers = [] }: Changes): void {
    this.logs.push(...logs.map(({ id }) => id));
    this.markers.push(...markers.map(({ id }) => id));
    this.offsets.push(offset);
    this.position = { ...this.position, offset };
  }
}

/** One connection of a page, until some changes came or all was heard. */
async function visit({ server, cookie, project }: TestServer, heard: Heard, enough: number): Promise<void> {
  const page = await openPage(server, cookie);
  await page.subscribe({ project, topics: ["logs", "markers", "writes"], after: heard.position });
  for (let changes = 0; changes < enough && !heard.isAll;) {
    const message: LiveMessage = await page.next();
    expect(message.type).toBe("changes");
    heard.take(message as Changes);
    changes += 1;
  }
  await page.close();
}

const inOrder = (ids: readonly number[]) => ids.toSorted((one, other) => one - other);

test("each stored entry comes once, and in order", async () => {
  const wheelhouse = await startTestServer();
  const { server, cookie, project, api } = wheelhouse;
  const first = await openPage(server, cookie);
  const { epoch, offset } = (await first.subscribe({ project, topics: ["logs"] })) as Snapshot;
  await first.close();
  const playing = play(wheelhouse);
  const heard = new Heard({ epoch, offset });
  for (let visits = 0; !heard.isAll && visits < MOST_VISITS; visits += 1)
    await visit(wheelhouse, heard, 1 + (visits % 3));
  await playing;
  const { entries } = (await api<Answer<"logs">>(`/projects/${project}/logs?limit=1000`)).body;
  const { markers } = (await api<Answer<"markers">>(`/projects/${project}/markers?limit=1000`)).body;
  expect(entries.length + markers.length).toBe(STORED);
  expect(heard.logs).toEqual(entries.map(({ id }) => id).toReversed());
  expect(heard.markers).toEqual(markers.map(({ id }) => id).toReversed());
  expect(heard.offsets).toEqual(inOrder(heard.offsets));
});
