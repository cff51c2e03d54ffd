import fc from "fast-check";
import { describe, expect, test } from "vitest";

import { parseDeviceMessage } from "@wheelhouse/protocol";

import { Outbox, type Draft } from "../src/outbox.ts";

const ROOMY = { maxLines: 100, maxBytes: 1_000_000 };
const LONG = 65_536;

function values(record: Record<string, number>): Draft {
  return { type: "variables", body: `"at":5,"values":${JSON.stringify(record)}`, names: Object.keys(record) };
}

const asItIs = (draft: Draft): Draft => draft;

function entry(message: string): Draft {
  return { type: "logs", body: `"entries":[{"level":"info","message":"${message}"}]` };
}

function sent(outbox: Outbox, window = 256): unknown[] {
  return outbox.take(window, LONG, asItIs).lines.map((line) => JSON.parse(line));
}

describe("numbering", () => {
  test("variables and logs share one counter and leave in order", () => {
    const outbox = new Outbox(ROOMY);
    outbox.put(values({ a: 1 }));
    outbox.put(entry("m"));
    expect(outbox.take(256, LONG, asItIs).lines).toEqual([
      '{"type":"variables","seq":1,"at":5,"values":{"a":1}}\n',
      '{"type":"logs","seq":2,"entries":[{"level":"info","message":"m"}]}\n',
    ]);
    expect(sent(outbox)).toEqual([]);
  });

  test("a resumed session gets what is higher than acknowledged under the same numbers", () => {
    const outbox = new Outbox(ROOMY);
    for (const a of [1, 2, 3]) outbox.put(values({ a }));
    sent(outbox);
    outbox.resume(2);
    expect(sent(outbox)).toMatchObject([{ seq: 3, values: { a: 3 } }]);
    expect(outbox.stats).toEqual({ sent: 3, acknowledged: 2, dropped: 0, buffered: 1 });
  });

  test("a new session gets what is held, numbered from 1", () => {
    const outbox = new Outbox(ROOMY);
    for (const a of [1, 2, 3]) outbox.put(values({ a }));
    sent(outbox);
    outbox.acknowledge(1);
    outbox.restart();
    outbox.put(values({ a: 4 }));
    expect(sent(outbox)).toMatchObject([
      { seq: 1, values: { a: 2 } },
      { seq: 2, values: { a: 3 } },
      { seq: 3, values: { a: 4 } },
    ]);
  });

  test("a server that knows higher numbers than were written isn't given duplicates", () => {
    const outbox = new Outbox(ROOMY);
    outbox.put(values({ a: 1 }));
    sent(outbox);
    outbox.put(values({ a: 2 }));
    outbox.resume(40);
    expect(sent(outbox)).toMatchObject([{ seq: 41, values: { a: 2 } }]);
  });

  test("an acknowledgement of what was never written keeps it", () => {
    const outbox = new Outbox(ROOMY);
    outbox.put(values({ a: 1 }));
    outbox.acknowledge(7);
    expect(outbox.stats.buffered).toBe(1);
  });
});

test("an acknowledgement of the old session's numbers means nothing in a new one", () => {
  const outbox = new Outbox(ROOMY);
  for (const a of [1, 2, 3]) outbox.put(values({ a }));
  sent(outbox);
  outbox.restart();
  outbox.acknowledge(3);
  expect(outbox.stats.buffered).toBe(3);
});

describe("bounds", () => {
  test("no more than the window is unacknowledged", () => {
    const outbox = new Outbox(ROOMY);
    for (const a of [1, 2, 3]) outbox.put(values({ a }));
    expect(sent(outbox, 2)).toMatchObject([{ seq: 1 }, { seq: 2 }]);
    expect(sent(outbox, 2)).toEqual([]);
    outbox.acknowledge(1);
    expect(sent(outbox, 2)).toMatchObject([{ seq: 3 }]);
  });

  test("dropping lines that are on their way makes no room in the window", () => {
    const outbox = new Outbox({ maxLines: 2, maxBytes: 1_000_000 });
    for (const a of [1, 2]) outbox.put(values({ a }));
    expect(sent(outbox, 2)).toHaveLength(2);
    for (const a of [3, 4]) outbox.put(values({ a }));
    expect(sent(outbox, 2)).toEqual([]);
    outbox.acknowledge(2);
    expect(sent(outbox, 2)).toMatchObject([{ seq: 3 }, { seq: 4 }]);
  });

  test("bytes are bounded too", () => {
    const outbox = new Outbox({ maxLines: 100, maxBytes: 200 });
    for (let a = 0; a < 20; a++) outbox.put(values({ a }));
    expect(outbox.bufferedBytes).toBeLessThanOrEqual(200);
    expect(outbox.stats.buffered).toBeGreaterThan(0);
    expect(outbox.stats.dropped).toBe(20 - outbox.stats.buffered);
  });

  test("a held line that a server with a lower limit wouldn't take is dropped", () => {
    const outbox = new Outbox(ROOMY);
    outbox.put(entry("x".repeat(500)));
    outbox.put(values({ a: 1 }));
    const { lines, oversized } = outbox.take(256, 200, asItIs);
    expect(lines).toHaveLength(1);
    expect(oversized).toBe(1);
    expect(outbox.stats).toMatchObject({ dropped: 1, buffered: 1 });
  });
});

