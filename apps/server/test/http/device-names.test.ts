/** What people give a device, its name and tags, stands over what it says of itself. */

import type { Answer, LiveMessage } from "@wheelhouse/api";
import { expect, test } from "vitest";
import { openPage } from "../live/support.ts";
import { connectDevice, startTestServer, temporaryFolder, type TestServer } from "../support.ts";
import { connectGame, send } from "./support.ts";

type Device = Answer<"device">;

/** A device says hello, is welcomed, and goes: away, or for good. */
async function sayHello({ server, key }: Pick<TestServer, "server" | "key">, about: object): Promise<void> {
  const line = await connectDevice(server.tcp.port);
  line.send(JSON.stringify({ type: "hello", protocol: 2, key, device: "phone", ...about }));
  expect(await line.nextLine()).toContain('"welcome"');
  line.send('{"type":"bye"}');
  await line.closed;
}

async function give(wheelhouse: TestServer, body: object): Promise<Device> {
  const path = `/projects/${wheelhouse.project}/devices/phone`;
  const answer = await wheelhouse.api<Device>(path, { method: "PATCH", body });
  expect(answer.status).toBe(200);
  return answer.body;
}

async function see({ api, project }: TestServer): Promise<Device> {
  return (await api<Device>(`/projects/${project}/devices/phone`)).body;
}

const OWN = { name: "Phone", tags: ["qa"] };
const GIVEN = { name: "Ann's phone", tags: ["lab"] };

test("a device that comes again keeps what people gave it, and says its own beside it", async () => {
  const wheelhouse = await startTestServer();
  await sayHello(wheelhouse, OWN);
  expect(await see(wheelhouse)).toMatchObject({ ...OWN, reported: OWN });
  expect(await give(wheelhouse, GIVEN)).toMatchObject({ ...GIVEN, reported: OWN });
  const newer = { name: "Phone 2", tags: ["beta", "qa"] };
  await sayHello(wheelhouse, newer);
  expect(await see(wheelhouse)).toMatchObject({ ...GIVEN, reported: newer });
  expect(await give(wheelhouse, { name: null })).toMatchObject({ name: "Phone 2", tags: ["lab"] });
  expect(await give(wheelhouse, { tags: [] })).toMatchObject({ name: "Phone 2", tags: [] });
  expect(await give(wheelhouse, { tags: null })).toMatchObject({ ...newer, reported: newer });
  await sayHello(wheelhouse, OWN);
  expect(await see(wheelhouse)).toMatchObject({ ...OWN, reported: OWN });
});

test("so does one that comes again after the server did", async () => {
  const config = { data: await temporaryFolder() };
  const first = await startTestServer({ config });
  await sayHello(first, OWN);
  await give(first, GIVEN);
  await first.stop();
  const { server } = await startTestServer({ config });
  const newer = { name: "Phone 2" };
  await sayHello({ server, key: first.key }, newer);
  const path = `/api/v1/projects/${first.project}/devices`;
  const { text } = await send(server, { path, headers: { cookie: first.cookie } });
  const { devices } = JSON.parse(text) as Answer<"devices">;
  expect(devices).toMatchObject([{ ...GIVEN, reported: { ...OWN, ...newer } }]);
});

test("a page is told what stands, before and after the device comes again", async () => {
  const wheelhouse = await startTestServer();
  const { server, cookie, project } = wheelhouse;
  await sayHello(wheelhouse, OWN);
  const page = await openPage(server, cookie);
  await page.subscribe({ project, device: "phone", topics: ["devices"] });
  await give(wheelhouse, GIVEN);
  await sayHello(wheelhouse, { name: "Phone 2" });
  await give(wheelhouse, { name: null });
  const named = (name: string) => (message: LiveMessage) =>
    message.type === "changes" && message.devices?.[0]?.name === name;
  const heard = await page.until(named("Phone 2"));
  const shown = heard.flatMap((message) => (message.type === "changes" ? (message.devices ?? []) : []));
  expect(shown.at(-1)).toMatchObject({ name: "Phone 2", tags: ["lab"] });
  const given = shown.findIndex(({ name }) => name === GIVEN.name);
  for (const device of shown.slice(given, -1)) expect(device).toMatchObject(GIVEN);
});

test("a change by tag goes to devices that people gave the tag, and not to those they took it from", async () => {
  const wheelhouse = await startTestServer();
  for (const device of ["phone", "tablet"]) await connectGame(wheelhouse, device);
  await give(wheelhouse, { tags: ["lab"] });
  const change = async (tag: string) => {
    const { api, project } = wheelhouse;
    const body = { tag, values: { speed: 5 } };
    const answer = await api<Answer<"changeMany">>(`/projects/${project}/writes`, { method: "POST", body });
    return answer.body.results.map(({ device }) => device);
  };
  expect(await change("lab")).toEqual(["phone"]);
  expect(await change("qa")).toEqual(["tablet"]);
});
