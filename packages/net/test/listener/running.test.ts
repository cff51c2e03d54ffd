/** A listener while it runs: suspended and resumed, changed, asked, limited. */

import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { provide } from "@wheelhouse/actors";
import {
  ListenError,
  defineConnection,
  isNetEvent,
  type ConnectionContext,
  type ListenerChanges,
} from "@wheelhouse/net";
import { NetworkPort, type Descriptors, type Network } from "@wheelhouse/net/socket";
import { afterEach, describe, expect, it } from "vitest";
import { nodeNetwork } from "../../src/network/node-network.ts";
import { FakeNetwork } from "../fake-network.ts";
import { Peer } from "../peer.ts";
import { TestListener, dial, refusalOf, serve, testRuntime, type TestServer } from "../support.ts";

interface CountProtocol {
  casts: { uncount(): void };
}

const Echo = defineConnection<CountProtocol>({
  name: "Echo",
  data: (ctx, line) => void ctx.send(line),
  casts: {
    uncount(ctx) {
      ctx.uncount();
      ctx.uncount();
    },
  },
});

const LINES = { packet: "line", handler: Echo.with() } as const;

const folders: string[] = [];
afterEach(async () => {
  for (const folder of folders.splice(0)) await rm(folder, { recursive: true });
});

async function folder(): Promise<string> {
  const made = await mkdtemp(join(tmpdir(), "wheelhouse-net-"));
  folders.push(made);
  return made;
}

async function expectEcho(peer: Peer, text = "fine"): Promise<void> {
  await peer.write(`${text}\n`);
  expect(await peer.readLine()).toBe(text);
}

async function dialAndEcho(server: TestServer): Promise<Peer> {
  const peer = await dial(server.port);
  await expectEcho(peer);
  return peer;
}

const change = (server: TestServer, changes: ListenerChanges) =>
  server.app.call(TestListener, "setOptions", changes);

/** Resolves when so many connections have ended. */
async function untilEnded(server: TestServer, count: number): Promise<void> {
  await server.events.until("net:connection_ended", count);
}

describe("the place", () => {
  it("31: may be a Unix socket, whose file goes with it", async () => {
    const where = await folder();
    const path = join(where, "echo.sock");
    const server = await serve({ ...LINES, path });
    expect((await server.info()).local).toEqual({ host: "", port: 0, path });
    await expectEcho(await dial(path));
    await server.app.stop();
    expect(await readdir(where)).toEqual([]);
  });

  it("31: of a Unix socket may be so long, and no longer", async () => {
    const listening = nodeNetwork.listen({
      host: "",
      port: 0,
      path: `/tmp/${"x".repeat(200)}`,
      backlog: 1,
      keepAliveMs: Infinity,
      noDelay: true,
      reusePort: false,
      connection() {},
      failed() {},
    });
    await expect(listening).rejects.toThrow("a path may have at most 107 bytes");
  });

  it("31: of a Unix socket that is taken, or in no folder, is one typed error", async () => {
    const where = await folder();
    const path = join(where, "echo.sock");
    const first = await serve({ ...LINES, path });
    const again = testRuntime();
    await expect(serve({ ...LINES, path }, again)).rejects.toThrow("didn't start");
    expect(again.runtime.processes()).toEqual([]);
    again.recorded.expectCrashes(3);
    await expectEcho(await dial(path));
    await first.app.stop();
  });
});

describe("a suspended listener", () => {
  it("32: refuses who connects, lets live connections go on, and resumes on the same port; both twice", async () => {
    const server = await serve(LINES);
    const live = await dialAndEcho(server);
    for (let round = 0; round < 2; round += 1) {
      expect(await server.app.call(TestListener, "suspend")).toBe("suspended");
      expect(await server.app.call(TestListener, "suspend")).toBe("suspended");
      await expect(Peer.connect(server.port)).rejects.toMatchObject({ code: "ECONNREFUSED" });
      await expectEcho(live);
      expect(await server.info()).toMatchObject({
        status: "suspended",
        local: { port: server.port },
        connections: round + 1,
      });
      expect(await server.app.call(TestListener, "resume")).toBe("listening");
      expect(await server.app.call(TestListener, "resume")).toBe("listening");
      await dialAndEcho(server);
    }
    const told = server.events.events.filter(isNetEvent).map(({ type }) => type);
    expect(told.filter((type) => type === "net:suspended" || type === "net:resumed")).toEqual([
      "net:suspended",
      "net:resumed",
      "net:suspended",
      "net:resumed",
    ]);
  });

  it("32: says so when it can't resume, and stays suspended until it can", async () => {
    const server = await serve(LINES);
    await server.app.call(TestListener, "suspend");
    const thief = await serve({ ...LINES, port: server.port }, testRuntime());
    const refused = await server.app.call(TestListener, "resume");
    expect(refused).toBeInstanceOf(ListenError);
    expect(refused).toMatchObject({ code: "address_in_use" });
    expect((await server.info()).status).toBe("suspended");
    await thief.app.stop();
    expect(await server.app.call(TestListener, "resume")).toBe("listening");
    await dialAndEcho(server);
  });

  it("39: stays suspended when its acceptor is restarted", async () => {
    const server = await serve(LINES);
    await server.app.call(TestListener, "suspend");
    server.runtime.exit(await server.acceptor(), "kill");
    await server.untilListensAgain();
    expect((await server.info()).status).toBe("suspended");
    await expect(Peer.connect(server.port)).rejects.toMatchObject({ code: "ECONNREFUSED" });
    expect(await server.app.call(TestListener, "resume")).toBe("listening");
    await dialAndEcho(server);
  });
});

