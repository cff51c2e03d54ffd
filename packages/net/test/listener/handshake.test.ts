/** What comes before a connection's own packets: encryption, and a proxy's header. */

import { defineConnection } from "@wheelhouse/net";
import { describe, expect, it } from "vitest";
import { authority, localhost, other } from "../certificates.ts";
import { Inbox, TestListener, dial, serve, type TestServer } from "../support.ts";

const CLIENT = { ca: authority, servername: "localhost" };
const TRUSTING = { proxyProtocol: { trusted: ["127.0.0.0/8"] } } as const;

/** Tells what it was called with. */
function recorder(calls: Inbox<string>) {
  return defineConnection({
    name: "Recorder",
    init: () => calls.put("init"),
    connected: ({ tls, proxied }) =>
      calls.put(`connected ${tls?.version ?? "plain"} ${proxied?.source?.host ?? "direct"}`),
    data(ctx, line) {
      calls.put(line.toString().trim());
      ctx.send(line);
    },
    closed: (_, by) => calls.put(`closed ${by}`),
    error: (_, error) => calls.put(`error ${error.name}`),
    terminate: () => calls.put("terminate"),
  });
}

/** Each connection began and ended once, and the listener has no more of it. */
async function expectAllOver(server: TestServer, count: number): Promise<void> {
  await server.events.until("net:connection_ended", count);
  expect(server.events.ofType("net:connection_started")).toHaveLength(count);
  expect(server.events.ofType("net:connection_ended")).toHaveLength(count);
  expect(await server.info()).toMatchObject({ connections: 0, accepted: count, ended: count });
}

describe("encryption", () => {
  it("51: is there before `connected`, with what was agreed on and the identity that was asked for", async () => {
    const calls = new Inbox<string>();
    const server = await serve({
      packet: "line",
      handler: recorder(calls).with(),
      tls: { ...localhost, servers: { "other.example": other } },
    });
    const peer = await dial(server.port);
    await peer.secure(CLIENT);
    await peer.write("hello\n");
    expect(await peer.readLine()).toBe("hello");
    expect(await calls.takeMany(3)).toEqual(["init", "connected TLSv1.3 direct", "hello"]);
    const second = await dial(server.port);
    const socket = await second.secure({ ca: authority, servername: "other.example" });
    expect(socket.getPeerCertificate().subjectaltname).toContain("other.example");
    second.finish();
    peer.finish();
    await expectAllOver(server, 2);
  });

  it("58: that fails ends the connection with its events, and frees its place", async () => {
    const calls = new Inbox<string>();
    const server = await serve({ handler: recorder(calls).with(), tls: localhost, maxConnections: 1 });
    const peer = await dial(server.port);
    await peer.write("GET / HTTP/1.1\r\n\r\n");
    await peer.gone();
    expect(await server.events.until("net:handshake_failed")).toMatchObject([{ step: "tls" }]);
    expect(await calls.takeMany(2)).toEqual(["init", "terminate"]);
    await expectAllOver(server, 1);
    const next = await dial(server.port);
    await next.secure(CLIENT);
    next.finish();
    await expectAllOver(server, 2);
    expect(calls.items.filter((call) => call.startsWith("error"))).toEqual([]);
  });

  it("51: that takes too long frees the place", async () => {
    const server = await serve({
      handler: recorder(new Inbox()).with(),
      tls: localhost,
      handshakeTimeoutMs: 20,
    });
    const silent = await dial(server.port);
    await silent.gone();
    expect(await server.events.until("net:handshake_failed")).toMatchObject([
      { step: "tls", why: "timeout" },
    ]);
    await expectAllOver(server, 1);
  });

  it("41: that isn't done is no reason to wait when the listener drains", async () => {
    const server = await serve({
      handler: recorder(new Inbox()).with(),
      tls: localhost,
      handshakeTimeoutMs: 1_000_000,
      drainTimeoutMs: 1_000_000,
    });
    const silent = await dial(server.port);
    await server.events.until("net:connection_started");
    await server.app.stop();
    await silent.gone();
    expect(server.events.ofType("net:drained")).toMatchObject([{ connections: 1, cut: 0 }]);
  });

  it("51: may come in mid-stream, and what was sent in plain with the request is never data", async () => {
    const Upgrading = defineConnection({
      name: "Upgrading",
      async data(ctx, line) {
        if (line.toString() !== "STARTTLS\n") return void ctx.send(`${ctx.tls?.version}: ${line.toString()}`);
        ctx.send("go ahead\n");
        await ctx.secure({ role: "server", ...localhost });
      },
    });
    const server = await serve({ packet: "line", handler: Upgrading.with() });
    const peer = await dial(server.port);
    await peer.write("STARTTLS\n");
    expect(await peer.readLine()).toBe("go ahead");
    await peer.secure(CLIENT);
    await peer.write("hello\n");
    expect(await peer.readLine()).toBe("TLSv1.3: hello");
    const attacker = await dial(server.port);
    await attacker.write("STARTTLS\nforged\n");
    expect(await attacker.readLine()).toBe("go ahead");
    await attacker.gone();
    expect(await server.events.until("net:handshake_failed")).toMatchObject([{ step: "tls" }]);
  });
});

