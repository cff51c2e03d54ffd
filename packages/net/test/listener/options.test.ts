/** What a listener's options may be, nested ones too, and what becomes of those that are changed. */

import { connect as connectTls, type TLSSocket } from "node:tls";
import { Listener, defineConnection, type ConnectionContext, type ListenerChanges } from "@wheelhouse/net";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { authority, client, localhost, other, stranger } from "../certificates.ts";
import { Peer } from "../peer.ts";
import { TestListener, dial, peerAfterTest, serve, type TestServer } from "../support.ts";
import { isRefusalOf, wrongListenerOptions, wrongTlsOptions } from "../wrong-values.ts";

const Echo = defineConnection({ name: "Echo", data: (ctx, line) => void ctx.send(line) });

/** What TypeScript would refuse, and a configuration file wouldn't. */
function refusalOf(options: object): unknown {
  try {
    Listener.child({ port: 0, handler: Echo.with(), ...options });
    return undefined;
  } catch (error) {
    return error;
  }
}

const listed = (names: string) => `one of ${names}`;
const unusable = (reason: string) => `what can't be used (${reason})`;

describe("options that are wrong", () => {
  const TLS = "cert, key, servers, clientCa, alpn, role";

  it.each<[object, string, string, string]>([
    [{ tls: null }, "tls", "an object", "null"],
    [{ tls: localhost.key }, "tls", "an object", "text"],
    [{ tls: [localhost] }, "tls", "an object", "a list of 1"],
    [{ tls: { key: localhost.key } }, "tls.cert", "PEM", "undefined"],
    [{ tls: { ...localhost, key: 5 } }, "tls.key", "PEM", "a number"],
    [{ tls: { ...localhost, ca2: authority } }, "each option of tls", listed(TLS), '"tls.ca2"'],
    [{ tls: { ...localhost, requestCert: true } }, "each option of tls", listed(TLS), '"tls.requestCert"'],
    [
      { tls: { ...localhost, clientCA: authority } },
      "each option of tls",
      "one that there is",
      '"tls.clientCA" (did you mean clientCa?)',
    ],
    [{ tls: { ...localhost, clientCa: null } }, "tls.clientCa", "PEM", "null"],
    [{ tls: { ...localhost, servers: 5 } }, "tls.servers", "an object", "a number"],
    [{ tls: { ...localhost, servers: new Map() } }, "tls.servers", "an object", "a Map"],
    [
      { tls: { ...localhost, servers: { "other.example": null } } },
      'tls.servers["other.example"]',
      "an object",
      "null",
    ],
    [
      { tls: { ...localhost, servers: { "other.example": { cert: other.cert } } } },
      'tls.servers["other.example"].key',
      "PEM",
      "undefined",
    ],
    [
      { tls: { ...localhost, servers: { "other.example": { ...other, ca: authority } } } },
      'each option of tls.servers["other.example"]',
      listed("cert, key"),
      '"tls.servers[\\"other.example\\"].ca"',
    ],
    ...["", "other.example.", "a.*.example", "bücher.example", "http://other.example"].map(
      (name): [object, string, string, string] => [
        { tls: { ...localhost, servers: { [name]: other } } },
        "each name of tls.servers",
        "a host's, or one like *.example.org",
        JSON.stringify(name),
      ],
    ),
    [{ tls: { ...localhost, role: "client" } }, "tls.role", '"server"', '"client"'],
    [{ tls: { ...localhost, alpn: "h2" } }, "tls.alpn", "a list of names", '"h2"'],
    [{ tls: { ...localhost, alpn: [] } }, "tls.alpn", "a list of names", "[]"],
    [{ tls: { ...localhost, alpn: ["h2", 5] } }, "tls.alpn[1]", "a name", "5"],
    [
      { tls: { ...localhost, alpn: ["ü".repeat(128)] } },
      "tls.alpn[0]",
      "a name of at most 255 bytes",
      `"${"ü".repeat(60)}"… (128 characters)`,
    ],
    [{ connectionRate: null }, "connectionRate", "an object", "null"],
    [
      { connectionRate: { perSecond: "5", burst: 1 } },
      "connectionRate.perSecond",
      "a positive number",
      '"5"',
    ],
    [
      { connectionRate: { perSecond: 1, burst: 1, window: 5 } },
      "each option of connectionRate",
      listed("perSecond, burst"),
      '"connectionRate.window"',
    ],
    [
      { connectionRatePerAddress: { perSecond: 1, bursts: 1 } },
      "each option of connectionRatePerAddress",
      "one that there is",
      '"connectionRatePerAddress.bursts" (did you mean burst?)',
    ],
    [{ alarms: null }, "alarms", "a list", "null"],
    [{ alarms: [null] }, "alarms[0]", "an object", "null"],
    [
      { alarms: [{ connections: 1 }] },
      "alarms[0].coolDownMs",
      "a number of milliseconds from 0",
      "undefined",
    ],
    [
      {
        alarms: [
          { connections: 1, coolDownMs: 1 },
          { connections: 1, coolDownMs: 1, window: 5 },
        ],
      },
      "each option of alarms[1]",
      listed("connections, coolDownMs"),
      '"alarms[1].window"',
    ],
    [{ proxyProtocol: null }, "proxyProtocol", "an object", "null"],
    [
      { proxyProtocol: { trusted: ["127.0.0.1"], timeout: 5 } },
      "each option of proxyProtocol",
      listed("trusted"),
      '"proxyProtocol.timeout"',
    ],
    [{ tlsFrom: "connect" }, "tls", "given where tlsFrom is", "undefined"],
    [{ tlsFrom: "upgrade" }, "tls", "given where tlsFrom is", "undefined"],
    [{ sendTimeoutMs: "5000" }, "sendTimeoutMs", "a positive number of milliseconds", '"5000"'],
    [{ keepAliveMs: true }, "keepAliveMs", "a positive number of milliseconds", "true"],
    [{ sendTimeoutMs: [5] }, "sendTimeoutMs", "a positive number of milliseconds", "a list of 1"],
    [{ sendTimeoutMs: new Date(5) }, "sendTimeoutMs", "a positive number of milliseconds", "a Date"],
    [{ maxConnections: 10n }, "maxConnections", "a whole number at least 1", "10n"],
    [{ maxConnections: null }, "maxConnections", "a whole number at least 1", "null"],
    [
      { path: "/tmp/a\0b", port: undefined },
      "path",
      "the path of a Unix socket, or port to be given",
      '"/tmp/a\\u0000b"',
    ],
  ])("%o are refused by name", (options, name, right, got) => {
    const error = refusalOf(options);
    expect(error).toEqual(new RangeError(`expected ${name} to be ${right}, got: ${got}`));
    expect(error).toBeInstanceOf(RangeError);
  });

  it.each<[object, string, string, RegExp]>([
    [{ cert: "garbage", key: "garbage" }, "tls.cert", "a certificate in PEM", /no start line/],
    [{ ...localhost, cert: localhost.key }, "tls.cert", "a certificate in PEM", /no start line/],
    [
      { ...localhost, cert: localhost.cert.slice(0, 200) },
      "tls.cert",
      "a certificate in PEM",
      /bad end line/,
    ],
    [{ ...localhost, key: "garbage" }, "tls.key", "the certificate's key in PEM", /./],
    [{ ...localhost, key: other.key }, "tls.key", "the certificate's key in PEM", /key values mismatch/],
    [{ ...localhost, key: Buffer.from("garbage") }, "tls.key", "the certificate's key in PEM", /./],
    [{ ...localhost, clientCa: "garbage" }, "tls.clientCa", "certificates in PEM", /no start line/],
    [{ ...localhost, clientCa: client.key }, "tls.clientCa", "certificates in PEM", /no start line/],
    [
      { ...localhost, servers: { "other.example": other, "*.example": { ...stranger, key: other.key } } },
      'tls.servers["*.example"].key',
      "the certificate's key in PEM",
      /key values mismatch/,
    ],
  ])(
    "51: a certificate or key that can't be used is refused at the start: %#",
    (tls, name, right, reason) => {
      const error = refusalOf({ tls }) as RangeError;
      expect(error).toBeInstanceOf(RangeError);
      const [, why = ""] = /\((.*)\)$/.exec(error.message) ?? [];
      expect(error.message).toBe(`expected ${name} to be ${right}, got: ${unusable(why)}`);
      expect(why).toMatch(reason);
    },
  );

  it("certificates of every form that is right are taken", () => {
    const tls = {
      cert: Buffer.from(localhost.cert),
      key: new Uint8Array(Buffer.from(localhost.key)),
      servers: { "other.example": other, "*.Wild.example": other, "*": other, undefined: other },
      clientCa: `${authority}\n${String(stranger.cert)}`,
      alpn: ["h2"],
    };
    expect(refusalOf({ tls })).toBeUndefined();
    expect(refusalOf({ tls: { ...localhost, servers: {}, clientCa: undefined } })).toBeUndefined();
    expect(refusalOf({ tls: { ...localhost, role: "server" } })).toBeUndefined();
  });

  it("no error shows what may be a key", () => {
    const key = String(localhost.key);
    const [, secret = ""] = key.split("\n");
    for (const options of [
      { tls: key },
      { tls: [key] },
      { tls: { ...localhost, passphrase: key } },
      { tls: { ...localhost, [key]: 1 } },
      { tls: { ...localhost, cert: key } },
      { tls: { ...localhost, key: [key] } },
      { tls: { ...localhost, clientCa: { key } } },
      { tls: { ...localhost, servers: key } },
      { tls: { ...localhost, alpn: key } },
      { tls: { ...localhost, alpn: [[key]] } },
      { host: key, path: key },
      { maxConnections: key },
      { handler: { tls: { key } } },
    ]) {
      const { message } = refusalOf(options) as RangeError;
      expect(message).toMatch(/^expected /);
      expect(message).not.toContain(secret);
    }
  });

  it.each(Object.entries(wrongListenerOptions))(
    "%s of any other type is refused by its name",
    (name, values) => {
      fc.assert(fc.property(values, (value) => isRefusalOf(name, refusalOf({ [name]: value }))));
    },
  );

  it.each(Object.entries(wrongTlsOptions))(
    "tls.%s of any other type is refused by its name",
    (name, values) => {
      fc.assert(
        fc.property(values, (value) =>
          isRefusalOf(`tls.${name}`, refusalOf({ tls: { ...localhost, [name]: value } })),
        ),
      );
    },
  );

  it.each<[object, string]>([
    [{ nme: "x" }, 'expected each option to be one that there is, got: "nme" (did you mean name?)'],
    [{ id: "" }, `expected id to be text that isn't empty, got: ""`],
    [{ id: 5 }, "expected id to be text that isn't empty, got: 5"],
    [{ name: "front" }, "expected name to be an object, got: text"],
    [{ name: {} }, "expected name to be what processName gives, got: {}"],
  ])("a child's options are refused by name: %o", (child, message) => {
    const make = () => Listener.child({ port: 0, handler: Echo.with() }, child);
    expect(make).toThrow(new RangeError(message));
  });

  it.each<[object, string]>([
    [
      { timeout: 5 },
      'expected each option to be one that there is, got: "timeout" (did you mean timeoutMs?)',
    ],
    [{ cut: true }, 'expected each option to be one of timeoutMs, staggerMs, notice, got: "cut"'],
    [{ timeoutMs: "5" }, 'expected timeoutMs to be a number of milliseconds from 0, got: "5"'],
    [null as unknown as object, "expected options to be an object, got: null"],
  ])("a drain's options are refused by name: %o", async (options, message) => {
    const server = await serve({ handler: Echo.with() });
    const drained = server.app.call(TestListener, "drain", options);
    await expect(drained).rejects.toEqual(new RangeError(message));
    expect(await server.info()).toMatchObject({ status: "listening" });
  });
});

