import { NetMetrics, defineConnection, formatNetEvent, logNetEvents, type NetEvent } from "@wheelhouse/net";
import type { LabelledRef } from "@wheelhouse/actors";
import { describe, expect, it } from "vitest";
import { dial, refusalOf, serve, testRuntime } from "../support.ts";

const Echo = defineConnection({ name: "Echo", data: (ctx, line) => void ctx.send(line) });
const LINES = { packet: "line", handler: Echo.with() } as const;
const PLACE = { host: "127.0.0.1", port: 80 };
const REF = { id: 7, label: "Echo", toString: () => "Echo#7" } as LabelledRef;

describe("the logger", () => {
  it("58: writes a line for each event that matters enough", async () => {
    const made = testRuntime();
    const lines: string[] = [];
    const all: string[] = [];
    made.runtime.on(logNetEvents((line, level) => lines.push(`${level} ${line}`)));
    made.runtime.on(logNetEvents((line) => all.push(line), { level: "debug" }));
    const server = await serve({ ...LINES, maxConnections: 1 }, made);
    const peer = await dial(server.port);
    await peer.write("x\n");
    await peer.readLine();
    await refusalOf(server.port);
    await server.app.stop();
    expect(lines).toEqual([
      `info listening listener=127.0.0.1:${server.port}`,
      expect.stringMatching(/^warn connection_refused remote=127\.0\.0\.1:\d+ why=max_connections$/),
      `info draining listener=127.0.0.1:${server.port} connections=1`,
      `info drained listener=127.0.0.1:${server.port} connections=1 cut=0`,
    ]);
    expect(all).toContainEqual(
      expect.stringMatching(
        /^connection_ended connection=Echo#\d+ remote=127\.0\.0\.1:\d+ reason=shutdown ms=\d+ read=2 written=2$/,
      ),
    );
  });

  it("58: harms nobody when it throws", async () => {
    const made = testRuntime();
    const failing = () => {
      throw new Error("the disk is full");
    };
    made.runtime.on(logNetEvents(failing, { level: "debug" }));
    const server = await serve(LINES, made);
    const peer = await dial(server.port);
    await peer.write("fine\n");
    expect(await peer.readLine()).toBe("fine");
  });

  const events: readonly (readonly [NetEvent, string])[] = [
    [{ type: "net:suspended", listener: { host: "::1", port: 80 } }, "suspended listener=[::1]:80"],
    [{ type: "net:resumed", listener: { host: "", port: 0, path: "/a b" } }, 'resumed listener="/a b"'],
    [
      { type: "net:connection_waiting", listener: PLACE, remote: PLACE, waiting: 2 },
      "connection_waiting remote=127.0.0.1:80 waiting=2",
    ],
    [
      { type: "net:connection_timeout", ref: REF, remote: PLACE, which: "life" },
      "connection_timeout connection=Echo#7 remote=127.0.0.1:80 which=life",
    ],
    [
      { type: "net:handshake_failed", ref: REF, remote: PLACE, step: "tls", why: "bad\n\u001b[31m" },
      'handshake_failed connection=Echo#7 remote=127.0.0.1:80 step=tls why="bad\\n\\u001b[31m"',
    ],
    [
      { type: "net:accept_failed", listener: PLACE, error: new Error("no") },
      'accept_failed listener=127.0.0.1:80 error="Error: no"',
    ],
    [
      { type: "net:alarm", listener: PLACE, threshold: 5, connections: 6 },
      "alarm listener=127.0.0.1:80 connections=6 threshold=5",
    ],
  ];

  it.each(events)("58: says %j on one line, without control characters", (event, line) => {
    expect(formatNetEvent(event)).toBe(line);
  });
});

