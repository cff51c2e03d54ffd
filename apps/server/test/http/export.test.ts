import { once } from "node:events";
import { get, type IncomingMessage } from "node:http";
import { EXPORT_KINDS, type Answer } from "@wheelhouse/api";
import { StorageFailedError, type DeviceStorage, type LogEntryRecord } from "@wheelhouse/storage";
import { openMemoryStorage } from "@wheelhouse/storage/memory";
import { expect, test } from "vitest";
import { afterTest, startTestServer, type TestServer } from "../support.ts";
import { connectGame, send } from "./support.ts";

/** A server over a storage of which some calls are others. */
async function startOver(change: (devices: DeviceStorage) => Partial<DeviceStorage>): Promise<TestServer> {
  const memory = await openMemoryStorage();
  const devices = { ...memory.devices, ...change(memory.devices) };
  return startTestServer({ openStorage: async () => ({ ...memory, devices }) });
}

const pathOf = ({ project }: TestServer, query: string) => `/projects/${project}/export?${query}`;

/** An export that ends well, as text. */
async function exported(wheelhouse: TestServer, query: string): Promise<string> {
  const { status, body } = await wheelhouse.api<string>(pathOf(wheelhouse, query));
  expect(status, query).toBe(200);
  return body;
}

const lines = (text: string) => text.split("\n").slice(0, -1);
const objects = (text: string) => lines(text).map((line) => JSON.parse(line) as Record<string, unknown>);

/** Begins an export and takes nothing of it yet. */
async function begin(wheelhouse: TestServer, query: string): Promise<IncomingMessage> {
  const { server, cookie } = wheelhouse;
  const request = get({
    ...server.http,
    path: `/api/v1${pathOf(wheelhouse, query)}`,
    headers: { cookie },
    agent: false,
  });
  afterTest(async () => void request.destroy());
  const [response] = (await once(request, "response")) as [IncomingMessage];
  response.on("error", () => undefined);
  return response;
}

/** What the log is told of exports and of requests that failed. */
function isOfExport({ type }: { readonly type: string }): boolean {
  return type === "http:export_broken" || type === "http:request_failed";
}

function entry(id: number, project: string, length = 1_000): LogEntryRecord {
  const at = { at: id, receivedAt: id };
  const message = "x".repeat(length);
  return { id, project, device: "game", session: null, ...at, level: "info", message, fields: null };
}

test("everything is in an export, oldest first, as the lists have it", async () => {
  const wheelhouse = await startTestServer();
  const { project, api } = wheelhouse;
  const game = await connectGame(wheelhouse, "pixel");
  for (let batch = 0; batch < 6; batch += 1) {
    const entries = Array.from({ length: 250 }, (_, index) => ({
      level: index % 50 === 0 ? "warn" : "info",
      message: `line ${batch * 250 + index}`,
      fields: { index },
    }));
    await game.store({ type: "logs", entries });
  }
  await api(`/projects/${project}/devices/pixel/variables`, {
    method: "PATCH",
    body: { values: { speed: 5 } },
  });
  await api(`/projects/${project}/markers`, {
    method: "POST",
    body: { name: "boss, the first", fields: { n: 1 } },
  });

  const all = objects(await exported(wheelhouse, "kind=logs"));
  expect(all.map(({ message }) => message)).toEqual(
    Array.from({ length: 1_500 }, (_, line) => `line ${line}`),
  );
  const listed = await api<Answer<"logs">>(`/projects/${project}/logs?limit=1000`);
  expect(all.slice(-1_000)).toEqual(listed.body.entries.toReversed());
  const warned = await exported(wheelhouse, "kind=logs&level=warn&text=line%201&device=pixel");
  expect(objects(warned)[0]).toMatchObject({ message: "line 100", level: "warn" });
  expect(await exported(wheelhouse, "kind=logs&device=nobody")).toBe("");

  const writes = objects(await exported(wheelhouse, "kind=writes&name=speed"));
  const changes = await api<Answer<"writes">>(`/projects/${project}/writes`);
  expect(writes).toEqual(changes.body.writes);
  expect(await exported(wheelhouse, "kind=writes&name=lives")).toBe("");
  expect(await exported(wheelhouse, "kind=writes&to=5")).toBe("");
  const values = objects(await exported(wheelhouse, "kind=variables&name=lives&device=pixel"));
  expect(values.map(({ device, name, value }) => [device, name, value])).toEqual([
    ["pixel", "lives", 2],
    ["pixel", "lives", 3],
  ]);
  const table = lines(await exported(wheelhouse, "kind=markers&format=csv"));
  expect(table[0]).toBe("id,at,receivedAt,device,session,name,fields,by\r");
  expect(table[1]).toMatch(
    /^\d+,\d{4}-[^,]+Z,\d{4}-[^,]+Z,,,"boss, the first","{""n"":1}",ann@example\.org\r$/,
  );
  expect(table).toHaveLength(2);
});

