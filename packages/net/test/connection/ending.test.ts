/** What ends a connection while none of its handlers runs ends its process too, at once. */

import { defineConnection, type ConnectionContext } from "@wheelhouse/net";
import { describe, expect, it } from "vitest";
import { localhost } from "../certificates.ts";
import type { Peer } from "../peer.ts";
import { Inbox, dial, nextTurn, owner, serve, testRuntime } from "../support.ts";

type Ctx = ConnectionContext<{}, void>;

/** A connection with no time-out at all, of which the context is known outside. */
async function open() {
  const calls = new Inbox<string>();
  const contexts = new Inbox<Ctx>();
  const Bare = defineConnection({
    name: "Bare",
    data(ctx) {
      contexts.put(ctx);
    },
    closed: (_, by) => calls.put(`closed ${by}`),
    error: () => calls.put("error"),
    timeout: (_, which) => calls.put(`timeout ${which}`),
    terminate: () => calls.put("terminate"),
  });
  const made = testRuntime();
  const server = await serve(
    { packet: "line", handler: Bare.with(), readTimeoutMs: Infinity, tls: localhost, tlsFrom: "upgrade" },
    made,
  );
  const peer = await dial(server.port, { allowHalfOpen: true });
  await peer.write("hello\n");
  const ctx = await contexts.take();
  await nextTurn();
  return { made, server, peer, ctx, calls };
}

const WAYS: readonly (readonly [string, (ctx: Ctx, peer: Peer) => unknown, string])[] = [
  ["close", (ctx) => ctx.close(), "closed us"],
  ["abort", (ctx) => ctx.abort(), "closed us"],
  ["stop", (ctx) => ctx.stop(), "closed us"],
  ["a send that is full", fill, "closed us"],
  ["a handshake that fails", (ctx) => void ctx.secure(undefined, { timeoutMs: 1 }), "error"],
];

function fill(ctx: Ctx, peer: Peer): void {
  peer.pause();
  const piece = Buffer.alloc(8_000_000);
  for (let round = 0; round < 20; round += 1) if (ctx.send(piece) !== "sent") return;
  throw new Error("expected it to be full at last");
}

describe("a connection whose handlers don't run (behaviour 48)", () => {
  it.each(WAYS)("ends by %s", async (_, end, expected) => {
    const { server, peer, ctx, calls } = await open();
    end(ctx, peer);
    expect(await calls.takeMany(2)).toEqual([expected, "terminate"]);
    await server.events.until("net:connection_ended");
    expect((await server.info()).connections).toBe(0);
    peer.resume();
    await peer.gone();
  });

  it("ends when it gives its socket away", async () => {
    const { made, server, ctx } = await open();
    const taker = await owner(made);
    expect(ctx.transfer(taker.ref)).toBe("transferred");
    await server.events.until("net:connection_ended");
    expect((await taker.heard.take()).type).toBe("handed");
  });
});
