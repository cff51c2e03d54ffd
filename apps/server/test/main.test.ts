/** The command itself: what it says, how it ends, and what it refuses to start with. */

import { once } from "node:events";
import { copyFile, open, writeFile } from "node:fs/promises";
import { connect } from "node:net";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { connect as connectTls } from "node:tls";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import packageJson from "../package.json" with { type: "json" };
import { freePort, runCommand, startProcess } from "./crash/server-process.ts";
import { connectDevice, temporaryFolder } from "./support.ts";

const ANY_PORTS = ["--http", "127.0.0.1:0", "--tcp", "127.0.0.1:0"];

test("it greets with where it listens, and nothing else", async () => {
  const data = await temporaryFolder();
  const server = await startProcess([...ANY_PORTS, "--data", data]);
  server.kill("SIGTERM");
  const { code, stdout, stderr } = await server.ended;
  expect(stdout).toBe(`Wheelhouse ${packageJson.version}
  page     http://127.0.0.1:${server.httpPort}
  devices  127.0.0.1:${server.tcpPort} (TCP)
  data     ${data}
stopping: storing what came, telling devices …
`);
  expect([code, stderr]).toEqual([0, ""]);
});

test.each([
  [["--http", "0.0.0.0:0"], (port: number) => `http://localhost:${port}`],
  [
    ["--http", "0.0.0.0:0", "--public-url", "https://games.example"],
    (port: number) => `https://games.example (on 0.0.0.0:${port})`,
  ],
])("with %j it greets with an address that it answers at", async (args, page) => {
  const all = [...args, "--tcp", "127.0.0.1:0", "--data", await temporaryFolder()];
  const server = await startProcess(all);
  server.kill("SIGTERM");
  expect((await server.ended).stdout).toContain(`  page     ${page(server.httpPort)}\n`);
});

test.each(["SIGTERM", "SIGINT"] as const)(
  "%s drains: devices are told, what came is stored, the exit code is 0",
  async (signal) => {
    const server = await startProcess([...ANY_PORTS, "--data", await temporaryFolder()]);
    const { deviceKey } = await register(server.httpPort);
    const device = await connectDevice(server.tcpPort);
    device.send(JSON.stringify({ type: "hello", protocol: 2, key: deviceKey, device: "phone" }));
    expect(await device.nextLine()).toContain("welcome");
    device.send(JSON.stringify({ type: "logs", seq: 1, entries: [{ message: "last words" }] }));
    expect(await device.nextLine()).toBe(`{"type":"ack","seq":1}`);
    server.kill(signal);
    expect(await device.nextLine()).toContain(`"code":"shutting_down"`);
    expect(await device.closed).toEqual([]);
    expect(await server.ended).toMatchObject({ code: 0, signal: null, stderr: "" });
  },
);

test("a second signal ends it at once, while a request still holds it up", async () => {
  const server = await startProcess([...ANY_PORTS, "--data", await temporaryFolder()]);
  // The request's body never comes.
  const held = connect(server.httpPort, "127.0.0.1");
  const isCut = once(held, "close");
  held.on("error", () => undefined);
  held.write(
    "POST /api/v1/session HTTP/1.1\r\nhost: localhost\r\nexpect: 100-continue\r\n" +
      "content-type: application/json\r\ncontent-length: 100\r\n\r\n",
  );
  expect(String(await once(held, "data"))).toMatch(/^HTTP\/1.1 100 /);
  server.kill("SIGTERM");
  await server.says("stopping");
  // Signals that come within a quarter of a second count as the first one: it is sent until it counts.
  while (!server.isOver) {
    server.kill("SIGTERM");
    await new Promise((resolve) => setImmediate(resolve));
  }
  expect(await server.ended).toMatchObject({ code: 1, signal: null });
  await isCut;
});

