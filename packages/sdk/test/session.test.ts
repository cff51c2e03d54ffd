import { beforeEach, describe, expect, test } from "vitest";

import type { KindName } from "@wheelhouse/protocol";

import { backoffMs, retryAfterWithJitterMs } from "../src/backoff.ts";
import type { DeclaredText } from "../src/declarations.ts";
import type { Draft } from "../src/outbox.ts";
import { Session, type Effect } from "../src/session.ts";
import { WELCOME } from "./scripted-server.ts";

const NOW = 1_764_000_000_000;
const DECLARED = [declared("a", "integer", "1")];
const LINE: Draft = { type: "variables", body: `"at":${NOW},"values":{"a":1}`, names: ["a"] };

let session: Session;

beforeEach(() => {
  session = new Session({
    introduction: { type: "hello", protocol: 2, key: "k", device: "d" },
    buffer: { maxLines: 3, maxBytes: 100_000 },
    variables: { list: () => DECLARED, kind: () => "integer" },
    random: () => 0,
  });
});

function declared(name: string, kind: KindName, value?: string, help?: string): DeclaredText {
  const variable = { name, kind, json: JSON.stringify({ name, kind, writable: true, help }) };
  return value === undefined ? variable : { ...variable, value };
}

function receive(message: unknown, atMs = 0): Effect[] {
  return session.received(JSON.stringify(message), atMs);
}

/** Opens a connection and has it welcomed. */
function connect(atMs = 0, welcome: object = {}): Effect[] {
  if (session.status === "waiting") session.tick(session.deadlineMs ?? 0);
  else session.start(atMs);
  return [...session.opened(atMs, NOW), ...receive({ ...WELCOME, ...welcome }, atMs)];
}

function written(effects: readonly Effect[]): unknown[] {
  return effects
    .flatMap((effect) => (effect.type === "write" ? effect.text.trimEnd().split("\n") : []))
    .map((line) => JSON.parse(line));
}

function problems(effects: readonly Effect[]): string[] {
  return effects.flatMap((effect) => (effect.type === "problem" ? [effect.problem.code] : []));
}

describe("beginning", () => {
  test("hello, then the declarations, then what was held", () => {
    session.post([LINE], []);
    expect(written(connect())).toEqual([
      { type: "hello", protocol: 2, key: "k", device: "d", now: NOW },
      { type: "declare", variables: [{ name: "a", kind: "integer", writable: true, value: 1 }] },
      { type: "variables", seq: 1, at: NOW, values: { a: 1 } },
    ]);
    expect(session.status).toBe("connected");
  });

  test("a later connection asks for the session and sends what wasn't acknowledged", () => {
    connect();
    session.post([LINE, LINE], []);
    receive({ type: "ack", seq: 1 });
    session.lost(0);
    const lines = written(connect(0, { resumed: true, acknowledged: 1 }));
    expect(lines).toMatchObject([
      { type: "hello", session: "s1" },
      { type: "declare" },
      { type: "variables", seq: 2 },
    ]);
    expect(session.stats).toEqual({ sent: 2, acknowledged: 1, dropped: 0, buffered: 1, reconnects: 1 });
  });

  test("a session that isn't resumed forgets the writes and numbers from 1", () => {
    connect();
    session.post([LINE, LINE], []);
    receive({ type: "ack", seq: 1 });
    session.lost(0);
    const effects = connect(0, { session: "s2" });
    expect(effects).toContainEqual({ type: "fresh" });
    expect(written(effects).at(-1)).toMatchObject({ type: "variables", seq: 1 });
  });

  test("lines wait for the welcome", () => {
    session.start(0);
    session.opened(0, NOW);
    expect(session.post([LINE], [])).toEqual([]);
  });

  test("a server that doesn't welcome in time is left", () => {
    session.start(0);
    session.opened(0, NOW);
    expect(session.tick(9_999)).toEqual([]);
    expect(session.tick(10_000)[0]).toEqual({ type: "cut" });
    expect(session.status).toBe("waiting");
  });
});

describe("codes", () => {
  test.each(["replaced", "revoked", "protocol"])("%s stops for good", (code) => {
    connect();
    session.post([LINE], []);
    const effects = receive({ type: "error", code, message: "no" });
    expect(effects).toContainEqual({ type: "cut" });
    expect(effects).toContainEqual({ type: "problem", problem: { code, message: "no", final: true } });
    expect(session.status).toBe("stopped");
    expect(session.deadlineMs).toBeUndefined();
    expect(session.stats).toMatchObject({ dropped: 1, buffered: 0 });
  });

  test.each(["unauthorized", "invalid", "too_large"])("%s in answer to the hello stops for good", (code) => {
    session.start(0);
    session.opened(0, NOW);
    receive({ type: "error", code, message: "no" });
    expect(session.status).toBe("stopped");
  });

  test.each(["rate_limited", "storage_unavailable", "a_code_of_the_future"])(
    "%s before the welcome is waited out",
    (code) => {
      session.start(0);
      session.opened(0, NOW);
      expect(problems(receive({ type: "error", code, message: "wait" }))).toEqual([code]);
      receive(WELCOME);
      expect(session.status).toBe("connected");
    },
  );

  test.each(["invalid", "too_large", "rate_limited", "unknown_write"])(
    "%s on a line is told, and all goes on",
    (code) => {
      connect();
      const effects = receive({ type: "error", code, message: "m", seq: 4 });
      expect(effects).toEqual([{ type: "problem", problem: { code, message: "m", final: false, seq: 4 } }]);
      expect(session.status).toBe("connected");
    },
  );

  test("shutting_down writes no more lines, takes acknowledgements, and comes back no sooner than asked", () => {
    connect();
    session.post([LINE], []);
    receive({ type: "error", code: "shutting_down", message: "bye", retryAfterMs: 700 }, 1_000);
    expect(session.status).toBe("waiting");
    expect(written(session.post([LINE], []))).toEqual([]);
    receive({ type: "ack", seq: 1 }, 1_000);
    expect(session.stats).toMatchObject({ acknowledged: 1, buffered: 1 });
    expect(problems(session.lost(2_000))).toEqual([]);
    expect(session.deadlineMs).toBe(2_700);
    expect(session.tick(2_699)).toEqual([]);
    expect(session.tick(2_700)).toContainEqual({ type: "open" });
  });

  test("a server that can't store answers the hello so, and is come back to no sooner than it asked", () => {
    session.start(0);
    session.opened(0, NOW);
    receive({ type: "error", code: "storage_unavailable", message: "full", retryAfterMs: 700 }, 1_000);
    session.lost(1_000);
    expect(session.deadlineMs).toBe(1_700);
  });

  test("a server that says shutting_down and stays is left", () => {
    connect();
    receive({ type: "error", code: "shutting_down", message: "bye" }, 1_000);
    expect(session.tick(11_000)).toContainEqual({ type: "cut" });
  });
});

