import {
  accept,
  connect,
  listen,
  TlsError,
  type Socket,
  type TlsServerOptions,
} from "@wheelhouse/net/socket";
import { describe, expect, it } from "vitest";
import { authority, client, localhost, other, stranger } from "../certificates.ts";
import type { Peer } from "../peer.ts";
import { gate, owner, type Owner } from "../support.ts";
import { hear, hearAll, hearMany, someTurns, tcp, unix, untilRead, type Pair } from "./pairs.ts";

const SERVER: TlsServerOptions = { role: "server", ...localhost };
const TRUSTING = { ca: authority, servername: "localhost" };

/** Both ends shake hands; whichever fails, both have ended with an answer. */
async function secureBoth(
  { server, socket, peer }: Pick<Pair, "server" | "socket" | "peer">,
  options: TlsServerOptions,
  peerOptions: Parameters<Peer["secure"]>[0],
) {
  return Promise.allSettled([server.run(() => socket.secure(options)), peer.secure(peerOptions)]);
}

async function failureOf(
  made: Pair,
  options: TlsServerOptions,
  peerOptions: Parameters<Peer["secure"]>[0],
): Promise<unknown> {
  const [result] = await secureBoth(made, options, peerOptions);
  return result.status === "rejected" ? (result.reason as unknown) : "no failure";
}

