import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Limits, type LimitSettings, type Verdict } from "../../src/listener/limits.ts";

const OPEN: LimitSettings = {
  maxConnections: Infinity,
  atMaxConnections: "refuse",
  maxWaiting: 10,
  maxConnectionsPerAddress: Infinity,
  connectionRate: undefined,
  connectionRatePerAddress: undefined,
};

function limits(settings: Partial<LimitSettings>): Limits {
  return new Limits({ ...OPEN, ...settings });
}

function arriveAll(limited: Limits, addresses: readonly string[], nowMs = 0): readonly Verdict[] {
  return addresses.map((address) => limited.arrive(address, nowMs));
}

describe("limits (behaviour 34)", () => {
  it("34: refuse the eleventh of ten, until one leaves", () => {
    const limited = limits({ maxConnections: 10 });
    expect(arriveAll(limited, Array<string>(11).fill("a"))).toEqual([
      ...Array<string>(10).fill("enter"),
      "max_connections",
    ]);
    limited.leave("a");
    expect(arriveAll(limited, ["a", "a"])).toEqual(["enter", "max_connections"]);
  });

  it("34: let the eleventh wait where that is chosen, and only so many", () => {
    const limited = limits({ maxConnections: 1, atMaxConnections: "wait", maxWaiting: 2 });
    expect(arriveAll(limited, ["a", "b", "c", "d"])).toEqual(["enter", "wait", "wait", "max_waiting"]);
    expect(limited.admitWaiting()).toBe(false);
    limited.stopWaiting("c");
    limited.leave("a");
    // Nobody passes those that wait.
    expect(limited.arrive("e", 0)).toBe("wait");
    expect([limited.admitWaiting(), limited.admitWaiting()]).toEqual([true, false]);
    expect([limited.inside, limited.waiting]).toEqual([1, 1]);
  });

  it("34: refuse whoever comes where that was chosen meanwhile, also while some wait", () => {
    const waiting = { ...OPEN, maxConnections: 1, atMaxConnections: "wait" } as const;
    const limited = new Limits(waiting);
    expect(arriveAll(limited, ["a", "b"])).toEqual(["enter", "wait"]);
    limited.change({ ...waiting, atMaxConnections: "refuse" }, ["a", "b"]);
    expect(limited.arrive("c", 0)).toBe("max_connections");
    limited.leave("a");
    // There is room, but it is that of whoever waits.
    expect(limited.arrive("d", 0)).toBe("wait");
  });

  it("34: count each address by itself, those that wait too", () => {
    const limited = limits({
      maxConnections: 2,
      atMaxConnections: "wait",
      maxConnectionsPerAddress: 2,
    });
    expect(arriveAll(limited, ["a", "b", "a", "a", "b", ""])).toEqual([
      "enter",
      "enter",
      "wait",
      "max_connections_per_address",
      "wait",
      "wait",
    ]);
    limited.stopWaiting("a");
    expect(limited.arrive("a", 0)).toBe("wait");
  });

  it("34: let no faster in than the rate, of which who is refused uses nothing", () => {
    const limited = limits({ maxConnections: 3, connectionRate: { perSecond: 2, burst: 3 } });
    expect(arriveAll(limited, ["a", "b", "c", "d"])).toEqual(["enter", "enter", "enter", "connection_rate"]);
    expect(limited.arrive("e", 500)).toBe("max_connections");
    limited.leave("a");
    expect(limited.arrive("f", 500)).toBe("enter");
    limited.leave("b");
    expect(limited.arrive("g", 999)).toBe("connection_rate");
    expect(limited.arrive("g", 1_000)).toBe("enter");
  });

  it("34: let no faster in from one address than its rate", () => {
    const limited = limits({ connectionRatePerAddress: { perSecond: 1, burst: 1 } });
    expect(arriveAll(limited, ["a", "a", "b", ""])).toEqual([
      "enter",
      "connection_rate_per_address",
      "enter",
      "enter",
    ]);
    expect(limited.arrive("a", 1_000)).toBe("enter");
  });

  it("33: changed, hold at once: raised they let those in that wait, lowered they end nobody", () => {
    const settings = { ...OPEN, maxConnections: 2, atMaxConnections: "wait" } as const;
    const limited = new Limits(settings);
    expect(arriveAll(limited, ["a", "a", "b"])).toEqual(["enter", "enter", "wait"]);
    limited.change({ ...settings, maxConnections: 3 }, ["a", "a", "b"]);
    expect(limited.admitWaiting()).toBe(true);
    limited.change({ ...settings, maxConnections: 1 }, ["a", "a", "b"]);
    expect(limited.inside).toBe(3);
    limited.leave("a");
    limited.leave("a");
    expect(limited.arrive("c", 0)).toBe("wait");
    limited.leave("b");
    expect(limited.admitWaiting()).toBe(true);
  });

  it("33: changed, know who was there before the limit of an address was", () => {
    const limited = limits({});
    arriveAll(limited, ["a", "a", "b"]);
    limited.change({ ...OPEN, maxConnectionsPerAddress: 2 }, ["a", "a", "b"]);
    expect(arriveAll(limited, ["a", "b", "b"])).toEqual([
      "max_connections_per_address",
      "enter",
      "max_connections_per_address",
    ]);
  });

  it("33: changed elsewhere, leave a rate as used up as it was", () => {
    const rate = { connectionRate: { perSecond: 1, burst: 1 } };
    const limited = limits(rate);
    expect(limited.arrive("a", 0)).toBe("enter");
    limited.change({ ...OPEN, connectionRate: { ...rate.connectionRate }, maxConnections: 5 }, []);
    expect(limited.arrive("a", 0)).toBe("connection_rate");
    limited.change({ ...OPEN, connectionRate: { perSecond: 1, burst: 2 } }, []);
    expect(limited.arrive("a", 0)).toBe("enter");
  });

  it("40: count who comes by a proxy under the address that it tells", () => {
    const limited = limits({ maxConnectionsPerAddress: 1 });
    expect(arriveAll(limited, ["", "", ""])).toEqual(["enter", "enter", "enter"]);
    expect(limited.rename("", "a", 0)).toBeUndefined();
    expect(limited.rename("", "a", 0)).toBe("max_connections_per_address");
    limited.leave("a");
    limited.leave("a");
    expect(limited.rename("", "a", 0)).toBeUndefined();
  });

  it("34: never let in more than may, and forget nobody, whatever comes", () => {
    const address = fc.constantFrom("a", "b", "c", "");
    const step = fc.oneof(
      fc.record({ type: fc.constant("arrive" as const), address }),
      fc.record({ type: fc.constant("leave" as const), index: fc.nat() }),
      fc.record({ type: fc.constant("stopWaiting" as const), index: fc.nat() }),
      fc.record({ type: fc.constant("admit" as const) }),
    );
    fc.assert(
      fc.property(
        fc.array(step, { maxLength: 200 }),
        fc.integer({ min: 1, max: 5 }),
        fc.integer({ min: 1, max: 3 }),
        (steps, maxConnections, maxConnectionsPerAddress) => {
          const limited = limits({ maxConnections, maxConnectionsPerAddress, atMaxConnections: "wait" });
          const inside: string[] = [];
          const line: string[] = [];
          for (const one of steps) {
            if (one.type === "arrive") {
              const verdict = limited.arrive(one.address, 0);
              if (verdict === "enter") inside.push(one.address);
              if (verdict === "wait") line.push(one.address);
            } else if (one.type === "admit") {
              if (limited.admitWaiting()) inside.push(line.shift() as string);
            } else if (one.type === "leave" && inside.length > 0) {
              limited.leave(inside.splice(one.index % inside.length, 1)[0] as string);
            } else if (one.type === "stopWaiting" && line.length > 0) {
              limited.stopWaiting(line.splice(one.index % line.length, 1)[0] as string);
            }
            expect([limited.inside, limited.waiting]).toEqual([inside.length, line.length]);
            expect(inside.length).toBeLessThanOrEqual(maxConnections);
            for (const name of ["a", "b", "c"])
              expect([...inside, ...line].filter((other) => other === name).length).toBeLessThanOrEqual(
                maxConnectionsPerAddress,
              );
          }
        },
      ),
    );
  });
});