describe("the metrics", () => {
  it("58: count what happened, and are read as Prometheus does", async () => {
    const made = testRuntime();
    const metrics = new NetMetrics();
    made.runtime.on(metrics.observe);
    const server = await serve({ ...LINES, maxConnections: 2 }, made);
    const [first, second] = [await dial(server.port), await dial(server.port)];
    for (const peer of [first, second]) {
      await peer.write("hello\n");
      await peer.readLine();
    }
    await refusalOf(server.port);
    first.finish();
    await server.events.until("net:connection_ended");
    expect(metrics.snapshot()).toMatchObject({
      connections: 1,
      started: 2,
      ended: { normal: 1, shutdown: 0, killed: 0, crashed: 0 },
      refused: { max_connections: 1 },
      bytesRead: 6,
      bytesWritten: 6,
      packetsRead: 1,
      packetsWritten: 1,
    });
    const text = metrics.toPrometheus();
    expect(text).toContain("# TYPE net_connections gauge\nnet_connections 1\n");
    expect(text).toContain('net_connections_refused_total{why="max_connections"} 1\n');
    expect(text).toContain('net_connections_ended_total{kind="normal"} 1\n');
    for (const line of text.trimEnd().split("\n"))
      expect(line).toMatch(/^(# (HELP|TYPE) net_\w+ .+|net_\w+(\{\w+="\w+"\})? [\d.e+-]+)$/);
    expect(text.endsWith("\n")).toBe(true);
  });

  it("58: never count fewer than none, also of connections that began before them", async () => {
    const made = testRuntime();
    const server = await serve(LINES, made);
    const peer = await dial(server.port);
    await peer.write("hello\n");
    await peer.readLine();
    const metrics = new NetMetrics();
    made.runtime.on(metrics.observe);
    peer.finish();
    await server.events.until("net:connection_ended");
    expect(metrics.snapshot()).toMatchObject({ connections: 0, started: 0, ended: { normal: 1 } });
  });

  it("58: count each kind of event", () => {
    const metrics = new NetMetrics();
    const ended = {
      type: "net:connection_ended",
      ref: REF,
      listener: PLACE,
      local: PLACE,
      remote: PLACE,
      durationMs: 10,
      bytesRead: 1,
      bytesWritten: 2,
      packetsRead: 3,
      packetsWritten: 4,
    } as const;
    const events: readonly NetEvent[] = [
      { ...ended, reason: "killed" },
      { ...ended, reason: new Error("crash") },
      { ...ended, reason: { shutdown: "x" } },
      { type: "net:connection_timeout", ref: REF, remote: PLACE, which: "read" },
      { type: "net:connection_waiting", listener: PLACE, remote: PLACE, waiting: 1 },
      { type: "net:handshake_failed", ref: REF, remote: PLACE, step: "tls", why: "x" },
      { type: "net:accept_failed", listener: PLACE, error: "x" },
      { type: "net:alarm", listener: PLACE, threshold: 1, connections: 1 },
      { type: "net:drained", listener: PLACE, connections: 3, cut: 2 },
    ];
    for (const event of events) metrics.observe(event);
    metrics.observe({ type: "other:event" });
    expect(metrics.snapshot()).toMatchObject({
      ended: { normal: 0, killed: 1, crashed: 1, shutdown: 1 },
      timeouts: { read: 1 },
      waited: 1,
      handshakesFailed: 1,
      acceptsFailed: 1,
      alarms: 1,
      drains: 1,
      cut: 2,
      durationMs: 30,
      bytesRead: 3,
      packetsWritten: 12,
    });
  });
});

it.each<[unknown, unknown, string]>([
  [undefined, undefined, "expected write to be a function, got: undefined"],
  [() => {}, { level: "error" }, 'expected level to be "debug" or "info" or "warn", got: "error"'],
  [() => {}, { lvl: "warn" }, 'expected each option to be one of level, got: "lvl"'],
])("a log that would say something else is refused: %#", (write, options, message) => {
  expect(() => logNetEvents(write as () => void, options as { level: "warn" })).toThrow(
    new RangeError(message),
  );
});