describe("changed options", () => {
  it("33: of the handler and its socket count for new connections", async () => {
    const server = await serve(LINES);
    const old = await dialAndEcho(server);
    const Loud = defineConnection({
      name: "Loud",
      data: (ctx, packet) => void ctx.send(packet.toString().toUpperCase()),
    });
    expect(await change(server, { handler: Loud.with(), packet: "raw" })).toBe("changed");
    const young = await dial(server.port);
    await young.write("loud");
    expect((await young.readBytes(4)).toString()).toBe("LOUD");
    await expectEcho(old);
  });

  it("33: of what a port gives its connections count for new ones, before and after the port is another", async () => {
    const network = new FakeNetwork();
    const server = await serve(
      { ...LINES, keepAliveMs: 1_000 },
      testRuntime([provide(NetworkPort, network)]),
    );
    const told = async () => {
      const stream = network.dial();
      await server.events.until(
        "net:connection_started",
        server.events.ofType("net:connection_ended").length + 1,
      );
      const [{ noDelay, keepAliveMs } = {}] = stream.options;
      stream.destroy();
      await server.events.until(
        "net:connection_ended",
        server.events.ofType("net:connection_started").length,
      );
      return [noDelay, keepAliveMs];
    };
    expect(await told()).toEqual([undefined, undefined]);
    await change(server, { noDelay: false });
    expect(await told()).toEqual([false, undefined]);
    await change(server, { noDelay: undefined, keepAliveMs: undefined });
    expect(await told()).toEqual([true, Infinity]);
    await server.app.call(TestListener, "suspend");
    await server.app.call(TestListener, "resume");
    expect(network.requests.at(-1)).toMatchObject({ noDelay: true, keepAliveMs: Infinity });
    expect(await told()).toEqual([true, Infinity]);
  });

  it("33: of the place hold on resume", async () => {
    const server = await serve(LINES);
    const path = join(await folder(), "moved.sock");
    await change(server, { path });
    await dialAndEcho(server);
    await server.app.call(TestListener, "suspend");
    expect(await server.app.call(TestListener, "resume")).toBe("listening");
    await expect(Peer.connect(server.port)).rejects.toMatchObject({ code: "ECONNREFUSED" });
    await expectEcho(await dial(path));
  });

  it("33: that are wrong are the caller's error, and change nothing", async () => {
    const server = await serve(LINES);
    await expect(change(server, { maxConnections: 5, readTimeoutMs: -1 })).rejects.toThrow(
      new RangeError("expected readTimeoutMs to be a positive number of milliseconds, got: -1"),
    );
    expect((await server.info()).options).not.toHaveProperty("maxConnections");
    await dialAndEcho(server);
  });

  it("33: and counters survive a crash of the acceptor", async () => {
    const server = await serve(LINES);
    const live = await dialAndEcho(server);
    await change(server, { maxConnections: 1 });
    expect(await refusalOf(server.port)).toBe("ECONNRESET");
    server.runtime.exit(await server.acceptor(), "kill");
    await server.untilListensAgain();
    expect(await refusalOf(server.port)).toBe("ECONNRESET");
    await expectEcho(live);
    expect(await server.info()).toMatchObject({
      options: { maxConnections: 1 },
      connections: 1,
      accepted: 1,
      refused: { max_connections: 2 },
    });
  });
});

