import { openMemoryStorage } from "@wheelhouse/storage/memory";
import { StorageFailedError, type Storage } from "@wheelhouse/storage";
import { expect, test } from "vitest";
import { Faults } from "../store/unreliable-storage.ts";
import { startTestServer } from "../support.ts";
import { send } from "./support.ts";

test("a server that runs and can store says so, to anybody", async () => {
  const { server } = await startTestServer();
  expect(await send(server, { path: "/healthz" })).toMatchObject({ status: 200, text: '{"status":"ok"}' });
  expect(await send(server, { path: "/readyz" })).toMatchObject({ status: 200, text: '{"status":"ready"}' });
});

test("a server whose storage fails is alive but not ready, and tells who asks", async () => {
  let fails = false;
  const memory = await openMemoryStorage();
  const devices = {
    ...memory.devices,
    async lastEntry() {
      if (fails) throw new StorageFailedError("the disk is full");
      return memory.devices.lastEntry();
    },
    async logs(query: Parameters<Storage["devices"]["logs"]>[0]) {
      if (fails) throw new StorageFailedError("the disk is full");
      return memory.devices.logs(query);
    },
  };
  const wheelhouse = await startTestServer({ openStorage: async () => ({ ...memory, devices }) });
  const { server, project } = wheelhouse;
  fails = true;
  expect(await send(server, { path: "/healthz" })).toMatchObject({ status: 200 });
  expect(await send(server, { path: "/readyz" })).toMatchObject({
    status: 503,
    text: expect.stringContaining("not_ready"),
  });
  expect(await wheelhouse.api(`/projects/${project}/logs`)).toMatchObject({
    status: 503,
    body: { error: { code: "storage_unavailable" } },
  });
  expect(wheelhouse.events.filter(({ type }) => type === "http:request_failed")).toMatchObject([
    { path: "/api/v1/projects/:project/logs", error: { message: "the disk is full" } },
  ]);
  fails = false;
  expect(await send(server, { path: "/readyz" })).toMatchObject({ status: 200 });
  expect(await wheelhouse.api(`/projects/${project}/logs`)).toMatchObject({ status: 200 });
});

test("a server that can't store says so, until it can", async () => {
  const faults = new Faults();
  const memory = await openMemoryStorage();
  const wheelhouse = await startTestServer({ openStorage: async () => faults.through(memory) });
  const { server, project } = wheelhouse;
  const mark = () =>
    wheelhouse.api(`/projects/${project}/markers`, { method: "POST", body: { name: "boss" } });
  faults.failing.add("addMarker");
  const refused = await mark();
  expect(refused).toMatchObject({ status: 503, body: { error: { code: "storage_unavailable" } } });
  expect(refused.headers.get("retry-after")).toBe("5");
  expect(await send(server, { path: "/readyz" })).toMatchObject({
    status: 503,
    text: '{"status":"not_ready","why":"storing fails: no space left on device"}',
  });
  faults.failing.clear();
  expect(await mark()).toMatchObject({ status: 201 });
  expect(await send(server, { path: "/readyz" })).toMatchObject({ status: 200 });
});

test("an unexpected failure is told to the log and not to the visitor", async () => {
  const memory = await openMemoryStorage();
  const devices = {
    ...memory.devices,
    async logs(): Promise<never> {
      throw new TypeError("cannot read the insides of things");
    },
  };
  const wheelhouse = await startTestServer({
    openStorage: async () => ({ ...memory, devices }),
  });
  const { status, body } = await wheelhouse.api(`/projects/${wheelhouse.project}/logs`);
  expect(status).toBe(500);
  expect(JSON.stringify(body)).not.toContain("insides");
  expect(wheelhouse.events).toContainEqual(
    expect.objectContaining({
      type: "http:request_failed",
      method: "GET",
      path: "/api/v1/projects/:project/logs",
    }),
  );
});