describe("backlog", () => {
  test("after a reconnect only lines with the newest value of some variable are live", () => {
    const outbox = new Outbox(ROOMY);
    outbox.put(values({ a: 1, b: 1 }));
    outbox.put(values({ a: 2, c: 1 }));
    outbox.put(entry("m"));
    outbox.put(values({ a: 3, b: 2 }));
    outbox.resume(0);
    outbox.put(values({ a: 4 }));
    expect(sent(outbox)).toEqual([
      { type: "variables", seq: 1, at: 5, values: { a: 1, b: 1 }, backlog: true },
      { type: "variables", seq: 2, at: 5, values: { a: 2, c: 1 } },
      { type: "logs", seq: 3, entries: [{ level: "info", message: "m" }] },
      { type: "variables", seq: 4, at: 5, values: { a: 3, b: 2 } },
      { type: "variables", seq: 5, at: 5, values: { a: 4 } },
    ]);
  });
});

/** What a test server stores of one session, by the rules of the wire. */
interface Stored {
  last: number;
  durable: number;
}

const step = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      do: fc.constant("put" as const),
      names: fc.uniqueArray(fc.constantFrom("a", "b", "c"), { minLength: 1 }),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({ do: fc.constant("take" as const), window: fc.integer({ min: 1, max: 4 }) }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      do: fc.constant("acknowledge" as const),
      share: fc.double({ min: 0, max: 1, noNaN: true }),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      do: fc.constant("reconnect" as const),
      share: fc.double({ min: 0, max: 1, noNaN: true }),
    }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("restart" as const) }) },
);

test("whatever happens: order kept, nothing acknowledged sent again, bounded, all accounted for, newest live", () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 120 }), fc.integer({ min: 1, max: 8 }), (steps, maxLines) => {
      const outbox = new Outbox({ maxLines, maxBytes: 1_000_000 });
      let server: Stored = { last: 0, durable: 0 };
      let made = 0;
      let lastArrived = 0;
      let acknowledgedValue = 0;
      const byNumber = new Map<number, number>();
      const newest = new Map<string, number>();
      const live = new Map<string, number>();
      const arrivedAll = new Set<number>();

      const take = (window: number) => {
        const { lines } = outbox.take(window, LONG, asItIs);
        for (const line of lines) {
          const message = parseDeviceMessage(line.trimEnd());
          if (message.type !== "variables") throw new Error("expected a variables line");
          const value = Object.values(message.values)[0] as number;
          expect(value).toBeGreaterThan(acknowledgedValue);
          byNumber.set(message.seq, value);
          if (message.seq <= server.last) continue;
          expect(value).toBeGreaterThan(lastArrived);
          lastArrived = value;
          arrivedAll.add(value);
          server.last = message.seq;
          if (message.backlog !== true) for (const name of Object.keys(message.values)) live.set(name, value);
        }
      };
      const acknowledge = (share: number): number => {
        server.durable += Math.floor((server.last - server.durable) * share);
        acknowledgedValue = Math.max(acknowledgedValue, byNumber.get(server.durable) ?? 0);
        return server.durable;
      };

      for (const next of steps) {
        if (next.do === "put") {
          made++;
          for (const name of next.names) newest.set(name, made);
          outbox.put(values(Object.fromEntries(next.names.map((name) => [name, made]))));
        } else if (next.do === "take") {
          take(next.window);
        } else if (next.do === "acknowledge") {
          outbox.acknowledge(acknowledge(next.share));
        } else if (next.do === "reconnect") {
          outbox.resume(acknowledge(next.share));
        } else {
          // The server lost the session; what wasn't acknowledged may come to it a second time.
          server = { last: 0, durable: 0 };
          byNumber.clear();
          lastArrived = acknowledgedValue;
          outbox.restart();
        }
        const { sent: count, acknowledged, dropped, buffered } = outbox.stats;
        expect(buffered).toBeLessThanOrEqual(maxLines);
        expect(count).toBe(made);
        expect(acknowledged + dropped + buffered).toBe(made);
      }

      for (let round = 0; round <= made; round++) {
        take(4);
        outbox.acknowledge(acknowledge(1));
      }
      expect(outbox.stats.buffered).toBe(0);
      expect(made - arrivedAll.size).toBeLessThanOrEqual(outbox.stats.dropped);
      if (outbox.stats.dropped === 0) expect(live).toEqual(newest);
    }),
    { numRuns: 500 },
  );
});