describe("coming back", () => {
  test("each failed attempt doubles the wait; a welcome begins anew; an outage is told once", () => {
    session.start(0);
    const waits: number[] = [];
    const told: string[] = [];
    for (let attempt = 0; attempt < 7; attempt++) {
      told.push(...problems(session.lost(0, "ECONNREFUSED")));
      waits.push(session.deadlineMs ?? 0);
      session.tick(session.deadlineMs ?? 0);
    }
    expect(waits).toEqual([100, 200, 400, 800, 1_600, 2_500, 2_500]);
    expect(told).toEqual(["unreachable"]);
    session.opened(0, NOW);
    receive(WELCOME);
    expect(problems(session.lost(0))).toEqual(["disconnected"]);
    expect(session.deadlineMs).toBe(100);
  });

  test("jitter spreads a wait over its upper half, and beyond what the server asked", () => {
    expect([backoffMs(0, 0), backoffMs(0, 0.999), backoffMs(30, 0.999)]).toEqual([100, 200, 4_998]);
    expect([retryAfterWithJitterMs(1_000, 0), retryAfterWithJitterMs(1_000, 0.5)]).toEqual([1_000, 1_250]);
    expect(retryAfterWithJitterMs(1e12, 0)).toBe(300_000);
  });
});

describe("life", () => {
  test("a ping is answered", () => {
    connect();
    expect(written(receive({ type: "ping" }))).toEqual([{ type: "pong" }]);
  });

  test("a silent server is pinged after one heartbeat and left after three", () => {
    connect(0, { heartbeatMs: 1_000 });
    expect(written(session.tick(1_000))).toEqual([{ type: "ping" }]);
    expect(session.tick(2_999)).toEqual([]);
    const effects = session.tick(3_000);
    expect(effects).toContainEqual({ type: "cut" });
    expect(problems(effects)).toEqual(["disconnected"]);
  });

  test("any line is life", () => {
    connect(0, { heartbeatMs: 1_000 });
    session.tick(1_000);
    session.received("not even JSON", 2_500);
    expect(session.tick(3_000)).toEqual([]);
    expect(written(session.tick(3_500))).toEqual([{ type: "ping" }]);
  });
});

describe("limits", () => {
  test("the server's window holds lines back until an acknowledgement", () => {
    connect(0, { window: 1 });
    expect(written(session.post([LINE, LINE], []))).toMatchObject([{ seq: 1 }]);
    expect(written(receive({ type: "ack", seq: 1 }))).toMatchObject([{ seq: 2 }]);
  });

  test("overflow is told once until the buffer was empty again", () => {
    const told = () => problems(session.post([LINE, LINE, LINE, LINE], []));
    expect(told()).toEqual(["buffer_full"]);
    expect(told()).toEqual([]);
    connect();
    receive({ type: "ack", seq: 3 });
    expect(session.stats.buffered).toBe(0);
    expect(told()).toEqual(["buffer_full"]);
  });

  test("what is too long for a line is counted and told", () => {
    connect();
    expect(problems(session.post([], ["the value of a is longer than a line may be"]))).toEqual([
      "too_large",
    ]);
    expect(session.stats).toMatchObject({ sent: 1, dropped: 1 });
  });

  test("declarations are split where the server takes only short lines", () => {
    connect(0, { maxLineBytes: 150 });
    const two = ["x", "y"].map((name) => declared(name, "integer", undefined, "h".repeat(40)));
    expect(written(session.declare(two))).toMatchObject([
      { type: "declare", variables: [{ name: "x" }] },
      { type: "declare", variables: [{ name: "y" }] },
    ]);
  });
});

describe("robustness", () => {
  test.each([
    { type: "set", id: 1 },
    { type: "set", id: "x", values: {} },
    { type: "ack" },
    { type: "ack", seq: "many" },
    { type: "error" },
    { type: "from the future" },
    [],
    7,
  ])("%j is no reason to stop", (message) => {
    connect();
    session.post([LINE], []);
    receive(message);
    expect(session.status).toBe("connected");
    expect(session.stats.buffered).toBe(1);
  });

  test("nothing is heard any more once stopped", () => {
    connect();
    session.end();
    expect(receive({ type: "error", code: "shutting_down", message: "" })).toEqual([]);
    expect(session.lost(0)).toEqual([]);
    expect(session.status).toBe("stopped");
  });

  test("a connection that opens after the end isn't greeted", () => {
    session.start(0);
    session.end();
    expect(session.opened(0, NOW)).toEqual([]);
    expect(session.lost(0)).toEqual([]);
    expect(session.status).toBe("stopped");
  });
});
