import { TlsError } from "../../src/errors.ts";
import type { TlsClientOptions, TlsServerOptions } from "../../src/network/tls.ts";
import type { SimulatedNetworkOptions } from "@wheelhouse/net/simulation";
import { describe, expect, it } from "vitest";
import { PORT, bench, pattern, type Ear } from "./support.ts";

const SERVER: TlsServerOptions = { role: "server", cert: "server cert", key: "server key" };
const CLIENT: TlsClientOptions = { role: "client", serverName: "example.org" };

/** Both ends of a connection, and what becomes of their handshakes. */
async function shakeHands(
  server: TlsServerOptions,
  client: TlsClientOptions,
  options: SimulatedNetworkOptions = {},
) {
  const made = await bench(options);
  const ends = await made.pair();
  const infos = Promise.allSettled([ends[0].stream.secure(client, []), ends[1].stream.secure(server, [])]);
  await made.runtime.advance(1_000);
  const { runtime, network } = made;
  return { runtime, network, ends, infos: await infos };
}

const agreed = { version: "TLSv1.3", cipher: "SIMULATED", serverName: "example.org" };

describe("a handshake", () => {
  it.each([1, 3, "random" as const])(
    "agrees, over every split (%s), and data follows",
    async (splitBytes) => {
      const { ends, infos, runtime } = await shakeHands(SERVER, CLIENT, { splitBytes, delayMs: [0, 3] });
      const value = { ...agreed, alpn: undefined };
      expect(infos).toEqual([
        { status: "fulfilled", value },
        { status: "fulfilled", value },
      ]);
      for (const [from, to] of [ends, ends.toReversed() as [Ear, Ear]]) {
        to.stream.resume();
        from.write(pattern(40_000));
        from.stream.end();
        await runtime.advance(200_000);
        expect(to.text).toBe(pattern(40_000));
        expect(to.told).toContain("ended");
      }
    },
  );

  it("chooses the identity by name, and the application protocol by the server's preference", async () => {
    const server = {
      ...SERVER,
      servers: { "example.org": { cert: "other", key: "" } },
      alpn: ["h2", "echo"],
    };
    const client = { ...CLIENT, ca: Buffer.from("other"), alpn: ["echo", "h2"] };
    const { infos } = await shakeHands(server, client);
    expect(infos[0]).toEqual({ status: "fulfilled", value: { ...agreed, alpn: "h2" } });
  });

  it.each<[string, Partial<TlsServerOptions>, Partial<TlsClientOptions>, string]>([
    ["a server that nobody vouches for", {}, { ca: "another" }, "certificate_refused"],
    ["a client that nobody vouches for", { clientCa: "friend" }, {}, "certificate_refused"],
    ["no protocol in common", { alpn: ["a"] }, { alpn: ["b"] }, "handshake_failed"],
  ])("fails for %s, at both ends", async (_, server, client, code) => {
    const { infos, network } = await shakeHands({ ...SERVER, ...server }, { ...CLIENT, ...client });
    const errors = infos.map((info) => (info.status === "rejected" ? (info.reason as unknown) : undefined));
    expect(errors.every((error) => error instanceof TlsError)).toBe(true);
    expect(errors.map((error) => (error as TlsError).code)).toContain(code);
    expect(network.openStreams).toEqual([]);
  });

  it("takes what was read before as part of itself, never as data", async () => {
    const made = await bench();
    const [client, server] = await made.pair();
    const secured = client.stream.secure(CLIENT, []);
    server.readsOnce = true;
    server.stream.resume();
    await made.runtime.settle();
    const info = server.stream.secure(SERVER, server.chunks.splice(0));
    await made.runtime.settle();
    expect(await info).toMatchObject(agreed);
    await secured;
  });
});

describe("a plain peer", () => {
  it("fails the handshake as soon as it speaks", async () => {
    const made = await bench();
    const peer = made.network.dial(PORT);
    await made.runtime.settle();
    const [server] = made.accepted as [Ear];
    const failure = server.stream.secure(SERVER, []).catch((error: unknown) => error);
    peer.send("GET / HTTP/1.1\r\n");
    await made.runtime.settle();
    expect(await failure).toMatchObject({ name: "TlsError", code: "handshake_failed" });
    expect(peer.errorCode).toBe("ECONNRESET");
    expect(server.told).toEqual(["closed"]);
  });

  it("whose words came before the handshake fails it too", async () => {
    const made = await bench();
    const [, server] = await made.pair();
    const failure = server.stream
      .secure(SERVER, [Buffer.from("injected\n")])
      .catch((error: unknown) => error);
    await made.runtime.settle();
    expect(await failure).toMatchObject({ code: "handshake_failed" });
  });

  it("that is gone fails it", async () => {
    const made = await bench();
    const [client, server] = await made.pair();
    const failures = [server.stream.secure(SERVER, []), client.stream.secure(CLIENT, [])].map((secured) =>
      secured.catch((error: unknown) => error),
    );
    client.stream.destroy();
    await made.runtime.settle();
    for (const failure of failures) expect(await failure).toMatchObject({ code: "closed" });
  });

  it("that says nothing is waited for, until somebody has had enough", async () => {
    const made = await bench();
    const [, server] = await made.pair();
    const failure = server.stream.secure(SERVER, []).catch((error: unknown) => error);
    await made.runtime.advance(1_000_000);
    server.stream.destroy();
    expect(await failure).toMatchObject({ code: "closed" });
  });
});

/** What a client says in a handshake, by hand. */
function hello(message: object): Buffer {
  const body = Buffer.from(JSON.stringify(message));
  return Buffer.concat([Buffer.of(0x16, 0, body.length), body]);
}

describe("after the handshake", () => {
  it.each(["together with its last word", "later"])("plain bytes break the connection: %s", async (when) => {
    const made = await bench();
    const peer = made.network.dial(PORT);
    await made.runtime.settle();
    const [server] = made.accepted as [Ear];
    const info = server.stream.secure(SERVER, []);
    peer.send(hello({ role: "client", serverName: "example.org" }));
    peer.send(hello({ role: "finished" }));
    if (when === "later") await made.runtime.settle();
    peer.send("forged");
    await made.runtime.settle();
    expect(await info).toMatchObject(agreed);
    server.stream.resume();
    await made.runtime.settle();
    expect(server.text).toBe("");
    expect(server.error?.code).toBe("ERR_SSL_WRONG_VERSION_NUMBER");
  });

  it("a peer goes on encrypted", async () => {
    const made = await bench();
    const peer = made.network.dial(PORT);
    await made.runtime.settle();
    const [server] = made.accepted as [Ear];
    const infos = [peer.secure(CLIENT), server.stream.secure(SERVER, [])];
    await made.runtime.settle();
    await Promise.all(infos);
    server.stream.resume();
    peer.send("ask");
    server.write("answer");
    await made.runtime.settle();
    expect([server.text, peer.takeText()]).toEqual(["ask", "answer"]);
  });
});
