import { createServer, type AddressInfo } from "node:net";

import { start, type Application } from "@wheelhouse/actors";
import { afterEach, describe, expect, test } from "vitest";

import { EchoApp, EchoListener } from "../../src/echo/echo.ts";
import { Client, launchServer, run } from "../serving.ts";

let app: Application | undefined;

afterEach(() => app?.stop());

describe("echo", () => {
  test("gives every byte back as it is, and closes when it stops", async () => {
    app = await start(EchoApp, { host: "127.0.0.1", port: 0 });
    const { local } = await app.call(EchoListener, "info");
    const client = await Client.connect(local.port);
    const bytes = Buffer.from(Array.from({ length: 256 }, (_, byte) => byte));
    client.write(bytes);
    expect(await client.readBytes(256)).toEqual(bytes);
    const large = Buffer.alloc(3_000_000, "large");
    client.write(large);
    expect((await client.readBytes(large.length)).equals(large)).toBe(true);
    await app.stop();
    expect(await client.readRest()).toBe("");
    expect(app.runtime.processes()).toEqual([]);
  });

  test.each(["SIGTERM", "SIGINT"] as const)("as a program ends with 0 on %s", async (signal) => {
    const program = await launchServer("echo");
    expect(program.greeting).toBe(
      `listening on 127.0.0.1:${program.port} (try: nc 127.0.0.1 ${program.port})\n`,
    );
    const client = await Client.connect(program.port);
    client.write("hello");
    expect((await client.readBytes(5)).toString()).toBe("hello");
    expect(await program.end(signal)).toEqual({ code: 0, err: "" });
    expect(await client.readRest()).toBe("");
  });

  test("refuses a bad argument in one line", async () => {
    expect(await run("echo", "--port", "seven")).toEqual({
      code: 2,
      out: "",
      err: "echo: expected --port to be a whole number from 0 to 65535, got: seven\n",
    });
  });

  test("says in one line that the port is in use", async () => {
    const other = createServer();
    await new Promise<void>((resolve) => {
      other.listen(0, "127.0.0.1", resolve);
    });
    const { port } = other.address() as AddressInfo;
    const ended = await run("echo", "--port", String(port));
    other.close();
    expect(ended).toEqual({
      code: 1,
      out: "",
      err:
        `echo: can't listen on 127.0.0.1:${port}: another program listens there; ` +
        "choose another place with --host and --port\n",
    });
  });

  test("tells with --help what it takes", async () => {
    const { code, out, err } = await run("echo", "--help");
    expect([code, err]).toEqual([0, ""]);
    expect(out).toContain("--port N      where to listen; 0 for any free port (7007)");
  });
});