describe("a connection's read time-out", () => {
  it.each<[readonly unknown[], string]>([
    [["200"], 'expected readTimeoutMs to be a positive number of milliseconds, got: "200"'],
    [[0], "expected readTimeoutMs to be a positive number of milliseconds, got: 0"],
    [[5n], "expected readTimeoutMs to be a positive number of milliseconds, got: 5n"],
    [[200, "twice"], 'expected lasts to be "always" or "once", got: "twice"'],
  ])("is refused when it is wrong: %o", async (args, message) => {
    const told: unknown[] = [];
    const Odd = defineConnection({
      name: "Odd",
      connected(ctx: ConnectionContext) {
        try {
          ctx.setReadTimeout(...(args as [number]));
        } catch (error) {
          told.push(error);
        }
        ctx.send("ready\n");
      },
      data() {},
    });
    const server = await serve({ handler: Odd.with() });
    expect(await (await dial(server.port)).readLine()).toBe("ready");
    expect(told).toEqual([new RangeError(message)]);
  });
});

describe("a definition", () => {
  it.each<[object, string]>([
    [{ name: "Mute" }, "expected data to be a function, got: undefined"],
    [{ name: "Mute", data: "echo" }, 'expected data to be a function, got: "echo"'],
    [{ name: "Mute", data() {}, closed: "x" }, 'expected closed to be a function, got: "x"'],
    [{ name: "Mute", data() {}, infos: {} }, "expected infos to be a list, got: {}"],
    [
      { name: "Mute", data() {}, conected() {} },
      'expected each option to be one that there is, got: "conected" (did you mean connected?)',
    ],
    [{ data() {} }, "expected name to be text that isn't empty, got: undefined"],
  ])("without what it needs is refused: %o", (handlers, message) => {
    expect(() => defineConnection(handlers as { name: string; data: () => void })).toThrow(
      new RangeError(message),
    );
  });
});

