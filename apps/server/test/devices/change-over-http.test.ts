/** What a person's request and a device have to do with each other: changes that are waited for, and keys that are revoked. */

import type { Write } from "@wheelhouse/api";
import { expect, test } from "vitest";
import { connectDevice, startTestServer, type LineClient, type TestServer } from "../support.ts";

const DECLARE = JSON.stringify({
  type: "declare",
  variables: [{ name: "lives", kind: "integer", value: 3, writable: true }],
});

async function phone(server: TestServer): Promise<LineClient> {
  const device = await connectDevice(server.server.tcp.port);
  device.send(JSON.stringify({ type: "hello", protocol: 2, key: server.key, device: "phone" }));
  device.send(DECLARE);
  device.send(JSON.stringify({ type: "variables", seq: 1, values: { lives: 3 } }));
  expect(await device.nextLine()).toContain("welcome");
  expect(await device.nextLine()).toBe(`{"type":"ack","seq":1}`);
  return device;
}

function change(server: TestServer, lives: number, waitMs: number) {
  const path = `/projects/${server.project}/devices/phone/variables?waitMs=${waitMs}`;
  return server.api<{ readonly set: number; readonly writes: readonly Write[] }>(path, {
    method: "PATCH",
    body: { values: { lives } },
  });
}

test("a change that the device answers in time is answered with what became of it", async () => {
  const server = await startTestServer();
  const device = await phone(server);
  const changed = change(server, 9, 30_000);
  const { id } = JSON.parse(await device.nextLine()) as { readonly id: number };
  device.send(JSON.stringify({ type: "applied", id, results: { lives: { value: 7 } } }));
  const { status, body } = await changed;
  expect(status).toBe(200);
  expect(body).toMatchObject({
    set: id,
    writes: [{ name: "lives", value: 9, state: "applied", applied: 7 }],
  });
});

test("one that it rejects too", async () => {
  const server = await startTestServer();
  const device = await phone(server);
  const changed = change(server, 9, 30_000);
  const { id } = JSON.parse(await device.nextLine()) as { readonly id: number };
  device.send(JSON.stringify({ type: "applied", id, results: { lives: { error: "not now" } } }));
  const { status, body } = await changed;
  expect(status).toBe(200);
  expect(body).toMatchObject({ writes: [{ state: "rejected", reason: "not now" }] });
});

test("one that a newer one replaces is settled by that", async () => {
  const server = await startTestServer();
  const device = await phone(server);
  const older = change(server, 8, 30_000);
  expect(await device.nextLine()).toContain(`"lives":8`);
  const newer = await change(server, 9, 0);
  expect(newer.status).toBe(202);
  const { status, body } = await older;
  expect(status).toBe(200);
  expect(body).toMatchObject({ writes: [{ value: 8, state: "replaced" }] });
});

test("one that it doesn't answer in time is answered with 202, and goes on", async () => {
  const server = await startTestServer();
  const device = await phone(server);
  const { status, body } = await change(server, 9, 20);
  expect(status).toBe(202);
  expect(body).toMatchObject({ writes: [{ state: "sent" }] });
  expect(await device.nextLine()).toBe(`{"type":"set","id":${body.set},"values":{"lives":9}}`);
});

test("a revoked key ends its connections, and lets nobody in again", async () => {
  const server = await startTestServer();
  const device = await phone(server);
  const keys = await server.api<{ readonly deviceKeys: readonly { readonly id: string }[] }>(
    `/projects/${server.project}/device-keys`,
  );
  const revoked = await server.api(`/projects/${server.project}/device-keys/${keys.body.deviceKeys[0]?.id}`, {
    method: "DELETE",
  });
  expect(revoked.status).toBe(204);
  expect(await device.nextLine()).toContain(`"code":"revoked"`);
  expect(await device.closed).toEqual([]);
  const again = await connectDevice(server.server.tcp.port);
  again.send(`v:${server.key}`);
  expect(await again.nextLine()).toMatch(/^E:unauthorized:/);
});