describe("limits", () => {
  it("34: have the next one wait, with its early bytes, until one ends", async () => {
    const server = await serve({ ...LINES, maxConnections: 10, atMaxConnections: "wait" });
    const peers = [];
    for (let index = 0; index < 10; index += 1) peers.push(await dialAndEcho(server));
    const eleventh = await dial(server.port);
    await eleventh.write("early\n");
    expect(await server.events.until("net:connection_waiting")).toMatchObject([{ waiting: 1 }]);
    expect(await server.info()).toMatchObject({ connections: 10, waiting: 1 });
    peers[3]?.finish();
    expect(await eleventh.readLine()).toBe("early");
    expect(await server.info()).toMatchObject({ connections: 10, waiting: 0, accepted: 11 });
  });

  it("34: end a wait, with an event", async () => {
    const server = await serve({ ...LINES, maxConnections: 1, atMaxConnections: "wait", waitTimeoutMs: 20 });
    await dialAndEcho(server);
    expect(await refusalOf(server.port)).toBe("ECONNRESET");
    expect(await server.events.until("net:connection_refused")).toMatchObject([{ why: "wait_timeout" }]);
    expect(await server.info()).toMatchObject({ waiting: 0, refused: { wait_timeout: 1 } });
  });

  it("34: let in who waits when they are raised, in turn, and end nobody when they are lowered", async () => {
    const server = await serve({ ...LINES, maxConnections: 1, atMaxConnections: "wait" });
    const first = await dialAndEcho(server);
    const [second, third] = [await dial(server.port), await dial(server.port)];
    await server.events.until("net:connection_waiting", 2);
    await change(server, { maxConnections: 2 });
    await expectEcho(second);
    expect(await server.info()).toMatchObject({ connections: 2, waiting: 1 });
    await change(server, { maxConnections: 1 });
    await expectEcho(first);
    await expectEcho(second);
    first.finish();
    await untilEnded(server, 1);
    expect(await server.info()).toMatchObject({ connections: 1, waiting: 1 });
    second.finish();
    await expectEcho(third);
  });

  it("34: refuse the waiting when the listener ends", async () => {
    const server = await serve({ ...LINES, maxConnections: 1, atMaxConnections: "wait" });
    await dialAndEcho(server);
    const waiting = await dial(server.port);
    await server.events.until("net:connection_waiting");
    await server.app.stop();
    expect(await waiting.closed()).toBe("ECONNRESET");
    expect(server.events.ofType("net:connection_refused")).toMatchObject([{ why: "draining" }]);
  });

  it("34: count each address beside the whole, and rates", async () => {
    const server = await serve({ ...LINES, maxConnectionsPerAddress: 1 });
    const first = await dialAndEcho(server);
    expect(await refusalOf(server.port)).toBe("ECONNRESET");
    first.finish();
    await untilEnded(server, 1);
    await dialAndEcho(server);
    await change(server, {
      maxConnectionsPerAddress: undefined,
      connectionRate: { perSecond: 0.001, burst: 1 },
    });
    await dialAndEcho(server);
    expect(await refusalOf(server.port)).toBe("ECONNRESET");
    await change(server, {
      connectionRate: undefined,
      connectionRatePerAddress: { perSecond: 0.001, burst: 2 },
    });
    await dialAndEcho(server);
    await dialAndEcho(server);
    expect(await refusalOf(server.port)).toBe("ECONNRESET");
    expect((await server.info()).refused).toEqual({
      max_connections_per_address: 1,
      connection_rate: 1,
      connection_rate_per_address: 1,
    });
  });

  it("35: don't count whom has asked not to be, once, and all adds up", async () => {
    const server = await serve({ ...LINES, maxConnections: 1, atMaxConnections: "wait" });
    await dialAndEcho(server);
    const second = await dial(server.port);
    await server.events.until("net:connection_waiting");
    const [ref] = await server.connections();
    server.runtime.cast(ref as ConnectionContext<CountProtocol>["self"], "uncount");
    await expectEcho(second);
    expect(await server.info()).toMatchObject({ connections: 2, uncounted: 1, accepted: 2, ended: 0 });
    const listed = await server.app.call(TestListener, "connections");
    expect(listed.map(({ counted }) => counted)).toEqual([false, true]);
    second.finish();
    await untilEnded(server, 1);
    expect(await server.info()).toMatchObject({ connections: 1, uncounted: 1, accepted: 2, ended: 1 });
    await dialAndEcho(server);
    await server.app.stop();
    expect(server.events.ofType("net:connection_started")).toHaveLength(3);
    expect(server.events.ofType("net:connection_ended")).toHaveLength(3);
  });

  it("35: tell an alarm at the threshold, and not again while it cools down", async () => {
    const server = await serve({ ...LINES, alarms: [{ connections: 2, coolDownMs: 1_000_000 }] });
    await dialAndEcho(server);
    expect(server.events.ofType("net:alarm")).toEqual([]);
    await dialAndEcho(server);
    await dialAndEcho(server);
    expect(server.events.ofType("net:alarm")).toMatchObject([{ threshold: 2, connections: 2 }]);
  });

  it("36: refuse with an event while few file descriptors are free, and accept again when there is room", async () => {
    let open = 50;
    const network: Network = {
      listen: (request) => nodeNetwork.listen(request),
      connect: (to, timeoutMs) => nodeNetwork.connect(to, timeoutMs),
      readFile: (...file) => nodeNetwork.readFile(...file),
      descriptors: (): Descriptors => ({ open, limit: 100 }),
    };
    const server = await serve(
      { ...LINES, reservedDescriptors: 40 },
      testRuntime([provide(NetworkPort, network)]),
    );
    const live = await dialAndEcho(server);
    open = 90;
    // A change has it look anew.
    await change(server, { reservedDescriptors: 30 });
    expect(await refusalOf(server.port)).toBe("ECONNRESET");
    expect(await server.events.until("net:connection_refused")).toMatchObject([{ why: "descriptors" }]);
    await expectEcho(live);
    open = 20;
    await change(server, { reservedDescriptors: 31 });
    await dialAndEcho(server);
  });

  it("36: know of the machine's descriptors", () => {
    const seen = nodeNetwork.descriptors();
    if (seen === undefined) return;
    expect(seen.open).toBeGreaterThan(2);
    expect(seen.limit).toBeGreaterThan(seen.open);
  });
});