describe("changes that are wrong", () => {
  it.each<[string, unknown]>([
    ["an object", null],
    ["an object", 5],
    ["an object", []],
    ["tls", { tls: null }],
    ["tls.cert", { tls: { cert: "garbage", key: "garbage" } }],
    ["alarms[0]", { alarms: [null] }],
    ["maxConnections", { maxConnections: 10n }],
    ["maxConnections", { maxConections: undefined }],
    ["handler", { handler: undefined }],
    ["path", { port: undefined }],
    ["lowWatermarkBytes", { lowWatermarkBytes: 70_000 }],
  ])("33: are the caller's error, naming %s, and change nothing: %o", async (name, changes) => {
    const server = await serve({ packet: "line", handler: Echo.with(), maxConnections: 7 });
    const acceptor = await server.acceptor();
    const before = await server.info();
    const changed = server.app.call(TestListener, "setOptions", changes as ListenerChanges);
    const error: unknown = await changed.catch((thrown: unknown) => thrown);
    expect(isRefusalOf(name, error)).toBe(true);
    expect(await server.info()).toEqual(before);
    expect(await server.acceptor()).toBe(acceptor);
  });

  it("33: never crash the acceptor, whatever they are", async () => {
    const server = await serve({ handler: Echo.with() });
    const acceptor = await server.acceptor();
    const change = fc
      .constantFrom(...Object.keys(wrongListenerOptions))
      .chain((name) =>
        fc.tuple(fc.constant(name), wrongListenerOptions[name as keyof typeof wrongListenerOptions]),
      );
    await fc.assert(
      fc.asyncProperty(change, async ([name, value]) => {
        const changed = server.app.call(TestListener, "setOptions", { [name]: value });
        const error: unknown = await changed.catch((thrown: unknown) => thrown);
        expect(isRefusalOf(name, error)).toBe(true);
      }),
    );
    expect(await server.acceptor()).toBe(acceptor);
  });
});

