/** What sockets may be told, and where they may be connected to: whatever else is given is refused by its name. */

import { linkSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { once } from "node:events";
import { createServer } from "node:net";
import {
  ListenError,
  accept,
  adopt,
  connect,
  listen,
  transfer,
  type Socket,
  type SocketOwner,
  type Stream,
  type Endpoint,
  type ListenOptions,
  type SendFileOptions,
  type SocketOptions,
  type TlsServerOptions,
} from "@wheelhouse/net/socket";
import type { Context, Ref } from "@wheelhouse/actors";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { checkTlsOptions } from "../../src/network/check-tls.ts";
import {
  checkConnectOptions,
  checkListenOptions,
  checkSocketOptions,
  toSettings,
} from "../../src/socket/options.ts";
import { authority, localhost } from "../certificates.ts";
import { dial, owner } from "../support.ts";
import {
  isRefusalOf,
  wrongConnectOptions,
  wrongListenOptions,
  wrongSocketOptions,
  wrongTlsOptions,
} from "../wrong-values.ts";
import { hear, socketPath, tcp } from "./pairs.ts";

function errorOf(work: () => unknown): unknown {
  try {
    return work();
  } catch (error) {
    return error;
  }
}

describe("options of any other type", () => {
  it.each(Object.entries(wrongSocketOptions))("%s is refused by its name", (name, values) => {
    const refuses = (check: (options: SocketOptions) => unknown) =>
      fc.assert(
        fc.property(values, (value) =>
          isRefusalOf(
            name,
            errorOf(() => check({ [name]: value })),
          ),
        ),
      );
    refuses(toSettings);
    refuses(checkSocketOptions);
  });

  it.each(Object.entries(wrongConnectOptions))("connect: %s is refused by its name", (name, values) => {
    fc.assert(
      fc.property(values, (value) =>
        isRefusalOf(
          name,
          errorOf(() => checkConnectOptions({ [name]: value })),
        ),
      ),
    );
  });

  it.each(Object.entries(wrongListenOptions))("listen: %s is refused by its name", (name, values) => {
    fc.assert(
      fc.property(values, (value) =>
        isRefusalOf(
          name,
          errorOf(() => checkListenOptions({ port: 0, [name]: value })),
        ),
      ),
    );
  });

  it.each(Object.entries(wrongTlsOptions))("secure: %s is refused by its name", (name, values) => {
    const server: TlsServerOptions = { role: "server", ...localhost };
    fc.assert(
      fc.property(values, (value) =>
        isRefusalOf(
          name,
          errorOf(() => checkTlsOptions({ ...server, [name]: value })),
        ),
      ),
    );
  });
});

describe("options that there aren't", () => {
  it.each<[object, string]>([
    [{ port: 0 }, "expected each option to be one of packet, maxPacketBytes, overlong"],
    [{ noDelays: true }, 'to be one that there is, got: "noDelays" (did you mean noDelay?)'],
    [{ readTimeout: undefined }, 'got: "readTimeout"'],
    [null as unknown as object, "expected options to be an object, got: null"],
    [5 as unknown as object, "expected options to be an object, got: a number"],
  ])("are refused of accept, connect, and a socket's own: %o", async (options, message) => {
    const { server, listening, socket } = await tcp.pair({ active: false });
    const given = options as SocketOptions;
    for (const refused of [
      server.run((ctx) => accept(ctx, listening, given)),
      server.run(() => socket.setOptions(given)),
      server.run((ctx) => connect(ctx, listening.local, given)),
    ]) {
      await expect(refused).rejects.toThrow(message);
      await expect(refused).rejects.toBeInstanceOf(RangeError);
    }
  });

  it.each<[object, object | undefined, string]>([
    [{ port: 0, maxConnections: 5 }, undefined, 'got: "maxConnections"'],
    [{ port: 0, hots: "::1" }, undefined, 'got: "hots" (did you mean host?)'],
    [{ port: 0 }, { activ: true }, 'got: "activ" (did you mean active?)'],
    [{ port: 0 }, { active: "yes" }, 'expected active to be true or false, got: "yes"'],
    [null as unknown as object, undefined, "expected options to be an object, got: null"],
  ])("are refused of listen: %o, %o", async (options, handing, message) => {
    const server = await owner();
    const listening = server.run((ctx) => listen(ctx, options as ListenOptions, handing));
    await expect(listening).rejects.toThrow(message);
    await expect(listening).rejects.toBeInstanceOf(RangeError);
  });
});

describe("a place to connect to that is none", () => {
  it.each<[unknown, string]>([
    [{}, "expected endpoint.host to be a name or an address, got: undefined"],
    [{ host: "127.0.0.1" }, "expected endpoint.port to be a whole number from 1 to 65535, got: undefined"],
    [
      { host: "127.0.0.1", port: 70_000 },
      "expected endpoint.port to be a whole number from 1 to 65535, got: 70000",
    ],
    [{ host: "127.0.0.1", port: 0 }, "expected endpoint.port to be a whole number from 1 to 65535, got: 0"],
    [{ host: "", port: 80 }, 'expected endpoint.host to be a name or an address, got: ""'],
    [
      { host: "a\0b", port: 80 },
      String.raw`expected endpoint.host to be a name or an address, got: "a\u0000b"`,
    ],
    [{ host: "", port: 0, path: "" }, 'expected endpoint.path to be the path of a Unix socket, got: ""'],
    [{ path: null }, "expected endpoint.path to be the path of a Unix socket, got: null"],
    [
      { hostname: "127.0.0.1", port: 80 },
      'expected each option of endpoint to be one of host, port, path, got: "endpoint.hostname"',
    ],
    [undefined, "expected endpoint to be an object, got: undefined"],
    [null, "expected endpoint to be an object, got: null"],
    [4040, "expected endpoint to be an object, got: a number"],
  ])("is refused: %o", async (to, message) => {
    const client = await owner();
    const connecting = client.run((ctx) => connect(ctx, to as Endpoint));
    await expect(connecting).rejects.toEqual(new RangeError(message));
  });

  it("is one, by its path alone, whatever else is said", async () => {
    const server = await owner();
    const path = socketPath();
    await server.run((ctx) => listen(ctx, { path }));
    const socket = await server.run((ctx) => connect(ctx, { path } as Endpoint, { active: false }));
    expect(socket.remote).toEqual({ host: "", port: 0, path });
  });
});

describe("verbs that are told nonsense", () => {
  it("shutdown leaves the socket as it is", async () => {
    const made = await tcp.pair({ packet: "line" });
    for (const how of ["x", null, 5]) {
      const shut = made.server.run(() => made.socket.shutdown(how as "both"));
      await expect(shut).rejects.toMatchObject({
        name: "RangeError",
        message: expect.stringContaining('expected how to be "read" or "write" or "both", got: '),
      });
    }
    await made.peer.write("still read\n");
    expect(await hear(made)).toBe("still read\n");
    await made.server.run(() => made.socket.send("still written\n"));
    expect(await made.peer.readLine()).toBe("still written");
  });

  it.each<[unknown, unknown, string]>([
    [{}, undefined, 'expected role to be "server" or "client", got: undefined'],
    [{ role: "serv", ...localhost }, undefined, 'expected role to be "server" or "client", got: "serv"'],
    [undefined, undefined, "expected options to be an object, got: undefined"],
    [localhost.key, undefined, "expected options to be an object, got: text"],
    [{ role: "client" }, undefined, "expected serverName to be the name to ask for, got: undefined"],
    [
      { role: "client", serverName: "a", cert: "x" },
      undefined,
      "expected key to be given where cert is, got: undefined",
    ],
    [
      { role: "client", serverName: "a", key: "x" },
      undefined,
      "expected cert to be given where key is, got: undefined",
    ],
    [
      { role: "client", serverName: "a", clientCa: "x" },
      undefined,
      'expected each option to be one of cert, key, role, serverName, ca, alpn, got: "clientCa"',
    ],
    [{ role: "server", cert: localhost.cert }, undefined, "expected key to be PEM, got: undefined"],
    [{ role: "server", ...localhost }, { timeout: 5 }, "(did you mean timeoutMs?)"],
    [
      { role: "server", ...localhost },
      { timeoutMs: "5" },
      "expected timeoutMs to be a positive number of milliseconds",
    ],
    [{ role: "server", ...localhost }, null, "expected options to be an object, got: null"],
  ])("secure leaves the socket as it is: %#", async (options, limits, message) => {
    const made = await tcp.pair({ packet: "line", active: false });
    const secured = made.server.run(() =>
      made.socket.secure(options as TlsServerOptions, limits as undefined),
    );
    await expect(secured).rejects.toThrow(message);
    await expect(secured).rejects.toBeInstanceOf(RangeError);
    await made.peer.write("still plain\n");
    expect(String(await made.server.run(() => made.socket.recv()))).toBe("still plain\n");
  });

  it.each<[unknown, unknown, string]>([
    [5, undefined, "expected path to be a file's path, got: 5"],
    ["/tmp/a\0b", undefined, "expected path to be a file's path"],
    ["/tmp/a", { from: -1 }, "expected from to be a whole number at least 0, got: -1"],
    ["/tmp/a", { bytes: "5" }, 'expected bytes to be a whole number at least 0, got: "5"'],
    ["/tmp/a", { form: 5 }, 'got: "form" (did you mean from?)'],
    ["/tmp/a", null, "expected options to be an object, got: null"],
  ])("sendFile sends nothing: %o, %o", async (path, options, message) => {
    const { server, socket } = await tcp.pair();
    const sent = server.run(() => socket.sendFile(path as string, options as SendFileOptions));
    await expect(sent).rejects.toThrow(message);
    await expect(sent).rejects.toBeInstanceOf(RangeError);
    expect(socket.stats.bytesWritten).toBe(0);
  });

  it("recv and accept wait for no text", async () => {
    const { server, listening, socket } = await tcp.pair({ active: false });
    const message = 'expected timeoutMs to be a number of milliseconds from 0, got: "100"';
    const timeoutMs = "100" as unknown as number;
    await expect(server.run(() => socket.recv(0, timeoutMs))).rejects.toEqual(new RangeError(message));
    const accepted = server.run((ctx) => accept(ctx, listening, {}, timeoutMs));
    await expect(accepted).rejects.toEqual(new RangeError(message));
  });

  it("transfer, accept and adopt take nothing of another kind", async () => {
    const { server, listening, socket } = await tcp.pair({ active: false });
    const { ref } = server;
    const verbs: readonly (readonly [(ctx: SocketOwner & Pick<Context, "handOver">) => unknown, string])[] = [
      [
        (ctx) => transfer(ctx, socket, undefined as unknown as Ref),
        "the new owner to be a process's address",
      ],
      [(ctx) => transfer(ctx, {} as Socket, ref), "socket to be a socket"],
      [(ctx) => accept(ctx, {} as typeof listening), "listenSocket to be what listen gives"],
      [(ctx) => adopt(ctx, {} as Stream, {}), "stream to be a stream that a listening socket handed out"],
    ];
    for (const [verb, message] of verbs) {
      const refused = server.run(verb);
      await expect(refused).rejects.toThrow(`expected ${message}, got: `);
      await expect(refused).rejects.toBeInstanceOf(RangeError);
    }
    expect(socket.stats.ageMs).toBeGreaterThanOrEqual(0);
  });

  it("adopt takes a stream once: it stays its first socket's", async () => {
    const server = await owner();
    const listening = await server.run((ctx) => listen(ctx, { port: 0 }, { active: true }));
    const peer = await dial(listening.local.port);
    const message = await server.connections.take();
    if (message.type !== "connection") throw new Error(`expected a connection, got: ${message.type}`);
    const { stream } = message;
    await server.run((ctx) => adopt(ctx, stream, { packet: "line" }));
    await expect(server.run((ctx) => adopt(ctx, stream, {}))).rejects.toEqual(
      new RangeError("expected stream to be one that nobody has adopted, got: one that is a socket's"),
    );
    await peer.write("hello\n");
    expect(await hear({ server })).toBe("hello\n");
  });

  it("adopt takes a stream whose listening socket has closed meanwhile: it has ended", async () => {
    const server = await owner();
    const listening = await server.run((ctx) => listen(ctx, { port: 0 }, { active: true }));
    await dial(listening.local.port);
    const message = await server.connections.take();
    if (message.type !== "connection") throw new Error(`expected a connection, got: ${message.type}`);
    await server.run(() => listening.close());
    await server.run((ctx) => adopt(ctx, message.stream, {}));
    expect(await hear({ server })).toMatch(/^<closed/);
  });
});

describe("a path that is taken", () => {
  const at = async (path: string) => {
    const server = await owner();
    const error: unknown = await server
      .run((ctx) => listen(ctx, { path }))
      .catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(ListenError);
    expect(error).toMatchObject({ code: "address_in_use", endpoint: { path } });
    return (error as ListenError).message;
  };

  it("31: by another program is said to be", async () => {
    const path = socketPath();
    const other = createServer().listen(path);
    await once(other, "listening");
    const seen = once(other, "connection");
    expect(await at(path)).toBe(`can't listen on ${path}: another program listens there`);
    const link = socketPath();
    symlinkSync(path, link);
    expect(await at(link)).toBe(`can't listen on ${link}: another program listens there`);
    const [probe] = (await seen) as [{ destroy(): void }];
    probe.destroy();
    other.close();
    await once(other, "close");
  });

  it("31: by what a killed program has left is told apart, and free once that is removed", async () => {
    const [path, left] = [socketPath(), socketPath()];
    const killed = createServer().listen(path);
    await once(killed, "listening");
    linkSync(path, left);
    killed.close();
    await once(killed, "close");
    const why = "a socket is in the way at which nobody listens any more; remove the file";
    expect(await at(left)).toBe(`can't listen on ${left}: ${why}`);
    rmSync(left);
    const server = await owner();
    const listening = await server.run((ctx) => listen(ctx, { path: left }));
    expect(listening.local).toEqual({ host: "", port: 0, path: left });
  });

  it("31: by a file that is no socket is told apart", async () => {
    const [file, dangling] = [socketPath(), socketPath()];
    writeFileSync(file, "precious");
    const why = "a file is in the way that is no socket";
    expect(await at(file)).toBe(`can't listen on ${file}: ${why}`);
    symlinkSync(`${dangling}-nowhere`, dangling);
    expect(await at(dangling)).toBe(`can't listen on ${dangling}: ${why}`);
  });
});

it("a client's options for encryption are right without an own certificate", () => {
  expect(() => checkTlsOptions({ role: "client", serverName: "localhost", ca: authority })).not.toThrow();
});
