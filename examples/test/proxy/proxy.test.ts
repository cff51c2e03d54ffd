import type { SimulatedNetworkOptions, SimulatedPeer } from "@wheelhouse/net/simulation";
import { describe, expect, test } from "vitest";

import { ProxyApp } from "../../src/proxy/proxy.ts";
import { Client, launchServer, run } from "../serving.ts";
import { WHERE, simulate, type Simulated } from "../simulated.ts";

const TO = { host: "server.example", port: 9000 };
const PATTERN = Buffer.from(Array.from({ length: 150_000 }, (_, index) => (index * 7) % 251));

const WEATHERS: readonly (readonly [string, SimulatedNetworkOptions])[] = [
  ["calm", {}],
  ["splits of three bytes", { splitBytes: 3 }],
  ["random splits and delays", { splitBytes: "random", delayMs: [0, 20] }],
];

/** A proxy, and the servers that it has connected to. */
async function proxy(network: SimulatedNetworkOptions = {}) {
  const simulated = await simulate(ProxyApp, { ...WHERE, to: TO }, network);
  const servers: SimulatedPeer[] = [];
  simulated.network.answer(TO, (peer) => servers.push(peer));
  return { simulated, servers };
}

/** Both ends of a forwarded connection. */
async function pair({ simulated, servers }: { simulated: Simulated; servers: SimulatedPeer[] }) {
  const client = simulated.dial();
  await simulated.pass();
  return { client, server: servers.at(-1) as SimulatedPeer };
}

describe.each(WEATHERS)("a proxy in this weather: %s", (_, network) => {
  test("carries bytes both ways, as they are", async () => {
    const place = await proxy(network);
    const { client, server } = await pair(place);
    client.send(PATTERN);
    server.send("hello");
    await place.simulated.pass(10_000);
    expect(server.take().equals(PATTERN)).toBe(true);
    expect(client.takeText()).toBe("hello");
  });

  test.each([["client"], ["server"]] as const)("forwards the %s's FIN after all it sent", async (first) => {
    const place = await proxy(network);
    const ends = await pair(place);
    const [one, other] = first === "client" ? [ends.client, ends.server] : [ends.server, ends.client];
    other.stayHalfOpen();
    one.send(PATTERN);
    one.end();
    await place.simulated.pass(10_000);
    expect(other.take().equals(PATTERN)).toBe(true);
    expect([other.isEnded, one.isEnded]).toEqual([true, false]);
    other.send(PATTERN);
    other.end();
    await place.simulated.pass(10_000);
    expect(one.take().equals(PATTERN)).toBe(true);
    expect([one.isClosed, one.errorCode, other.isClosed, other.errorCode]).toEqual([
      true,
      undefined,
      true,
      undefined,
    ]);
    expect(place.simulated.network.openStreams).toEqual([]);
  });
});

