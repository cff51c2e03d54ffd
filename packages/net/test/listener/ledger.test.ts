/** Places that begin late, or never: moments between processes that no peer can be made to hit. */

import type { LabelledRef } from "@wheelhouse/actors";
import { defineConnection } from "@wheelhouse/net";
import { describe, expect, it } from "vitest";
import type { ConnectionProcess } from "../../src/connection/place.ts";
import { toSettings } from "../../src/listener/check-options.ts";
import { Ledger, type Place } from "../../src/listener/ledger.ts";
import type { Socket } from "../../src/socket/socket.ts";

const REMOTE = { host: "192.0.2.1", port: 1 };
const Quiet = defineConnection({ name: "Quiet", data: () => {} });
const socket = { local: REMOTE, remote: REMOTE, stats: {} } as Socket;

function ledger(): Ledger {
  return new Ledger(toSettings({ port: 0, handler: Quiet.with(), maxConnections: 1 }));
}

function entered(of: Ledger): Place {
  expect(of.limits.arrive(REMOTE.host, 0)).toBe("enter");
  return of.enter(REMOTE, REMOTE.host);
}

/** A process that keeps what it is told. */
function connectionProcess() {
  const told: unknown[] = [];
  const ctx: ConnectionProcess = {
    self: { id: 1, label: "Quiet" } as LabelledRef,
    now: () => 0,
    emit: ({ type }) => void told.push(type),
    own: () => {},
    inform: (_, kind, message) => void told.push([kind.kind, message]),
    beginToDrain: () => void told.push("abandon"),
  };
  return { ctx, told };
}

describe("a place in the ledger", () => {
  it("41: that begins while the listener drains is told so itself", () => {
    const of = ledger();
    const place = entered(of);
    of.draining = { notice: "moving", isOver: false };
    const { ctx, told } = connectionProcess();
    expect(place.begin(ctx, socket)).toBe(true);
    expect(told).toEqual(["net:connection_started", ["net:drain", "moving"], "abandon"]);
  });

  it("41: that begins when the drain is over has to end", () => {
    const of = ledger();
    const place = entered(of);
    of.draining = { notice: undefined, isOver: true };
    expect(place.begin(connectionProcess().ctx, socket)).toBe(false);
  });

  it("35: that never begins is free again, tells nothing, and can't begin any more", async () => {
    const of = ledger();
    const place = entered(of);
    const empty = of.whenEmpty();
    of.forgetUnbegun();
    await empty;
    expect([of.connections, of.accepted, of.ended, of.limits.inside]).toEqual([0, 0, 0, 0]);
    const { ctx, told } = connectionProcess();
    expect([place.begin(ctx, socket), told]).toEqual([false, []]);
  });

  it("35: is freed once, however often it is told to be", () => {
    const of = ledger();
    const place = entered(of);
    const { ctx, told } = connectionProcess();
    place.begin(ctx, socket);
    place.abandon();
    expect(of.connections).toBe(1);
    place.release("normal");
    place.release("normal");
    place.uncount();
    expect([of.connections, of.ended, of.uncounted, of.limits.inside]).toEqual([0, 1, 0, 0]);
    expect(told).toEqual(["net:connection_started", "net:connection_ended"]);
  });
});
