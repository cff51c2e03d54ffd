/** Over real sockets: what has ended and not left yet, and those that wait and have gone. */

import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { defineConnection } from "@wheelhouse/net";
import { afterEach, describe, expect, it } from "vitest";
import { localhost } from "../certificates.ts";
import { TestListener, dial, nextTurn, refusalOf, serve } from "../support.ts";

/** More than both kernels hold. */
const ANSWER_BYTES = 20_000_000;

const Parting = defineConnection({
  name: "Parting",
  data(ctx) {
    ctx.send(Buffer.alloc(ANSWER_BYTES));
    return "close";
  },
  shutdown: (ctx) => void ctx.send(Buffer.alloc(ANSWER_BYTES)),
});

const Echo = defineConnection({ name: "Echo", data: (ctx, line) => void ctx.send(line) });

const folders: string[] = [];
afterEach(async () => {
  for (const folder of folders.splice(0)) await rm(folder, { recursive: true });
});

async function socketPath(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "wheelhouse-net-"));
  folders.push(folder);
  return join(folder, "socket");
}

describe("a connection that has ended, over real sockets", () => {
  it("34: has its place until what it sent has left", async () => {
    const server = await serve({ packet: "line", handler: Parting.with(), maxConnections: 1 });
    const slow = await dial(server.port);
    slow.pause();
    await slow.write("go\n");
    await server.events.until("net:connection_ended");
    expect(await server.info()).toMatchObject({ connections: 0, closing: 1 });
    expect(await refusalOf(server.port)).toBe("ECONNRESET");
    slow.resume();
    expect(await slow.readBytes(ANSWER_BYTES)).toHaveLength(ANSWER_BYTES);
    await slow.closed();
    const next = await dial(server.port);
    await next.write("go\n");
    expect(await next.readBytes(ANSWER_BYTES)).toHaveLength(ANSWER_BYTES);
  });

  it("34: makes room for a peer that comes back as soon as it hears of the end", async () => {
    const Brief = defineConnection({
      name: "Brief",
      data(ctx, line) {
        ctx.send(line);
        return "close";
      },
    });
    const server = await serve({ packet: "line", handler: Brief.with(), maxConnections: 1 });
    for (let round = 0; round < 50; round += 1) {
      const peer = await dial(server.port, { allowHalfOpen: round % 2 === 0 });
      await peer.write("hello\n");
      expect(await peer.readAll()).toBe("hello\n");
    }
    expect(server.events.ofType("net:connection_refused")).toEqual([]);
  });

  it.each(["plain", "encrypted"])("42: is waited for by the end of the program (%s)", async (how) => {
    const tls = how === "plain" ? {} : { tls: localhost };
    const server = await serve({ packet: "line", handler: Parting.with(), ...tls });
    const peer = await dial(server.port);
    if (how === "encrypted") await peer.secure({ rejectUnauthorized: false });
    await server.events.until("net:connection_started");
    for (let turn = 0; turn < 10; turn += 1) await nextTurn();
    peer.pause();
    let isStopped = false;
    const stopped = server.app.stop().then(() => (isStopped = true));
    await server.events.until("net:connection_ended");
    for (let turn = 0; turn < 100; turn += 1) await nextTurn();
    expect(isStopped).toBe(false);
    peer.resume();
    expect(await peer.readBytes(ANSWER_BYTES)).toHaveLength(ANSWER_BYTES);
    await stopped;
    expect(server.events.ofType("net:drained")).toMatchObject([{ connections: 1, cut: 0 }]);
  });

  it("42: is cut at the drain's deadline, and counted", async () => {
    const server = await serve({ packet: "line", handler: Parting.with() });
    const peer = await dial(server.port);
    peer.pause();
    await peer.write("go\n");
    await server.events.until("net:connection_ended");
    expect(await server.app.call(TestListener, "drain", { timeoutMs: 20 })).toEqual({
      connections: 1,
      cut: 1,
    });
    peer.resume();
    expect(await peer.closed()).toBe("ECONNRESET");
  });
});

describe("those that wait, over real sockets", () => {
  it.each(["TCP", "a Unix socket"])("34: leave when their peer has gone (%s)", async (kind) => {
    const place = kind === "TCP" ? {} : { path: await socketPath() };
    const server = await serve({
      ...place,
      packet: "line",
      handler: Echo.with(),
      maxConnections: 1,
      atMaxConnections: "wait",
      waitTimeoutMs: Infinity,
    });
    const at = place.path ?? server.port;
    const first = await dial(at);
    await first.write("first\n");
    expect(await first.readLine()).toBe("first");
    const [gone, there] = [await dial(at), await dial(at)];
    await gone.write("early\n");
    await there.write("still there\n");
    await server.events.until("net:connection_waiting", 2);
    if (kind === "TCP") gone.reset();
    else await gone.destroy();
    expect(await server.events.until("net:connection_refused")).toMatchObject([{ why: "peer_gone" }]);
    expect((await server.info()).waiting).toBe(1);
    first.finish();
    expect(await there.readLine()).toBe("still there");
  });

  it("58: are refused, with an event, when the acceptor crashes", async () => {
    const server = await serve({
      packet: "line",
      handler: Echo.with(),
      maxConnections: 1,
      atMaxConnections: "wait",
    });
    await (await dial(server.port)).write("first\n");
    const waiting = await dial(server.port);
    await server.events.until("net:connection_waiting");
    server.runtime.exit(await server.acceptor(), "kill");
    await waiting.closed();
    await server.untilListensAgain();
    expect(server.events.ofType("net:connection_refused")).toMatchObject([{ why: "acceptor_crashed" }]);
    expect((await server.info()).waiting).toBe(0);
  });
});

describe("another place (behaviours 33, 39)", () => {
  it("holds from the next resume on, and not after a crash of the acceptor", async () => {
    const server = await serve({ packet: "line", handler: Echo.with() });
    const other = await serve({ handler: Echo.with() });
    await server.app.call(TestListener, "setOptions", { port: other.port });
    server.runtime.exit(await server.acceptor(), "kill");
    await server.untilListensAgain();
    expect((await server.info()).local.port).toBe(server.port);
    const peer = await dial(server.port);
    await peer.write("hello\n");
    expect(await peer.readLine()).toBe("hello");
    await server.app.call(TestListener, "suspend");
    expect(await server.app.call(TestListener, "resume")).toMatchObject({ code: "address_in_use" });
    await other.app.stop();
    expect(await server.app.call(TestListener, "resume")).toBe("listening");
    expect((await server.info()).local.port).toBe(other.port);
  });

  it("may be a Unix socket, and stays one over a crash", async () => {
    const server = await serve({ packet: "line", handler: Echo.with() });
    const path = await socketPath();
    await server.app.call(TestListener, "setOptions", { path });
    server.runtime.exit(await server.acceptor(), "kill");
    await server.untilListensAgain();
    expect((await server.info()).local.port).toBe(server.port);
    await server.app.call(TestListener, "suspend");
    await server.app.call(TestListener, "resume");
    server.runtime.exit(await server.acceptor(), "kill");
    await server.events.untilStarted(TestListener.name, 3);
    const peer = await dial(path);
    await peer.write("hello\n");
    expect(await peer.readLine()).toBe("hello");
  });
});
