/** The web port with a certificate of its own. */

import { copyFile, writeFile } from "node:fs/promises";
import { request } from "node:https";
import { join } from "node:path";
import { connect as connectTls, type TLSSocket } from "node:tls";
import { fileURLToPath } from "node:url";
import type { ProcessName } from "@wheelhouse/actors";
import { expect, test } from "vitest";
import { WebSocket } from "ws";
import { DeviceListener } from "../../src/devices/device-listener.ts";
import { Devices } from "../../src/devices/devices.ts";
import { Http } from "../../src/http/http-server.ts";
import { startServer, type RunningServer } from "../../src/server.ts";
import { afterTest, connectDevice, temporaryFolder, testConfig } from "../support.ts";

const certificate = (name: string) => fileURLToPath(new URL(`./certificates/${name}.pem`, import.meta.url));

async function startSecure() {
  const folder = await temporaryFolder();
  const files = { tlsCert: join(folder, "cert.pem"), tlsKey: join(folder, "key.pem") };
  const use = async (name: string) => {
    await copyFile(certificate(`${name}.cert`), files.tlsCert);
    await copyFile(certificate(`${name}.key`), files.tlsKey);
  };
  await use("one");
  const server = await startServer(testConfig({ data: await temporaryFolder(), ...files }));
  afterTest(() => server.stop());
  return { server, files, use };
}

/** An encrypted connection, and whom it was shown. */
async function dial({
  http,
}: Pick<RunningServer, "http">): Promise<{ readonly socket: TLSSocket; readonly shown: string }> {
  const socket = connectTls({ ...http, rejectUnauthorized: false, ALPNProtocols: ["http/1.1"] });
  socket.on("error", () => undefined);
  afterTest(async () => void socket.destroy());
  await new Promise((resolve) => socket.once("secureConnect", resolve));
  return { socket, shown: String(socket.getPeerCertificate().subject.CN) };
}

function ask(server: RunningServer, path: string, body?: object, headers = {}) {
  return new Promise<{ status: number; cookies: readonly string[] }>((resolve, reject) => {
    const sent = request(
      {
        ...server.http,
        path,
        method: body === undefined ? "GET" : "POST",
        headers: { "content-type": "application/json", ...headers },
        rejectUnauthorized: false,
        agent: false,
      },
      (response) => {
        response.resume();
        const cookies = response.headers["set-cookie"] ?? [];
        response.on("end", () => resolve({ status: response.statusCode ?? 0, cookies }));
      },
    );
    sent.on("error", reject);
    sent.end(body === undefined ? undefined : JSON.stringify(body));
  });
}

const ann = { email: "ann@example.org", password: "correct horse battery" };

test("page, API and live socket are there, cookies are bound, plain HTTP isn't answered", async () => {
  const { server } = await startSecure();
  const { host, port } = server.http;
  expect((await ask(server, "/")).status).toBe(200);
  const own = { origin: `https://${host}:${port}` };
  expect((await ask(server, "/api/v1/users", ann, { origin: `http://${host}:${port}` })).status).toBe(403);
  const { status, cookies } = await ask(server, "/api/v1/users", ann, own);
  expect(status).toBe(201);
  for (const cookie of cookies) expect(cookie).toMatch(/^__Host-.*; Secure/);
  const cookie = cookies[0]?.split(";")[0] ?? "";
  const socket = new WebSocket(`wss://${host}:${port}/api/v1/live`, {
    headers: { ...own, cookie },
    rejectUnauthorized: false,
  });
  afterTest(async () => socket.terminate());
  await new Promise((resolve, reject) => {
    socket.once("open", resolve);
    socket.once("error", reject);
  });
  await expect(fetch(`http://${host}:${port}/healthz`)).rejects.toThrow(TypeError);
});