test("a data folder or a port that another server has is refused in one line", async () => {
  const data = await temporaryFolder();
  const other = await temporaryFolder();
  const first = await startProcess([...ANY_PORTS, "--data", data]);
  const page = `127.0.0.1:${first.httpPort}`;
  const devices = `127.0.0.1:${first.tcpPort}`;
  const [folder, http, tcp] = await Promise.all([
    runCommand([...ANY_PORTS, "--data", data]),
    runCommand(["--http", page, "--tcp", "127.0.0.1:0", "--data", other]),
    runCommand(["--http", "127.0.0.1:0", "--tcp", devices, "--data", await temporaryFolder()]),
  ]);
  expect([folder.code, http.code, tcp.code]).toEqual([2, 2, 2]);
  expect([folder.stdout, http.stdout, tcp.stdout]).toEqual(["", "", ""]);
  expectOneLine(folder.stderr, `--data ${data}`, "held by another", "choose another with --data DIR");
  expectOneLine(http.stderr, `--http ${page}`, "choose another with --http HOST:PORT");
  expectOneLine(tcp.stderr, `--tcp ${devices}`, "choose another with --tcp HOST:PORT");
});

test("the same address for both is refused in one line", async () => {
  const both = `127.0.0.1:${await freePort()}`;
  const ended = await runCommand(["--http", both, "--tcp", both, "--data", await temporaryFolder()]);
  expect(ended).toMatchObject({ code: 2, stdout: "" });
  expectOneLine(ended.stderr, `--http ${both}`);
});

test("a data folder that can't be made is refused in one line", async () => {
  const file = join(await temporaryFolder(), "file");
  await writeFile(file, "");
  const data = join(file, "data");
  const ended = await runCommand([...ANY_PORTS, "--data", data]);
  expect(ended).toMatchObject({ code: 2, stdout: "" });
  expectOneLine(ended.stderr, `--data ${data}`, "can't be written");
});

test("a data file of which only the beginning is sound is refused in one line that names it", async () => {
  const data = await temporaryFolder();
  const first = await startProcess([...ANY_PORTS, "--data", data]);
  await register(first.httpPort);
  first.kill("SIGTERM");
  await first.ended;
  const file = join(data, "wheelhouse.db");
  await garble(file, "users");
  const ended = await runCommand([...ANY_PORTS, "--data", data]);
  expect(ended).toMatchObject({ code: 2, stdout: "" });
  expectOneLine(ended.stderr, `--data ${data}`, file, "malformed", "choose another with --data DIR");
});

/** Overwrites the first page of a table and of each of its indexes, which the schema is far from. */
async function garble(file: string, table: string): Promise<void> {
  const database = new DatabaseSync(file);
  const pages = database.prepare("SELECT rootpage FROM sqlite_schema WHERE tbl_name = ?").all(table);
  const { page_size: pageBytes } = database.prepare("PRAGMA page_size").get() ?? {};
  database.exec("PRAGMA wal_checkpoint (TRUNCATE)");
  database.close();
  const handle = await open(file, "r+");
  for (const { rootpage } of pages)
    await handle.write("garbage!".repeat(20), (Number(rootpage) - 1) * Number(pageBytes));
  await handle.close();
}

test("a wrong flag, value or variable is refused in one line", async () => {
  const [flag, value, variable] = await Promise.all([
    runCommand(["--prot", "1"]),
    runCommand(["--tcp", "6667"]),
    runCommand([], { WHEELHOUSE_HTTP: "localhost:99999" }),
  ]);
  expect([flag.code, value.code, variable.code]).toEqual([2, 2, 2]);
  expect([flag.stdout, value.stdout, variable.stdout]).toEqual(["", "", ""]);
  expectOneLine(flag.stderr, "--prot", "--http");
  expectOneLine(value.stderr, "--tcp", "HOST:PORT", `"6667"`);
  expectOneLine(variable.stderr, "WHEELHOUSE_HTTP", "HOST:PORT", `"localhost:99999"`);
});