test.each(EXPORT_KINDS)(
  "an export of %s says what it is, and HEAD says the same without reading",
  async (kind) => {
    let reads = 0;
    const wheelhouse = await startOver((devices) => {
      const counted = Object.entries(devices).map(([name, call]: [string, (...args: never[]) => unknown]) => [
        name,
        (...args: never[]) => {
          if (["logs", "samples", "writes", "markers"].includes(name)) reads += 1;
          return call(...args);
        },
      ]);
      return Object.fromEntries(counted) as DeviceStorage;
    });
    const { server, cookie } = wheelhouse;
    for (const [format, type] of [
      ["csv", "text/csv; charset=utf-8"],
      ["ndjson", "application/x-ndjson; charset=utf-8"],
    ] as const) {
      const path = `/api/v1${pathOf(wheelhouse, `kind=${kind}&format=${format}`)}`;
      expect(await send(server, { method: "HEAD", path })).toMatchObject({ status: 401 });
      const head = await send(server, { method: "HEAD", path, headers: { cookie } });
      expect(reads).toBe(0);
      const whole = await send(server, { path, headers: { cookie } });
      // Where they end is told by the last write.
      expect(reads).toBe(kind === "writes" ? 2 : 1);
      reads = 0;
      for (const { status, headers } of [head, whole]) {
        expect(status).toBe(200);
        expect(headers["content-type"]).toBe(type);
        expect(headers["content-disposition"]).toMatch(
          new RegExp(
            `^attachment; filename="wheelhouse-${kind}-\\d{4}-\\d\\d-\\d\\dT\\d\\d-\\d\\d-\\d\\dZ\\.${format}"$`,
          ),
        );
      }
      expect(head.text).toBe("");
      expect(whole.text.split("\r\n").length).toBe(format === "csv" ? 2 : 1);
    }
  },
);

test("a client that stops reading stops the reading of the storage, and one that goes ends it", async () => {
  let pages = 0;
  const wheelhouse = await startOver(() => ({
    // Without an end: an export that reads on regardless would never rest.
    async logs({ project, after = 0, limit }) {
      pages += 1;
      return Array.from({ length: limit }, (_, index) => entry(after + index + 1, project));
    },
    lastEntry: async () => Number.MAX_SAFE_INTEGER - 1,
  }));
  const { server } = wheelhouse;

  /** Resolves with the pages read so far once no more is for many other requests. */
  async function rest(): Promise<number> {
    let quiet = 0;
    let before = pages;
    for (let asked = 0; asked < 3_000 && quiet < 50; asked += 1) {
      await send(server, { path: "/healthz" });
      quiet = pages === before ? quiet + 1 : 0;
      before = pages;
    }
    expect(quiet, "the reading rests").toBe(50);
    return pages;
  }

  const response = await begin(wheelhouse, "kind=logs");
  const first = await rest();
  // What the kernel's buffers hold, at 128 KiB a page.
  expect(first).toBeLessThan(300);
  let taken = 0;
  response.on("data", (part: Buffer) => {
    taken += part.length;
    if (taken > 16 * 1024 * 1024) response.pause();
  });
  const second = await rest();
  expect(second).toBeGreaterThan(first);
  expect(second - first).toBeLessThan(300);
  response.destroy();
  const third = await rest();
  expect(third - second).toBeLessThanOrEqual(1);
  expect(wheelhouse.events.filter(isOfExport)).toEqual([]);
});

