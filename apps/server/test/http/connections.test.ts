/** Connections that keep the server waiting make room for others. */

import { connect, type Socket } from "node:net";
import { expect, test } from "vitest";
import { openPage } from "../live/support.ts";
import { afterTest, startTestServer, type TestServer } from "../support.ts";
import { connectGame, send } from "./support.ts";

interface Peer {
  readonly socket: Socket;
  readonly closed: Promise<string>;
}

/** A connection that has said only that much. */
async function peer({ http }: TestServer["server"], said = ""): Promise<Peer> {
  const socket = connect(http);
  let text = "";
  socket.setEncoding("utf8").on("data", (part: string) => (text += part));
  socket.on("error", () => undefined);
  const closed = new Promise<string>((resolve) => socket.once("close", () => resolve(text)));
  afterTest(async () => void socket.destroy());
  await new Promise((resolve) => socket.once("connect", resolve));
  if (said !== "") socket.write(said);
  return { socket, closed };
}

const metric = async (server: TestServer["server"], name: string): Promise<number> => {
  const { text } = await send(server, { path: "/metrics" });
  return Number(new RegExp(`^${name} (\\d+)`, "m").exec(text)?.[1]);
};

const SLOW = [
  "",
  "GET / HTTP/1.1\r\nHost: localhost\r\nX-a: ",
  "POST /api/v1/session HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n{",
];

test.each(SLOW)("those that say %j and no more don't keep others out", async (said) => {
  const { server } = await startTestServer({ config: { maxConnections: 40 } });
  const slow: Peer[] = [];
  for (let opened = 0; opened < 60; opened += 1) slow.push(await peer(server, said));
  for (let asked = 0; asked < 5; asked += 1)
    expect((await send(server, { path: "/healthz" })).status).toBe(200);
  // The first that came were the first to go.
  await slow[0]?.closed;
  expect(await metric(server, "wheelhouse_http_connections")).toBeLessThanOrEqual(10);
  expect(await metric(server, "wheelhouse_http_connections_evicted_total")).toBeGreaterThanOrEqual(50);
});

test("who is being served, and who watches, isn't cut for somebody new", async () => {
  const wheelhouse = await startTestServer({ config: { maxConnections: 16 } });
  const { server, cookie, project, api } = wheelhouse;
  const game = await connectGame(wheelhouse);
  const page = await openPage(server, cookie);
  const waiting = api(`/projects/${project}/devices/game/variables?waitMs=20000`, {
    method: "PATCH",
    body: { values: { speed: 5 } },
  });
  const { id } = await game.next();
  for (let opened = 0; opened < 20; opened += 1) await peer(server);
  expect((await send(server, { path: "/healthz" })).status).toBe(200);
  expect(await page.subscribe({ project })).toMatchObject({ type: "snapshot" });
  game.say({ type: "applied", id, results: { speed: { value: 5 } } });
  expect((await waiting).status).toBe(200);
});

test("when nobody can go, the new one is told to come back", async () => {
  const { server, cookie } = await startTestServer({ config: { maxConnections: 16 } });
  const pages = [];
  for (let opened = 0; opened < 4; opened += 1) pages.push(await openPage(server, cookie));
  const late = await peer(server, "GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n");
  const answer = await late.closed;
  expect(answer).toMatch(/^HTTP\/1\.1 503 /);
  expect(answer).toContain('"code":"overloaded"');
  await pages[0]?.close();
  expect((await send(server, { path: "/healthz" })).status).toBe(200);
});
