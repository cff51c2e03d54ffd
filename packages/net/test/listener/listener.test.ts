import { provide, start } from "@wheelhouse/actors";
import { ListenError, Listener, defineConnection, type ListenerOptions } from "@wheelhouse/net";
import { NetworkPort, type Network } from "@wheelhouse/net/socket";
import { describe, expect, it } from "vitest";
import { FakeNetwork } from "../fake-network.ts";
import { Peer } from "../peer.ts";
import { dial, nextTurn, refusalOf, serve, stopAfterTest, testRuntime } from "../support.ts";

const Echo = defineConnection({
  name: "Echo",
  data: (ctx, line) => void ctx.send(line),
});

const handler = Echo.with();

/** The error at the bottom of a start that fails; nothing is left of it. */
async function failedStart(options: ListenerOptions, made = testRuntime()): Promise<unknown> {
  const { runtime, recorded } = made;
  let error: unknown = await start(Listener, options, { runtime }).then(
    () => new Error("expected the start to fail"),
    (failed: unknown) => failed,
  );
  expect(runtime.processes()).toEqual([]);
  // Of the acceptor, and of the listener above it.
  recorded.expectCrashes(2);
  while (error instanceof Error && !(error instanceof ListenError) && error.cause !== undefined)
    error = error.cause;
  return error;
}

async function expectEcho(peer: Peer): Promise<void> {
  await peer.write("fine\n");
  expect(await peer.readLine()).toBe("fine");
}

describe("the port (behaviours 31, 32)", () => {
  it("can be read, also when any free one was asked for", async () => {
    const server = await serve({ handler });
    expect(server.port).toBeGreaterThan(0);
    expect(await server.info()).toMatchObject({
      status: "listening",
      local: { host: "127.0.0.1", port: server.port },
      connections: 0,
    });
    await expectEcho(await dial(server.port));
  });

  it("in use is one typed error, and nothing is left of the start", async () => {
    const server = await serve({ handler });
    const error = await failedStart({ port: server.port, handler });
    expect(error).toBeInstanceOf(ListenError);
    expect(error).toMatchObject({
      code: "address_in_use",
      endpoint: { host: "127.0.0.1", port: server.port },
      message: `can't listen on 127.0.0.1:${server.port}: another program listens there`,
    });
  });

  it.each([
    ["EACCES", "not_permitted", "this user may not listen there"],
    ["EPERM", "not_permitted", "this user may not listen there"],
    ["EADDRNOTAVAIL", "address_not_available", "this machine has no such address"],
    ["ENOTFOUND", "address_not_available", "no such host"],
    ["EIO", "listen_failed", "the disk is on fire"],
  ])("refused with %s is %s", async (cause, code, why) => {
    const network: Network = {
      listen: (request) =>
        Promise.reject(
          new ListenError(request, Object.assign(new Error("the disk is on fire"), { code: cause })),
        ),
      connect: () => Promise.reject(new Error("unused")),
      readFile: () => {
        throw new Error("unused");
      },
      descriptors: () => undefined,
    };
    const error = await failedStart({ port: 80, handler }, testRuntime([provide(NetworkPort, network)]));
    expect(error).toMatchObject({ code, message: `can't listen on 127.0.0.1:80: ${why}` });
  });

  it("of an address that isn't this machine's is one typed error", async () => {
    const error = await failedStart({ port: 0, host: "192.0.2.1", handler });
    expect(error).toMatchObject({ name: "ListenError", code: "address_not_available" });
  });

  it("can be listened on ten times, one after the other", async () => {
    let port = 0;
    for (let round = 0; round < 10; round += 1) {
      const server = await serve({ port, handler });
      port = server.port;
      const peer = await dial(port);
      await expectEcho(peer);
      await server.app.stop();
      expect(await peer.readAll()).toBe("");
      await expect(Peer.connect(port)).rejects.toMatchObject({ code: "ECONNREFUSED" });
    }
  });
});