describe("a proxy's header", () => {
  const V1 = "PROXY TCP4 192.0.2.1 198.51.100.2 12345 443\r\n";
  const V2 = Buffer.from("0d0a0d0a000d0a515549540a2111000cc0000202c6336402303901bb", "hex");

  it("40: of a trusted address tells who connects, whatever the packets are", async () => {
    const calls = new Inbox<string>();
    const server = await serve({ packet: "line", handler: recorder(calls).with(), ...TRUSTING });
    const first = await dial(server.port);
    await first.write(`${V1}hello\nagain\n`);
    expect([await first.readLine(), await first.readLine()]).toEqual(["hello", "again"]);
    expect(await calls.takeMany(4)).toEqual(["init", "connected plain 192.0.2.1", "hello", "again"]);
    const second = await dial(server.port);
    await second.write(Buffer.concat([V2, Buffer.from("hello\n")]));
    expect(await second.readLine()).toBe("hello");
    expect(await calls.takeMany(3)).toEqual(["init", "connected plain 192.0.2.2", "hello"]);
  });

  it("40: may come byte by byte, before the encryption", async () => {
    const calls = new Inbox<string>();
    const server = await serve({
      packet: 2,
      handler: recorder(calls).with(),
      tls: localhost,
      ...TRUSTING,
    });
    const peer = await dial(server.port);
    for (const byte of V2) await peer.write(Buffer.from([byte]));
    await peer.secure(CLIENT);
    await peer.write(Buffer.from("\0\x02hi"));
    expect((await peer.readBytes(4)).toString()).toBe("\0\x02hi");
    expect(await calls.takeMany(3)).toEqual(["init", "connected TLSv1.3 192.0.2.2", "hi"]);
  });

  it("40: of anybody else is data like any other, and proves nothing", async () => {
    const calls = new Inbox<string>();
    const server = await serve({
      packet: "line",
      handler: recorder(calls).with(),
      proxyProtocol: { trusted: ["192.0.2.0/24"] },
    });
    const peer = await dial(server.port);
    await peer.write(V1);
    expect(await calls.takeMany(3)).toEqual(["init", "connected plain direct", V1.trim()]);
  });

  it.each([
    ["something else", "hello, I am no proxy\n", "neither of the two beginnings"],
    ["a header that is too long", `PROXY UNKNOWN ${"x".repeat(200)}`, "overlong"],
    ["a wrong version", Buffer.from(V2).fill(0x31, 12, 13), "an unknown version"],
  ])("40: %s from a trusted address ends the connection, with its events", async (_, bytes, why) => {
    const calls = new Inbox<string>();
    const server = await serve({ handler: recorder(calls).with(), ...TRUSTING });
    const peer = await dial(server.port);
    await peer.write(bytes);
    await peer.gone();
    expect(await server.events.until("net:handshake_failed")).toMatchObject([
      { step: "proxy_header", why: expect.stringContaining(why) },
    ]);
    expect(await calls.takeMany(2)).toEqual(["init", "terminate"]);
    await expectAllOver(server, 1);
  });

  it("40: that doesn't come in time ends the connection", async () => {
    const server = await serve({
      handler: recorder(new Inbox()).with(),
      ...TRUSTING,
      handshakeTimeoutMs: 20,
    });
    const silent = await dial(server.port);
    await silent.gone();
    expect(await server.events.until("net:handshake_failed")).toMatchObject([
      { step: "proxy_header", why: "timeout" },
    ]);
    await expectAllOver(server, 1);
  });

  it("40: has limits count whom the proxy speaks for, not the proxy", async () => {
    const server = await serve({
      packet: "line",
      handler: recorder(new Inbox()).with(),
      ...TRUSTING,
      maxConnectionsPerAddress: 1,
    });
    const [first, second, third] = [
      await dial(server.port),
      await dial(server.port),
      await dial(server.port),
    ];
    await first.write(`${V1}hello\n`);
    expect(await first.readLine()).toBe("hello");
    await second.write(Buffer.concat([V2, Buffer.from("hello\n")]));
    expect(await second.readLine()).toBe("hello");
    await third.write(`${V1}hello\n`);
    await third.gone();
    expect(await server.events.until("net:handshake_failed")).toMatchObject([
      { why: "max_connections_per_address" },
    ]);
    const listed = await server.app.call(TestListener, "connections");
    expect(listed.map(({ address }) => address)).toEqual(["192.0.2.1", "192.0.2.2"]);
  });
});