test("a renewed certificate is shown to whoever comes from then on, and nobody is cut", async () => {
  const { server, use } = await startSecure();
  const before = await dial(server);
  expect(before.shown).toBe("one.wheelhouse.test");
  await use("other");
  expect((await dial(server)).shown).toBe("one.wheelhouse.test");
  expect(await server.reloadTls()).toBe("reloaded");
  expect((await dial(server)).shown).toBe("other.wheelhouse.test");
  let text = "";
  before.socket.setEncoding("utf8").on("data", (part: string) => (text += part));
  before.socket.write("GET /healthz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
  await new Promise((resolve) => before.socket.once("close", resolve));
  expect(text).toContain('{"status":"ok"}');
});

/** Whom each port shows, wherever it listens by now. */
async function shownBy({ app }: RunningServer): Promise<readonly string[]> {
  const { local } = await app.call(DeviceListener, "info");
  const ports = [await app.call(Http, "address"), local];
  return Promise.all(
    ports.map(async (http) => {
      const { socket, shown } = await dial({ http });
      socket.destroy();
      return shown;
    }),
  );
}

/** Resolves when it and whatever stands on it were started again. */
async function endAndRestart({ app }: RunningServer, process: ProcessName): Promise<void> {
  const noticed = new Promise<void>((resolve) => {
    app.runtime.on(({ type }) => type === "child_restarted" && resolve());
  });
  app.runtime.exit(process, "kill");
  await noticed;
  await app.call(app.ref, "countChildren");
}

test("a port that is restarted shows the certificate that was read last", async () => {
  const { server, use } = await startSecure();
  await use("other");
  await server.reloadTls();
  for (const process of [Http, Devices]) {
    await endAndRestart(server, process);
    expect(await shownBy(server)).toEqual(["other.wheelhouse.test", "other.wheelhouse.test"]);
  }
});

test("a wrong file stays out: the old certificate is kept, and it is said why", async () => {
  const { server, files } = await startSecure();
  await copyFile(certificate("other.key"), files.tlsKey);
  expect(await server.reloadTls()).toMatchObject({ failed: expect.stringContaining("--tls-key") });
  await writeFile(files.tlsCert, "no certificate");
  expect(await server.reloadTls()).toMatchObject({ failed: expect.stringContaining("--tls-cert") });
  expect((await dial(server)).shown).toBe("one.wheelhouse.test");
});

test("a server doesn't start with files that can't be used", async () => {
  const data = await temporaryFolder();
  const tlsCert = certificate("one.cert");
  for (const tlsKey of [certificate("other.key"), join(data, "missing.pem")])
    await expect(startServer(testConfig({ data, tlsCert, tlsKey }))).rejects.toThrow(/--tls-key/);
});

test("devices speak over TLS too; a renewed certificate cuts none of them", async () => {
  const { server, use } = await startSecure();
  const { host, port } = server.http;
  const { deviceKey } = await new Promise<{ deviceKey: string }>((resolve, reject) => {
    const sent = request(
      {
        host,
        port,
        path: "/api/v1/users",
        method: "POST",
        headers: { "content-type": "application/json" },
        rejectUnauthorized: false,
      },
      (response) => {
        let text = "";
        response.setEncoding("utf8").on("data", (part: string) => (text += part));
        response.on("end", () => resolve(JSON.parse(text) as { deviceKey: string }));
      },
    );
    sent.on("error", reject);
    sent.end(JSON.stringify(ann));
  });
  const device = await dial({ http: server.tcp });
  expect(device.shown).toBe("one.wheelhouse.test");
  const say = (socket: TLSSocket) => {
    socket.write(`v:${deviceKey}\n`);
    return new Promise((resolve) => socket.once("data", (data: Buffer) => resolve(String(data))));
  };
  expect(await say(device.socket)).toBe("OK\n");
  await use("other");
  expect(await server.reloadTls()).toBe("reloaded");
  const later = await dial({ http: server.tcp });
  expect(later.shown).toBe("other.wheelhouse.test");
  expect(await say(later.socket)).toBe("OK\n");
  expect(await say(device.socket)).toBe("OK\n");
  const plain = await connectDevice(server.tcp.port);
  plain.send(`v:${deviceKey}`);
  expect((await plain.closed).join("")).not.toContain("OK");
});

test("a server without a certificate has nothing to read again", async () => {
  const server = await startServer(testConfig({ data: await temporaryFolder() }));
  afterTest(() => server.stop());
  expect(await server.reloadTls()).toBe("reloaded");
});