describe("a proxy", () => {
  test.each([["client"], ["server"]] as const)(
    "has the %s wait while the other doesn't read, holding little, and loses nothing",
    async (writer) => {
      const place = await proxy({ sendBufferBytes: 4_096, receiveBufferBytes: 4_096 });
      const ends = await pair(place);
      const [one, other] = writer === "client" ? [ends.client, ends.server] : [ends.server, ends.client];
      other.stopReading();
      const sent = Buffer.concat(Array.from({ length: 30 }, () => PATTERN));
      one.send(sent);
      one.end();
      await place.simulated.pass(10_000);
      const heldBytes = sent.length - one.unsentBytes;
      await place.simulated.pass(3_600_000);
      expect(sent.length - one.unsentBytes).toBe(heldBytes);
      // A watermark, what is read beyond it, and the kernels' buffers.
      expect(heldBytes).toBeLessThan(150_000);
      other.readOn();
      await place.simulated.pass(10_000);
      expect(other.take().equals(sent)).toBe(true);
      expect(other.isEnded).toBe(true);
    },
  );

  test("closes the client's connection where nobody answers, and serves the next", async () => {
    const { simulated, servers } = await proxy();
    simulated.expectCrashes(1);
    simulated.network.partition(["server.example"]);
    const lost = simulated.dial("hello");
    await simulated.pass(20_000);
    expect(lost.isEnded).toBe(true);
    simulated.network.heal();
    simulated.dial("hello");
    await simulated.pass();
    expect(servers.at(-1)?.takeText()).toBe("hello");
  });

  test("what a client says before the server has answered isn't lost", async () => {
    const { simulated, servers } = await proxy({ delayMs: 50 });
    const client = simulated.dial("early");
    client.end();
    await simulated.pass();
    expect([servers[0]?.takeText(), servers[0]?.isEnded]).toEqual(["early", true]);
  });

  test.each([["client"], ["server"]] as const)("a %s's reset is a reset for the other", async (first) => {
    const place = await proxy();
    const ends = await pair(place);
    const [one, other] = first === "client" ? [ends.client, ends.server] : [ends.server, ends.client];
    one.reset();
    await place.simulated.pass();
    expect(other.errorCode).toBe("ECONNRESET");
    expect(place.simulated.network.openStreams).toEqual([]);
  });

  test("a task that crashes concerns no other, and a new acceptor finds the connections alive", async () => {
    const place = await proxy();
    const [first, second] = [await pair(place), await pair(place)];
    const [task] = place.simulated.processes("Task");
    const [acceptor] = place.simulated.processes("proxy");
    for (const process of [task, acceptor])
      if (process !== undefined) place.simulated.runtime.exit(process, "kill");
    await place.simulated.pass();
    expect([first.client.errorCode, first.server.errorCode]).toEqual(["ECONNRESET", "ECONNRESET"]);
    second.client.send("still");
    const third = await pair(place);
    third.client.send("new");
    await place.simulated.pass();
    expect([second.server.takeText(), third.server.takeText()]).toEqual(["still", "new"]);
  });

  test("when it ends, accepts nobody new, lets connections end by themselves, and cuts the rest", async () => {
    const place = await proxy();
    const [quick, long] = [await pair(place), await pair(place)];
    let isDown = false;
    void place.simulated.stop().then(() => (isDown = true));
    await place.simulated.pass();
    const late = place.simulated.dial();
    quick.client.send("last words");
    quick.client.end();
    await place.simulated.pass();
    expect([late.errorCode, quick.server.takeText(), isDown]).toEqual(["ECONNREFUSED", "last words", false]);
    quick.server.end();
    // A little more than it waits in all.
    await place.simulated.pass(12_000);
    expect([quick.client.errorCode, long.client.errorCode, long.server.errorCode, isDown]).toEqual([
      undefined,
      "ECONNRESET",
      "ECONNRESET",
      true,
    ]);
  });
});

describe("proxy as a program", () => {
  test("stands before an echo, and ends with 0 on SIGTERM when its connections have", async () => {
    const echo = await launchServer("echo");
    const program = await launchServer("proxy", "--to", `127.0.0.1:${echo.port}`);
    const client = await Client.connect(program.port);
    const bytes = Buffer.concat(Array.from({ length: 20 }, () => PATTERN));
    client.write(bytes);
    expect((await client.readBytes(bytes.length)).equals(bytes)).toBe(true);
    const ended = program.end("SIGTERM");
    client.end("goodbye");
    expect(await client.readRest()).toBe("goodbye");
    expect(await ended).toEqual({ code: 0, err: "" });
  });

  test("says whom it can't connect to, closes that client's connection, and goes on", async () => {
    const gone = await launchServer("echo");
    await gone.end("SIGTERM");
    const program = await launchServer("proxy", "--to", `127.0.0.1:${gone.port}`);
    for (const _ of [1, 2]) {
      const client = await Client.connect(program.port);
      expect(await client.readRest()).toBe("");
    }
    const { code, err } = await program.end("SIGTERM");
    expect(code).toBe(0);
    const line = `proxy: Task crashed: ConnectError: can't connect to 127.0.0.1:${gone.port}: nobody listens there\n`;
    expect(err).toBe(line.repeat(2));
  });

  test.each([
    [[], "nothing"],
    [["--to", "nowhere"], "nowhere"],
    [["--to", "host:0"], "host:0"],
    [["--to", "::1:80"], "::1:80"],
    [["--to", "host:65536"], "host:65536"],
  ])("refuses %j", async (args, got) => {
    expect(await run("proxy", ...args)).toEqual({
      code: 2,
      out: "",
      err: `proxy: expected --to to be HOST:PORT with a port from 1 to 65535, got: ${got}\n`,
    });
  });
});