test("a certificate that can't be used is refused in one line", async () => {
  const data = await temporaryFolder();
  const [missing, foreign] = await Promise.all([
    runCommand([
      ...ANY_PORTS,
      "--data",
      data,
      "--tls-cert",
      join(data, "no.pem"),
      "--tls-key",
      certificate("one.key"),
    ]),
    runCommand([
      ...ANY_PORTS,
      "--data",
      data,
      "--tls-cert",
      certificate("one.cert"),
      "--tls-key",
      certificate("other.key"),
    ]),
  ]);
  expect([missing.code, foreign.code]).toEqual([2, 2]);
  expectOneLine(missing.stderr, "--tls-cert", "no.pem", "can be read");
  expectOneLine(foreign.stderr, "--tls-cert", "--tls-key", "its key");
});

test("a page that can be reached from elsewhere begins with a code, which is in no log", async () => {
  const data = await temporaryFolder();
  const flags = ["--data", data, "--public-url", "http://wheel.example", "--log-level", "debug"];
  const server = await startProcess([...ANY_PORTS, ...flags]);
  await server.says("makes the first account from another machine");
  server.kill("SIGTERM");
  const { stdout, stderr } = await server.ended;
  const [, code = ""] = /code +([A-Z2-9-]{14}) /.exec(stdout) ?? [];
  expect(code).not.toBe("");
  expect(stderr).not.toBe("");
  expect(stderr).not.toContain(code);
});

test("SIGHUP reads the certificate again, and says in the log when it is wrong", async () => {
  const folder = await temporaryFolder();
  const files = { cert: join(folder, "cert.pem"), key: join(folder, "key.pem") };
  await copyFile(certificate("one.cert"), files.cert);
  await copyFile(certificate("one.key"), files.key);
  const flags = ["--tls-cert", files.cert, "--tls-key", files.key, "--log-level", "info"];
  const server = await startProcess([...ANY_PORTS, "--data", join(folder, "data"), ...flags]);
  expect(await shownBy(server.httpPort)).toBe("one.wheelhouse.test");
  await copyFile(certificate("other.cert"), files.cert);
  server.kill("SIGHUP");
  await server.logs("the certificate stays as it was");
  await copyFile(certificate("other.key"), files.key);
  server.kill("SIGHUP");
  await server.logs("the certificate was read again");
  for (const port of [server.httpPort, server.tcpPort])
    expect(await shownBy(port)).toBe("other.wheelhouse.test");
  server.kill("SIGTERM");
  expect(await server.ended).toMatchObject({ code: 0 });
});

const certificate = (name: string) =>
  fileURLToPath(new URL(`./http/certificates/${name}.pem`, import.meta.url));

/** Whose certificate a port shows. */
async function shownBy(port: number): Promise<string> {
  const socket = connectTls({ host: "127.0.0.1", port, rejectUnauthorized: false });
  await new Promise((resolve, reject) => {
    socket.once("secureConnect", resolve);
    socket.once("error", reject);
  });
  const shown = String(socket.getPeerCertificate().subject.CN);
  socket.destroy();
  return shown;
}

test("--help and --version say so and end", async () => {
  const [help, version] = await Promise.all([runCommand(["--help"]), runCommand(["--version"])]);
  expect(help).toMatchObject({ code: 0, stderr: "" });
  expect(help.stdout).toContain("--data DIR");
  expect(version).toMatchObject({ code: 0, stderr: "", stdout: `${packageJson.version}\n` });
});

function expectOneLine(text: string, ...parts: readonly string[]): void {
  expect(text).toMatch(/^wheelhouse: [^\n]+\n$/);
  for (const part of parts) expect(text).toContain(part);
}

async function register(port: number) {
  const response = await fetch(`http://127.0.0.1:${port}/api/v1/users`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ email: "ann@example.org", password: "correct horse battery" }),
  });
  const body = (await response.json()) as {
    readonly project: { readonly id: string };
    readonly deviceKey: string;
  };
  return { ...body, cookie: response.headers.getSetCookie()[0]?.split(";")[0] ?? "" };
}