describe("encryption", () => {
  it.each([tcp, unix])("51: begins in mid-stream, after what was sent, over $name", async (transport) => {
    const made = await transport.pair({ packet: "line", active: "once" });
    const { server, socket, peer } = made;
    await peer.write("STARTTLS\n");
    expect(await hear(made)).toBe("STARTTLS\n");
    const secured = server.run(() => {
      socket.send("go ahead\n");
      const info = socket.secure(SERVER);
      socket.send("encrypted\n");
      return info;
    });
    expect(await peer.readLine()).toBe("go ahead");
    await peer.secure(TRUSTING);
    expect(await secured).toEqual({
      version: "TLSv1.3",
      cipher: expect.stringMatching(/^TLS_/),
      serverName: "localhost",
      alpn: undefined,
    });
    expect(await peer.readLine()).toBe("encrypted");
    await peer.write("a\nb\n");
    await server.run(() => socket.setActive("once"));
    expect(await hear(made)).toBe("a\n");
    await someTurns();
    expect(server.heard.items).toEqual([]);
    await server.run(() => socket.setActive(true));
    peer.finish();
    expect(await hearAll(made)).toEqual(["b\n", "<closed>"]);
  });

  it("51: takes what came with the last plain packet for the handshake, never for data", async () => {
    const made = await tcp.pair({ packet: "line", active: "once" });
    await made.peer.write("STARTTLS\nforged\n");
    expect(await hear(made)).toBe("STARTTLS\n");
    await untilRead(made.socket, 16);
    await expect(made.server.run(() => made.socket.secure(SERVER))).rejects.toMatchObject({
      name: "TlsError",
      code: "handshake_failed",
    });
    await made.server.run(() => made.socket.setActive(true));
    expect(await made.server.run(() => made.socket.send("x"))).toBe("closed");
    await made.peer.gone();
    expect(made.server.heard.items).toEqual([]);
  });

  it("51: takes a handshake that came with the last plain packet", async () => {
    const { server, socket, peer } = await tcp.pair({ packet: "line", active: false });
    await peer.write("STARTTLS\n");
    const secured = peer.secure(TRUSTING);
    expect(await server.run(() => socket.recv())).toEqual(Buffer.from("STARTTLS\n"));
    await server.run(() => socket.secure(SERVER));
    await secured;
    await peer.write("inside\n");
    expect(await server.run(() => socket.recv())).toEqual(Buffer.from("inside\n"));
  });

  it("51: begins behind much that was sent before", async () => {
    const { server, socket, peer } = await tcp.pair({ active: false });
    peer.pause();
    const secured = server.run(() => {
      socket.send(Buffer.alloc(20_000_000, "x"));
      return socket.secure(SERVER);
    });
    await someTurns();
    peer.resume();
    await peer.readBytes(20_000_000);
    await someTurns();
    await peer.secure(TRUSTING);
    expect(await secured).toMatchObject({ version: "TLSv1.3" });
  });

  it("51: waits for a file that is being sent", async () => {
    const { server, socket, peer } = await tcp.pair({ active: false });
    const secured = server.run(async () => {
      const sending = socket.sendFile(new URL(import.meta.url).pathname);
      const securing = socket.secure(SERVER);
      return [await sending, await securing] as const;
    });
    const [bytes] = await Promise.race([secured, peer.readLine().then(() => [0] as const)]);
    expect(bytes).toBe(0);
    await someTurns();
    await peer.secure(TRUSTING);
    expect((await secured)[1].version).toBe("TLSv1.3");
  });

  it("51: shows the certificate of the name that is asked for (SNI), whatever its case", async () => {
    const options = { ...SERVER, servers: { "other.example": other, "*.wild.example": other } };
    for (const [servername, subject] of [
      ["other.example", "other"],
      ["OTHER.example", "other"],
      ["any.wild.example", "other"],
      ["localhost", "localhost"],
    ] as const) {
      const made = await tcp.pair({ active: false });
      const [secured, peer] = await secureBoth(made, options, { ca: authority, servername });
      expect(secured).toMatchObject({ value: { serverName: servername } });
      if (peer.status !== "fulfilled") throw peer.reason;
      expect(peer.value.getPeerCertificate().subject.CN).toBe(subject);
    }
  });

  it("51: agrees on an application protocol (ALPN), or fails", async () => {
    const options = { ...SERVER, alpn: ["new/2", "new/1"] };
    const made = await tcp.pair({ active: false });
    const [secured] = await secureBoth(made, options, { ...TRUSTING, ALPNProtocols: ["new/1", "old"] });
    expect(secured).toMatchObject({ value: { alpn: "new/1" } });
    const failure = await failureOf(await tcp.pair(), options, { ...TRUSTING, ALPNProtocols: ["old"] });
    expect(failure).toMatchObject({ code: "handshake_failed" });
  });

  it("51: asks for a client's certificate, and refuses one that nobody vouches for, or none", async () => {
    const options = { ...SERVER, clientCa: authority };
    const made = await tcp.pair({ active: false });
    const [secured] = await secureBoth(made, options, { ...TRUSTING, ...asNode(client) });
    expect(secured.status).toBe("fulfilled");
    for (const identity of [asNode(stranger), {}]) {
      const failure = await failureOf(await tcp.pair(), options, { ...TRUSTING, ...identity });
      expect(failure).toMatchObject({ code: "certificate_refused" });
    }
  });

  it("51: fails when the peer doesn't trust the certificate, and when it goes amid the handshake", async () => {
    const distrusted = await failureOf(await tcp.pair(), SERVER, { servername: "localhost" });
    expect(distrusted).toBeInstanceOf(TlsError);
    for (const end of ["finish", "reset"] as const) {
      const { server, socket, peer } = await tcp.pair();
      const secured = server.run(() => socket.secure(SERVER));
      await peer.write(Buffer.from([22, 3, 1]));
      peer[end]();
      await expect(secured).rejects.toMatchObject({ code: "closed", endpoint: socket.remote });
      await peer.closed();
    }
  });

  it("51: fails when it takes too long, and frees the socket", async () => {
    const { server, socket, peer } = await tcp.pair();
    const secured = server.run(() => socket.secure(SERVER, { timeoutMs: 1 }));
    await expect(secured).rejects.toMatchObject({ code: "timeout" });
    expect(await peer.closed()).toBe("ECONNRESET");
  });

  it("51: fails with a certificate that can't be used", async () => {
    const { server, socket } = await tcp.pair();
    const secured = server.run(() => socket.secure({ role: "server", cert: "no PEM", key: localhost.key }));
    await expect(secured).rejects.toMatchObject({ code: "unusable_identity" });
  });

  it("51: fails on a socket whose peer has ended, or that was closed", async () => {
    const made = await tcp.pair();
    made.peer.finish();
    expect(await hear(made)).toBe("<closed>");
    const secured = made.server.run(() => made.socket.secure(SERVER));
    await expect(secured).rejects.toMatchObject({ code: "closed" });
    await expect(made.server.run(() => made.socket.secure(SERVER))).rejects.toMatchObject({ code: "closed" });
  });

  it("51: fails on one that is encrypted already, and nothing waits on it any more", async () => {
    const made = await tcp.pair({ active: false });
    await secureBoth(made, SERVER, TRUSTING);
    const { server, socket, peer } = made;
    await expect(server.run(() => socket.secure(SERVER))).rejects.toMatchObject({ code: "closed" });
    expect(await server.run(() => socket.recv())).toBe("closed");
    expect(await peer.closed()).toBe("ECONNRESET");
  });

  it("31: a client's authority that can't be used is refused by its name", async () => {
    const { server, socket, peer } = await tcp.pair({ active: false });
    const nobody = { role: "client", serverName: "localhost", ca: "nonsense" } as const;
    await expect(server.run(() => socket.secure(nobody))).rejects.toThrow(
      "expected ca to be certificates in PEM, got: what can't be used",
    );
    await peer.gone();
  });

  it("46: a record that was tampered with ends the connection with an error", async () => {
    const made = await tcp.pair({ active: false });
    await secureBoth(made, SERVER, TRUSTING);
    await made.server.run(() => made.socket.setActive(true));
    made.peer.writeBeneath(Buffer.from("no record at all\n"));
    expect(await hear(made)).toBe("<closed: broken>");
    await made.peer.gone();
  });

  function asNode({ cert, key }: typeof client) {
    return { cert: cert as string, key: key as string };
  }
});