describe("encryption that is changed", () => {
  it("51: by none but its own options: a client's session goes on where it was", async () => {
    const server = await serve({ packet: "line", handler: Echo.with(), tls: localhost });
    const { session } = await encrypted(server);
    await change(server, { maxConnections: 100 });
    await change(server, { readTimeoutMs: 1_000 });
    expect((await encrypted(server, await session)).socket.isSessionReused()).toBe(true);
    await change(server, { tls: { ...localhost } });
    expect((await encrypted(server, await session)).socket.isSessionReused()).toBe(false);
  });

  it("51: with a new certificate, also in the same object, for connections from then on", async () => {
    const tls = { ...localhost };
    const server = await serve({ packet: "line", handler: Echo.with(), tls });
    const first = await encrypted(server);
    const [before] = [subjectOf(first.socket)];
    Object.assign(tls, other);
    expect(subjectOf((await encrypted(server)).socket)).toEqual(before);
    await change(server, { tls });
    expect(subjectOf((await encrypted(server)).socket)).not.toEqual(before);
    first.socket.write("still here\n");
    expect(await first.peer.readLine()).toBe("still here");
  });

  it("51: not at all by a certificate that can't be used", async () => {
    const server = await serve({ packet: "line", handler: Echo.with(), tls: localhost });
    const { session } = await encrypted(server);
    const wrong = change(server, { tls: { ...localhost, key: other.key } });
    await expect(wrong).rejects.toThrow("expected tls.key to be the certificate's key in PEM");
    expect((await encrypted(server, await session)).socket.isSessionReused()).toBe(true);
  });
});

function change(server: TestServer, changes: ListenerChanges): Promise<"changed"> {
  return server.app.call(TestListener, "setOptions", changes);
}

function subjectOf(socket: TLSSocket): unknown {
  return socket.getPeerCertificate().fingerprint256;
}

/** A client over TLS, with the ticket that it is given for the next time. */
async function encrypted({ port }: TestServer, session?: Buffer) {
  const socket = connectTls({
    port,
    host: "127.0.0.1",
    ca: authority,
    checkServerIdentity: () => undefined,
    servername: "localhost",
    ...(session === undefined ? {} : { session }),
  });
  const ticket = new Promise<Buffer>((resolve) => {
    socket.once("session", resolve);
  });
  await new Promise<void>((resolve, reject) => {
    socket.once("secureConnect", resolve);
    socket.once("error", reject);
  });
  return { socket, peer: peerAfterTest(new Peer(socket)), session: ticket };
}
