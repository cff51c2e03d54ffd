import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { connect as connectPlain, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { connect, type TLSSocket } from "node:tls";

import { start, type Application } from "@wheelhouse/actors";
import { afterEach, beforeEach, describe, expect, test } from "vitest";

import { TlsEchoApp, TlsEchoListener } from "../../src/tls-echo/tls-echo.ts";
import { launchServer, run } from "../serving.ts";

/** Made for the tests of the package, and described there. */
const CERTIFICATES = fileURLToPath(new URL("../../../packages/net/test/certificates/", import.meta.url));
const CERT = join(CERTIFICATES, "localhost.pem");
const KEY = join(CERTIFICATES, "localhost.key");
const ca = readFileSync(join(CERTIFICATES, "authority.pem"));

let app: Application | undefined;
const sockets: Socket[] = [];

afterEach(async () => {
  for (const socket of sockets.splice(0)) socket.destroy();
  await app?.stop();
  app = undefined;
});

async function serve(fromTheFirstByte: boolean): Promise<number> {
  const tls = { role: "server", cert: readFileSync(CERT), key: readFileSync(KEY) } as const;
  app = await start(TlsEchoApp, { host: "127.0.0.1", port: 0, tls, fromTheFirstByte });
  return (await app.call(TlsEchoListener, "info")).local.port;
}

/** Shakes hands as a client, over a socket that is open already or a new one. */
async function encrypt(over: { readonly socket: Socket } | { readonly port: number }): Promise<TLSSocket> {
  const secure = connect({ ...over, ca, servername: "localhost" });
  sockets.push(secure);
  await once(secure, "secureConnect");
  expect(secure.authorized).toBe(true);
  return secure;
}

async function plain(port: number): Promise<Socket> {
  const socket = connectPlain(port, "127.0.0.1");
  sockets.push(socket);
  await once(socket, "connect");
  return socket;
}

/** What is answered to that. */
async function said(socket: Socket, text: string): Promise<string> {
  socket.write(text);
  return String((await once(socket, "data"))[0]);
}

/** The same text, hopefully. */
async function ask(socket: Socket, text: string): Promise<string> {
  socket.write(text);
  let heard = "";
  while (heard.length < text.length) heard += String((await once(socket, "data"))[0]);
  return heard;
}

describe("tls-echo", () => {
  test("gives lines back in the clear, and encrypted after STARTTLS", async () => {
    const socket = await plain(await serve(false));
    expect(await ask(socket, "hello\nSTART\n")).toBe("hello\nSTART\n");
    expect(await said(socket, "STARTTLS\r\n")).toBe("OK\n");
    const secure = await encrypt({ socket });
    expect(await ask(secure, "hello\r\nagain\n")).toBe("hello\r\nagain\n");
    expect(await ask(secure, "STARTTLS\n")).toBe("STARTTLS\n");
  });

  test("encrypts from the first byte where it was told to", async () => {
    const secure = await encrypt({ port: await serve(true) });
    const long = `${"x".repeat(60_000)}\n`;
    expect(await ask(secure, long)).toBe(long);
  });

  test("what was slipped in behind STARTTLS never counts as a line", async () => {
    const port = await serve(false);
    const socket = await plain(port);
    const heard: Buffer[] = [];
    socket.on("data", (chunk: Buffer) => heard.push(chunk)).on("error", () => {});
    socket.write("STARTTLS\nslipped in\n");
    await once(socket, "close");
    // The line is taken for a handshake, and a bad one: what comes back is at most TLS's own alert.
    const [answer, rest] = [Buffer.concat(heard).subarray(0, 3), Buffer.concat(heard).subarray(3)];
    expect(answer.toString()).toBe("OK\n");
    expect(rest.includes("slipped")).toBe(false);
    const next = await plain(port);
    expect(await ask(next, "still served\n")).toBe("still served\n");
  });

  test("closes who speaks plainly where all is encrypted, and serves the next", async () => {
    const port = await serve(true);
    const socket = await plain(port);
    socket.on("error", () => {}).resume();
    socket.write("hello\n");
    await once(socket, "close");
    expect(await ask(await encrypt({ port }), "hello\n")).toBe("hello\n");
  });
});

describe("tls-echo as a program", () => {
  let folder: string;

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "tls-echo-"));
  });

  afterEach(() => rmSync(folder, { recursive: true }));

  test.each([
    ["--tls", true],
    ["", false],
  ])("with %j serves, and ends with 0 on SIGTERM", async (option, isEncrypted) => {
    const args = ["--cert", CERT, "--key", KEY, ...(option === "" ? [] : [option])];
    const program = await launchServer("tls-echo", ...args);
    const socket = isEncrypted ? undefined : await plain(program.port);
    if (socket !== undefined) expect(await ask(socket, "hello\n")).toBe("hello\n");
    if (socket !== undefined) expect(await said(socket, "STARTTLS\n")).toBe("OK\n");
    const secure = await encrypt(socket === undefined ? { port: program.port } : { socket });
    expect(await ask(secure, "hello\n")).toBe("hello\n");
    expect(await program.end("SIGTERM")).toEqual({ code: 0, err: "" });
  });

  test.each([
    [[], "expected --cert FILE, a certificate, got: nothing"],
    [["--cert", CERT], "expected --key FILE, the certificate's key, got: nothing"],
  ])("given %j says how to make a certificate", async (args, problem) => {
    const { code, out, err } = await run("tls-echo", ...args);
    expect([code, out]).toEqual([2, ""]);
    expect(err).toContain(`tls-echo: ${problem}; this makes both:\n\n  openssl req -x509 `);
  });

  test("refuses what is no certificate with its key, in one line", async () => {
    const junk = join(folder, "junk.pem");
    writeFileSync(junk, "junk");
    for (const [cert, key] of [
      [join(folder, "missing.pem"), KEY],
      [junk, KEY],
      [CERT, join(CERTIFICATES, "other.key")],
    ] as const) {
      const { code, err } = await run("tls-echo", "--cert", cert, "--key", key);
      expect(code).toBe(2);
      expect(err).toContain(
        `tls-echo: expected --cert and --key to be a certificate and its key, got: ${cert} and ${key} (`,
      );
      expect(err.trimEnd().split("\n")).toHaveLength(1);
    }
  });
});
