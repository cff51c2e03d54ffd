/** What connections hear of a drain, whatever they are doing. */

import { defineConnection, type Drained } from "@wheelhouse/net";
import { describe, expect, it } from "vitest";
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