describe("options", () => {
  const wrong: readonly (readonly [object, string | RegExp])[] = [
    [{ port: -1 }, "expected port to be a whole number from 0 to 65535, got: -1"],
    [{ port: 65_536 }, "expected port to be a whole number from 0 to 65535, got: 65536"],
    [{ port: 1.5 }, "expected port to be a whole number from 0 to 65535, got: 1.5"],
    [{ port: Number.NaN }, "expected port to be a whole number from 0 to 65535, got: NaN"],
    [{ host: "" }, 'expected host to be a name or an address, got: ""'],
    [{ backlog: 0 }, "expected backlog to be a whole number at least 1, got: 0"],
    [{ packet: "lines" }, expect.stringContaining("expected packet to be")],
    [{ maxConnections: 0 }, "expected maxConnections to be a whole number at least 1, got: 0"],
    [{ maxPacketBytes: -5 }, "expected maxPacketBytes to be a whole number at least 1, got: -5"],
    [
      { maxUnsentBytes: 99, highWatermarkBytes: 100 },
      "expected maxUnsentBytes to be a whole number at least 100, got: 99",
    ],
    [{ maxUnsentBytes: 0.5 }, "expected maxUnsentBytes to be a whole number at least 1, got: 0.5"],
    [{ readTimeoutMs: 0 }, "expected readTimeoutMs to be a positive number of milliseconds, got: 0"],
    [{ drainTimeoutMs: -1 }, "expected drainTimeoutMs to be a number of milliseconds from 0, got: -1"],
    [{ prot: 1 }, 'expected each option to be one that there is, got: "prot" (did you mean port?)'],
    [{ colour: 1 }, expect.stringMatching(/^expected each option to be one of port, .*, got: "colour"$/)],
    [{ path: "/tmp/x" }, 'expected path to be absent where port is given, got: "/tmp/x"'],
    [
      { handler: Echo },
      expect.stringContaining("expected handler to be what a connection's definition gives"),
    ],
    [{ tls: { cert: "", key: "x" } }, "expected tls.cert to be PEM, got: no text"],
    [
      { handshakeTimeoutMs: 0 },
      "expected handshakeTimeoutMs to be a positive number of milliseconds, got: 0",
    ],
    [
      { proxyProtocol: { trusted: ["localhost"] } },
      'expected proxyProtocol.trusted to be addresses or ranges like 10.0.0.0/8, got: "localhost"',
    ],
    [
      { proxyProtocol: { trusted: [] } },
      "expected proxyProtocol.trusted to be a list of addresses or ranges like 10.0.0.0/8, got: []",
    ],
    [{ atMaxConnections: "drop" }, 'expected atMaxConnections to be "refuse" or "wait", got: "drop"'],
    [{ maxWaiting: 0 }, "expected maxWaiting to be a whole number at least 1, got: 0"],
    [{ waitTimeoutMs: -1 }, "expected waitTimeoutMs to be a positive number of milliseconds, got: -1"],
    [
      { maxConnectionsPerAddress: 1.5 },
      "expected maxConnectionsPerAddress to be a whole number at least 1, got: 1.5",
    ],
    [
      { connectionRate: { perSecond: 0, burst: 1 } },
      "expected connectionRate.perSecond to be a positive number, got: 0",
    ],
    [
      { connectionRatePerAddress: { perSecond: 1, burst: 0 } },
      "expected connectionRatePerAddress.burst to be a whole number at least 1, got: 0",
    ],
    [{ reservedDescriptors: -1 }, "expected reservedDescriptors to be a whole number at least 0, got: -1"],
    [
      { alarms: [{ connections: 0, coolDownMs: 1 }] },
      "expected alarms[0].connections to be a whole number at least 1, got: 0",
    ],
    [
      { firstPacketTimeoutMs: "5" },
      'expected firstPacketTimeoutMs to be a positive number of milliseconds, got: "5"',
    ],
    [{ maxLifeMs: 0 }, "expected maxLifeMs to be a positive number of milliseconds, got: 0"],
    [
      { drainStaggerMs: Number.NaN },
      "expected drainStaggerMs to be a number of milliseconds from 0, got: NaN",
    ],
    [{ active: 40_000 }, expect.stringContaining("expected active to be")],
  ];

  it.each(wrong)("%j is refused by name, before anything starts", (option, message) => {
    const options = { port: 0, handler, ...option } as ListenerOptions;
    const wrong = expect.objectContaining({ name: "RangeError", message });
    expect(() => Listener.with(options)).toThrow(wrong);
    expect(() => Listener.child(options)).toThrow(wrong);
  });
});

