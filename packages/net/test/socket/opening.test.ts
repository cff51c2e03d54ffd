import { existsSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { ConnectError, accept, adopt, connect, listen, type Stream } from "@wheelhouse/net/socket";
import { describe, expect, it } from "vitest";
import { Peer } from "../peer.ts";
import { dial, nextTurn, owner, peerAfterTest, refusalOf, testRuntime } from "../support.ts";
import { acceptOne, hear, socketPath, tcp, unix } from "./pairs.ts";

describe("listening", () => {
  it("31: tells which port it got for 0, and both ends of a connection", async () => {
    const { listening, socket, peer } = await tcp.pair();
    expect(listening.local.host).toBe("127.0.0.1");
    expect(listening.local.port).toBeGreaterThan(0);
    expect(socket.local).toEqual(listening.local);
    expect(socket.remote).toEqual({ host: "127.0.0.1", port: peer.localPort });
  });

  it("31: at the path of a Unix socket, whose file goes with it", async () => {
    const { server, listening, socket, peer } = await unix.pair({ packet: "line" });
    const { path = "" } = listening.local;
    expect(listening.local).toEqual({ host: "", port: 0, path });
    expect([socket.local, socket.remote]).toEqual([listening.local, { host: "", port: 0, path: "" }]);
    expect(existsSync(path)).toBe(true);
    await peer.write("hello\n");
    expect(await hear({ server })).toBe("hello\n");
    await server.run(() => listening.close());
    expect(existsSync(path)).toBe(false);
    await expect(dial(path)).rejects.toMatchObject({ code: "ENOENT" });
  });

  it("31: has a typed error for an address in use, one that isn't there, and a path in use", async () => {
    const server = await owner();
    const { local } = await server.run((ctx) => listen(ctx, { port: 0 }));
    await expect(server.run((ctx) => listen(ctx, { port: local.port }))).rejects.toMatchObject({
      name: "ListenError",
      code: "address_in_use",
      endpoint: local,
      message: `can't listen on 127.0.0.1:${local.port}: another program listens there`,
    });
    const at = (options: Parameters<typeof listen>[1]) => server.run((ctx) => listen(ctx, options));
    await expect(at({ port: 0, host: "192.0.2.1" })).rejects.toMatchObject({ code: "address_not_available" });
    const path = socketPath();
    await expect(at({ path: `${path}/missing/socket` })).rejects.toMatchObject({
      code: "not_permitted",
      message: `can't listen on ${path}/missing/socket: there is no such folder, or this user may not listen there`,
    });
    await at({ path });
    await expect(at({ path })).rejects.toMatchObject({ code: "address_in_use", endpoint: { path } });
    const file = socketPath();
    writeFileSync(file, "not a socket");
    await expect(at({ path: file })).rejects.toMatchObject({ code: "address_in_use" });
  });

  it("32: its port is free again when close resolves, ten times", async () => {
    const server = await owner();
    let port = 0;
    for (let round = 0; round < 10; round += 1) {
      const listening = await server.run((ctx) => listen(ctx, { port }));
      ({ port } = listening.local);
      await dial(port);
      await server.run(() => listening.close());
    }
  });

  it("31: several may listen at one port with reusePort", async ({ skip }) => {
    const server = await owner();
    const first = await server.run((ctx) => listen(ctx, { port: 0, reusePort: true }));
    const { port } = first.local;
    if (Number(process.versions.node.split(".")[0]) < 24) skip("Node.js has it from 23.1 on");
    const second = await server.run((ctx) => listen(ctx, { port, reusePort: true }));
    await server.run(() => first.close());
    const peer = await dial(port);
    const socket = await acceptOne(server, second);
    expect(socket.remote.port).toBe(peer.localPort);
  });

  it("stops when its owner ends", async () => {
    const made = testRuntime();
    const server = await owner(made);
    const listening = await server.run((ctx) => listen(ctx, { port: 0 }));
    made.runtime.exit(server.ref, "kill");
    await expect(Peer.connect(listening.local.port)).rejects.toMatchObject({ code: "ECONNREFUSED" });
  });
});

describe("accepting", () => {
  it("takes whoever came before it was asked, in order", async () => {
    const server = await owner();
    const listening = await server.run((ctx) => listen(ctx, { port: 0 }));
    const first = await dial(listening.local.port);
    const second = await dial(listening.local.port);
    expect((await acceptOne(server, listening)).remote.port).toBe(first.localPort);
    expect((await acceptOne(server, listening)).remote.port).toBe(second.localPort);
  });

  it("answers closed to who waits for a connection, and to who asks after the end", async () => {
    const server = await owner();
    const other = await owner();
    const listening = await server.run((ctx) => listen(ctx, { port: 0 }));
    const waiting = other.run((ctx) => accept(ctx, listening));
    await server.run(() => listening.close());
    expect(await waiting).toBe("closed");
    expect(await server.run((ctx) => accept(ctx, listening))).toBe("closed");
  });

  it("answers timeout to who has waited long enough, and gives the next connection to somebody else", async () => {
    const server = await owner();
    const listening = await server.run((ctx) => listen(ctx, { port: 0 }));
    expect(await server.run((ctx) => accept(ctx, listening, {}, 1))).toBe("timeout");
    const peer = await dial(listening.local.port);
    expect((await acceptOne(server, listening)).remote.port).toBe(peer.localPort);
  });

  it("refuses who was not accepted when it closes, and leaves the others alone", async () => {
    const { server, listening, socket, peer } = await tcp.pair();
    const unaccepted = await dial(listening.local.port);
    await nextTurn();
    await server.run(() => listening.close());
    expect(await unaccepted.closed()).toBe("ECONNRESET");
    expect(await server.run((ctx) => accept(ctx, listening))).toBe("closed");
    await server.run(() => socket.send("still here\n"));
    expect(await peer.readLine()).toBe("still here");
  });

  it("keeps no more than the backlog for later", async () => {
    const server = await owner();
    const listening = await server.run((ctx) => listen(ctx, { port: 0, backlog: 1 }));
    const kept = await dial(listening.local.port);
    expect(await refusalOf(listening.local.port)).toBe("ECONNRESET");
    expect((await acceptOne(server, listening)).remote.port).toBe(kept.localPort);
  });

  it("hands out streams as messages when it is active; whoever adopts one owns it", async () => {
    const server = await owner();
    const listening = await server.run((ctx) => listen(ctx, { port: 0 }, { active: true }));
    const peer = await dial(listening.local.port);
    const message = await server.connections.take();
    if (message.type !== "connection") throw new Error(`expected a connection, got: ${message.type}`);
    await server.run((ctx) => adopt(ctx, message.stream, {}));
    await server.run(() => listening.close());
    await peer.write("hello");
    expect(await hear({ server })).toBe("hello");
  });
});

describe.each([tcp, unix])("an active listening socket over $name", (transport) => {
  /** One that keeps no more than `backlog`, and what it hands out next. */
  async function listenActively(backlog: number) {
    const server = await owner();
    const place = transport.at();
    const listening = await server.run((ctx) => listen(ctx, { ...place, backlog }, { active: true }));
    const next = async (): Promise<Stream> => {
      const message = await server.connections.take();
      if (message.type !== "connection") throw new Error(`expected a connection, got: ${message.type}`);
      return message.stream;
    };
    return { server, next, to: listening.local.path ?? listening.local.port };
  }

  it("has room again for each stream that was refused, however many were", async () => {
    const { server, next, to } = await listenActively(2);
    for (let round = 0; round < 10; round += 1) {
      const refused = await dial(to);
      (await next()).destroy();
      await refused.gone();
    }
    const peers = [await dial(to), await dial(to)];
    for (const peer of peers) {
      const stream = await next();
      await server.run((ctx) => adopt(ctx, stream, {}).send("welcome\n"));
      expect(await peer.readLine()).toBe("welcome");
    }
  });

  it("keeps the place of one that nobody has decided on", async () => {
    const { next, to } = await listenActively(1);
    await dial(to);
    const undecided = await next();
    await refusalOf(to);
    undecided.destroy();
  });
});

describe("connecting", () => {
  it("owns the connection it made, over TCP and over a Unix socket", async () => {
    const client = await owner();
    for (const at of [{ port: 0 }, { path: socketPath() }]) {
      const server = await owner();
      const listening = await server.run((ctx) => listen(ctx, at));
      const socket = await client.run((ctx) => connect(ctx, listening.local));
      expect(socket.remote).toEqual(listening.local);
      const accepted = await acceptOne(server, listening);
      await server.run(() => accepted.send("welcome"));
      expect(await hear({ server: client })).toBe("welcome");
      await server.run(() => accepted.close());
      expect(await hear({ server: client })).toBe("<closed>");
      await client.run(() => socket.close());
    }
  });

  it("hears a peer that closes at once", async () => {
    const client = await owner();
    const listener = createServer((plain) => peerAfterTest(new Peer(plain)).finish());
    await new Promise<void>((resolve) => {
      listener.listen(0, "127.0.0.1", resolve);
    });
    const { port } = listener.address() as { port: number };
    await client.run((ctx) => connect(ctx, { host: "127.0.0.1", port }));
    expect(await hear({ server: client })).toBe("<closed>");
    listener.close();
  });

  it("has a typed error when nobody answers", async () => {
    const client = await owner();
    const listening = await client.run((ctx) => listen(ctx, { port: 0 }));
    await client.run(() => listening.close());
    const to = (endpoint: Parameters<typeof connect>[1]) => client.run((ctx) => connect(ctx, endpoint));
    await expect(to(listening.local)).rejects.toBeInstanceOf(ConnectError);
    await expect(to(listening.local)).rejects.toMatchObject({ code: "refused", endpoint: listening.local });
    const path = socketPath();
    await expect(to({ host: "", port: 0, path })).rejects.toMatchObject({
      code: "refused",
      message: `can't connect to ${path}: nobody listens there`,
    });
    await expect(to({ host: "nowhere.invalid", port: 1 })).rejects.toMatchObject({ code: "not_found" });
  });
});