test("long rows come in short pages", async () => {
  const limits: number[] = [];
  const wheelhouse = await startOver(() => ({
    async logs({ project, after = 0, limit }) {
      limits.push(limit);
      const length = after < 1_000 ? 64_000 : 100;
      return after > 5_000
        ? []
        : Array.from({ length: limit }, (_, index) => entry(after + index + 1, project, length));
    },
    lastEntry: async () => 10_000,
  }));
  await exported(wheelhouse, "kind=logs");
  expect(limits[0]).toBe(100);
  expect(limits[1]).toBe(2);
  expect(Math.max(...limits)).toBeLessThanOrEqual(1_000);
});

test("an export ends though more is stored all the while", async () => {
  const wheelhouse = await startOver((devices) => ({
    async markers(query) {
      await devices.addMarker({ ...marker, project: query.project });
      return devices.markers(query);
    },
  }));
  const marker = { device: null, name: "new", fields: null, at: 1, receivedAt: 1, by: "ann@example.org" };
  for (let count = 0; count < 250; count += 1)
    await wheelhouse.api(`/projects/${wheelhouse.project}/markers`, {
      method: "POST",
      body: { name: `${count}` },
    });
  const names = objects(await exported(wheelhouse, "kind=markers")).map(({ name }) => name);
  expect(names).toEqual(Array.from({ length: 250 }, (_, count) => `${count}`));
});

test("an export of writes ends though more are made all the while", async () => {
  let wheelhouse: TestServer | undefined;
  const change = async () => {
    const { api, project } = wheelhouse as TestServer;
    await api(`/projects/${project}/devices/pixel/variables`, {
      method: "PATCH",
      body: { values: { speed: 5 } },
    });
  };
  let exporting = false;
  wheelhouse = await startOver((devices) => ({
    async writes(query) {
      if (exporting && query.order === "oldest") await change();
      return devices.writes(query);
    },
  }));
  await connectGame(wheelhouse, "pixel");
  for (let count = 0; count < 3; count += 1) await change();
  exporting = true;
  expect(objects(await exported(wheelhouse, "kind=writes"))).toHaveLength(3);
});

test("an export begins before its rows are found", async () => {
  let goOn = () => {};
  const found = new Promise<void>((resolve) => (goOn = resolve));
  const wheelhouse = await startOver(() => ({
    async samples({ after = 0 }) {
      if (after === 0) return { samples: [], next: 1 };
      await found;
      return { samples: [{ device: "game", name: "speed", value: 3, at: 1, receivedAt: 2 }], next: null };
    },
  }));
  const response = await begin(wheelhouse, "kind=variables");
  expect(response.headers["content-type"]).toContain("ndjson");
  goOn();
  response.setEncoding("utf8");
  expect(await once(response, "data")).toEqual([
    '{"device":"game","name":"speed","at":1,"receivedAt":2,"value":3}\n',
  ]);
});

test("an export that fails on its way breaks the connection, and the log says why", async () => {
  let pages = 0;
  const wheelhouse = await startOver(() => ({
    async logs({ project, after = 0, limit }) {
      pages += 1;
      if (pages === 3) throw new StorageFailedError("the disk is gone");
      return Array.from({ length: limit }, (_, index) => entry(after + index + 1, project));
    },
    lastEntry: async () => 100_000,
  }));
  const response = await begin(wheelhouse, "kind=logs");
  response.resume();
  const [error] = (await once(response, "error")) as [NodeJS.ErrnoException];
  expect(error.code).toBe("ECONNRESET");
  expect(response.complete).toBe(false);
  expect(wheelhouse.events.filter(isOfExport)).toMatchObject([
    { type: "http:request_failed", method: "GET", error: { message: "the disk is gone" } },
  ]);
});