describe("encryption as a client", () => {
  interface Ends {
    readonly near: Owner;
    readonly far: Owner;
    readonly nearSocket: Socket;
    readonly farSocket: Socket;
  }

  async function bothEnds(): Promise<Ends> {
    const [near, far] = [await owner(), await owner()];
    const listening = await far.run((ctx) => listen(ctx, { port: 0 }));
    const nearSocket = await near.run((ctx) => connect(ctx, listening.local, { active: false }));
    const farSocket = await far.run((ctx) => accept(ctx, listening, { active: false }));
    if (typeof farSocket === "string") throw new Error(`expected a connection, got: ${farSocket}`);
    return { near, far, nearSocket, farSocket };
  }

  it("51: goes on with whom the certificate is for, by name and by address", async () => {
    for (const serverName of ["localhost", "127.0.0.1"]) {
      const { near, far, nearSocket, farSocket } = await bothEnds();
      const [info] = await Promise.all([
        near.run(() => nearSocket.secure({ role: "client", serverName, ca: authority })),
        far.run(() => farSocket.secure(SERVER)),
      ]);
      expect(info).toMatchObject({ version: "TLSv1.3", serverName });
      await near.run(() => nearSocket.setActive(true));
      await far.run(() => {
        farSocket.send("hello");
        farSocket.close();
      });
      expect(await hearMany({ server: near }, 2)).toEqual(["hello", "<closed>"]);
      await near.run(() => nearSocket.close());
    }
  });

  it.each([
    ["another name", { role: "client", serverName: "elsewhere", ca: authority }],
    ["nobody to trust", { role: "client", serverName: "localhost" }],
  ] as const)("51: refuses a certificate: %s", async (_, options) => {
    const { near, far, nearSocket, farSocket } = await bothEnds();
    const serving = far.run(() => farSocket.secure(SERVER));
    const done = gate();
    void serving.catch(() => {}).then(() => done.open());
    await expect(near.run(() => nearSocket.secure(options))).rejects.toMatchObject({
      code: "certificate_refused",
    });
    await done.opened;
  });
});