describe("the limit of connections (behaviour 34)", () => {
  it("refuses one more at once, with an event, until there is room", async () => {
    const server = await serve({ packet: "line", maxConnections: 2, handler });
    const [first, second] = [await dial(server.port), await dial(server.port)];
    await expectEcho(first);
    await expectEcho(second);
    expect(await refusalOf(server.port)).toBe("ECONNRESET");
    expect(await server.events.until("net:connection_refused")).toEqual([
      {
        type: "net:connection_refused",
        listener: { host: "127.0.0.1", port: server.port },
        remote: { host: "127.0.0.1", port: expect.any(Number) },
        why: "max_connections",
      },
    ]);
    expect(await server.info()).toMatchObject({
      connections: 2,
      accepted: 2,
      refused: { max_connections: 1 },
    });
    first.finish();
    await server.events.until("process_ended");
    await expectEcho(await dial(server.port));
    expect(await server.info()).toMatchObject({
      connections: 2,
      accepted: 3,
      refused: { max_connections: 1 },
    });
  });
});

describe("an acceptor that ends (behaviour 39)", () => {
  it("listens again on the same port while live connections go on", async () => {
    const server = await serve({ packet: "line", maxConnections: 2, handler });
    const live = await dial(server.port);
    await expectEcho(live);
    const supervisor = await server.supervisor();
    server.runtime.exit(await server.acceptor(), "kill");
    await server.untilListensAgain();
    await expectEcho(await dial(server.port));
    await expectEcho(live);
    expect(await server.supervisor()).toBe(supervisor);
    expect(await server.info()).toMatchObject({ local: { port: server.port }, connections: 2 });
    // Those from before count against the limit too.
    expect(await refusalOf(server.port)).toBe("ECONNRESET");
  });

  it("learns of the end of connections that it didn't accept itself", async () => {
    const server = await serve({ packet: "line", handler });
    const live = await dial(server.port);
    await expectEcho(live);
    server.runtime.exit(await server.acceptor(), "kill");
    await server.untilListensAgain();
    live.finish();
    await server.events.when(() => server.events.ofType("process_ended").length === 2);
    expect(await server.info()).toMatchObject({ connections: 0 });
  });

  it("listens again after the listening socket broke", async () => {
    const network = new FakeNetwork();
    const server = await serve({ handler }, testRuntime([provide(NetworkPort, network)]));
    server.events.expectCrashes(1);
    network.requests.at(-1)?.failed(new Error("the card was pulled"));
    await server.untilListensAgain();
    expect((await server.info()).local.port).toBe(server.port);
    expect(network.requests).toHaveLength(2);
  });

  it("leaves no connection behind that nobody had taken yet", async () => {
    const network = new FakeNetwork();
    const server = await serve({ handler }, testRuntime([provide(NetworkPort, network)]));
    const acceptor = await server.acceptor();
    // Its turn comes for this first, and then for those.
    const info = server.info();
    const untaken = [network.dial(), network.dial()];
    server.runtime.exit(acceptor, "kill");
    await expect(info).rejects.toThrow("killed");
    expect(untaken.map((stream) => stream.destroyed)).toEqual([true, true]);
    await server.untilListensAgain();
    const next = network.dial();
    for (let turn = 0; turn < 10; turn += 1) await nextTurn();
    next.arrive("fine");
    for (let turn = 0; turn < 10; turn += 1) await nextTurn();
    expect(next.writes).toEqual(["fine"]);
  });
});

describe("a listener", () => {
  it("starts by itself, and two live side by side", async () => {
    const { runtime } = testRuntime();
    const first = stopAfterTest(await start(Listener, { port: 0, handler }, { runtime }));
    const second = stopAfterTest(await start(Listener, { port: 0, handler }, { runtime }));
    expect(await first.call(first.ref, "whichChildren")).toHaveLength(2);
    await second.stop();
    expect(await first.call(first.ref, "whichChildren")).toHaveLength(2);
  });
});