test.each(["logs", "markers", "variables"])(
  "an export of %s breaks off where retention took what comes next",
  async (kind) => {
    const memory = await openMemoryStorage();
    let pages = 0;
    let drop = async () => {};
    const turnPage = async () => {
      pages += 1;
      if (pages === 2) await drop();
    };
    const devices: DeviceStorage = {
      ...memory.devices,
      logs: async (query) => turnPage().then(() => memory.devices.logs(query)),
      markers: async (query) => turnPage().then(() => memory.devices.markers(query)),
      samples: async (query) => turnPage().then(() => memory.devices.samples(query)),
    };
    const wheelhouse = await startTestServer({ openStorage: async () => ({ ...memory, devices }) });
    const game = await connectGame(wheelhouse, "game");
    for (let number = 0; number < 20; number += 1) {
      const entries = Array.from({ length: 20 }, (_, place) => ({ message: `${number} ${place}` }));
      await game.store({ type: "logs", entries });
      if (kind === "markers")
        for (let place = 0; place < 20; place += 1) await game.store({ type: "marker", name: "boss" });
      const values = Object.fromEntries(Array.from({ length: 20 }, (_, place) => [`v${place}`, number]));
      await game.store({ type: "variables", values });
    }
    drop = async () => {
      await memory.accounts.setRetention(wheelhouse.project, { maxAgeMs: 1, maxBytes: null });
      await memory.devices.retain(Date.now() + 100_000);
    };
    const response = await begin(wheelhouse, `kind=${kind}`);
    response.resume();
    const [error] = (await once(response, "error")) as [NodeJS.ErrnoException];
    expect(error.code).toBe("ECONNRESET");
    const why = "what comes next was dropped since the page before";
    expect(wheelhouse.events.filter(isOfExport)).toEqual([{ type: "http:export_broken", kind, why }]);
  },
);

test("a server that ends waits for no export, and the client sees that it isn't whole", async () => {
  const wheelhouse = await startOver(() => ({
    async logs({ project, after = 0, limit }) {
      return Array.from({ length: limit }, (_, index) => entry(after + index + 1, project));
    },
    lastEntry: async () => Number.MAX_SAFE_INTEGER - 1,
  }));
  const response = await begin(wheelhouse, "kind=logs");
  const broken = once(response, "error");
  await wheelhouse.stop();
  response.resume();
  const [error] = (await broken) as [NodeJS.ErrnoException];
  expect(error.code).toBe("ECONNRESET");
  expect(wheelhouse.events.filter(isOfExport)).toEqual([]);
});

test("an export that can't begin is refused like any request", async () => {
  const wheelhouse = await startOver(() => ({
    logs: () => Promise.reject(new StorageFailedError("the disk is gone")),
  }));
  const { status, headers, body } = await wheelhouse.api(pathOf(wheelhouse, "kind=logs"));
  expect(status).toBe(503);
  expect(body).toMatchObject({ error: { code: "storage_unavailable" } });
  expect(headers.get("content-disposition")).toBeNull();
  expect(headers.get("content-type")).toContain("json");
});

test.each<[query: string, field: string]>([
  ["", "kind"],
  ["kind=devices", "kind"],
  ["kind=logs&format=xlsx", "format"],
  ["kind=logs&name=speed", "name"],
  ["kind=variables&level=warn", "level"],
  ["kind=markers&text=boss", "text"],
  ["kind=writes&text=", "text"],
  ["kind=logs&device=", "device"],
  ["kind=logs&level=loud", "level"],
  ["kind=logs&from=yesterday", "from"],
  ["kind=logs&from=", "from"],
  ["kind=logs&to=-1", "to"],
  ["kind=logs&lvl=error", "lvl"],
  ["kind=logs&session=s", "session"],
])("an export of %j is refused for its %s", async (query, field) => {
  const wheelhouse = await startTestServer();
  expect(await wheelhouse.api(pathOf(wheelhouse, query))).toMatchObject({
    status: 422,
    body: { error: { code: "invalid", field } },
  });
});
