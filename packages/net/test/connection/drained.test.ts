/** What connections hear of a drain, whatever they are doing. */

import { defineConnection, type Drained } from "@wheelhouse/net";
import { describe, expect, it } from "vitest";
import { localhost } from "../certificates.ts";
import { someTurns } from "../socket/pairs.ts";
import { TestListener, dial, gate, serve, type TestServer } from "../support.ts";

/** Stays until the deadline. */
const Staying = defineConnection({
  name: "Staying",
  data: (ctx, line) => void ctx.send(line),
  shutdown(ctx) {
    ctx.send("told\n");
    return "stay";
  },
});

function drain(server: TestServer, timeoutMs: number): Promise<Drained> {
  return server.app.callWithin(Infinity, TestListener, "drain", { timeoutMs, notice: "we move" });
}

/** Resolves when all connections were told. */
async function untilTold(server: TestServer): Promise<void> {
  await server.events.until("net:draining");
  await someTurns();
}

/** An `init` that takes until it may go on. */
function lateInit() {
  const [beginning, mayBegin] = [gate(), gate()];
  async function init(): Promise<void> {
    beginning.open();
    await mayBegin.opened;
  }
  return { init, beginning, mayBegin };
}

const PROXIED = { proxyProtocol: { trusted: ["127.0.0.1"] } };

describe("a connection that is drained (behaviour 41)", () => {
  it("48: a connection that stays ends when its peer is gone, and not only at the deadline", async () => {
    const server = await serve({ packet: "line", handler: Staying.with() });
    const peer = await dial(server.port);
    const drained = drain(server, 5_000);
    expect(await peer.readLine()).toBe("told");
    peer.reset();
    expect(await drained).toEqual({ connections: 1, cut: 0 });
  });

  it("a handler that receives is told of the drain like any other", async () => {
    const heard: unknown[] = [];
    const receiving = gate();
    const Receiving = defineConnection({
      name: "Receiving",
      async connected(ctx) {
        receiving.open();
        while (typeof (await ctx.recv(0)) !== "string");
      },
      data() {},
      shutdown(ctx, notice) {
        heard.push(notice);
        ctx.send("goodbye\n");
      },
      closed: (_, by) => void heard.push(`closed by ${by}`),
    });
    const server = await serve({ packet: "line", active: false, handler: Receiving.with() });
    const peer = await dial(server.port);
    await receiving.opened;
    await drain(server, 5_000);
    expect(heard).toEqual(["we move"]);
    expect(await peer.readAll()).toBe("goodbye\n");
  });

  it("a connection whose init takes its time is told afterwards, and doesn't wait for its peer", async () => {
    const heard: unknown[] = [];
    const { init, beginning, mayBegin } = lateInit();
    const Late = defineConnection({
      name: "Late",
      init,
      async connected(ctx) {
        heard.push(await ctx.recv(0));
      },
      data() {},
      shutdown(ctx, notice) {
        heard.push(notice);
        ctx.send("goodbye\n");
      },
    });
    const server = await serve({ packet: "line", active: false, handler: Late.with() });
    const peer = await dial(server.port);
    await beginning.opened;
    const drained = drain(server, 60_000);
    await untilTold(server);
    mayBegin.open();
    expect(await peer.readAll()).toBe("goodbye\n");
    peer.finish();
    expect(await drained).toEqual({ connections: 1, cut: 0 });
    expect(heard).toEqual(["closed", "we move"]);
  });

  it.each([
    ["before", "TLS", { tls: localhost }],
    ["before", "a proxy's header", PROXIED],
    ["after", "TLS", { tls: localhost }],
    ["after", "a proxy's header", PROXIED],
  ])("told %s the end of its init, it doesn't wait for %s", async (when, _, options) => {
    const { init, beginning, mayBegin } = lateInit();
    const Late = defineConnection({
      name: "Late",
      init,
      data() {},
    });
    const server = await serve({ handler: Late.with(), handshakeTimeoutMs: Infinity, ...options });
    const peer = await dial(server.port);
    await beginning.opened;
    const drained = drain(server, 60_000);
    if (when === "before") await untilTold(server);
    else await server.events.until("net:draining");
    mayBegin.open();
    expect(await drained).toEqual({ connections: 1, cut: 0 });
    await peer.gone();
  });

  it("one that begins amid the drain is told too", async () => {
    const heard: unknown[] = [];
    const { init, beginning, mayBegin } = lateInit();
    const Late = defineConnection({
      name: "Late",
      init,
      connected: async (ctx) => void heard.push(await ctx.recv(0)),
      data() {},
      shutdown: (_, notice) => void heard.push(notice),
    });
    const server = await serve({ packet: "line", active: false, handler: Late.with() });
    const peers = [await dial(server.port), await dial(server.port)];
    await beginning.opened;
    const drained = drain(server, 60_000);
    await server.events.until("net:draining");
    mayBegin.open();
    await Promise.all(peers.map((peer) => peer.gone()));
    for (const peer of peers) peer.finish();
    expect((await drained).cut).toBe(0);
    expect(new Set(heard)).toEqual(new Set(["closed", "we move"]));
  });

  it("a connection whose peer doesn't read is told of the drain before the deadline", async () => {
    const heard: unknown[] = [];
    const Flooding = defineConnection({
      name: "Flooding",
      connected: (ctx) => void ctx.send(Buffer.alloc(20_000_000)),
      data() {},
      shutdown: (_, notice) => void heard.push(notice),
    });
    const server = await serve({ packet: "line", handler: Flooding.with() });
    const peer = await dial(server.port);
    peer.pause();
    await server.events.until("net:connection_started");
    const drained = await drain(server, 500);
    // It is told at once; what its peer doesn't take by the deadline is cut.
    expect({ heard, cut: drained.cut }).toEqual({ heard: ["we move"], cut: 1 });
  });
});
