/** Places that begin late, or never: moments between processes that no peer can be made to hit. */

import type { LabelledRef } from "@wheelhouse/actors";
import { defineConnection } from "@wheelhouse/net";
import { describe, expect, it } from "vitest";
import type { ConnectionProcess } from "../../src/connection/place.ts";
import { toListenerSettings } from "../../src/listener/settings.ts";
import { Ledger, type Draining } from "../../src/listener/ledger.ts";
import type { Place } from "../../src/listener/place.ts";
import type { PartingWatcher, Socket } from "../../src/socket/socket.ts";

const REMOTE = { host: "192.0.2.1", port: 1 };
type Parting = ReturnType<Socket["watchParting"]>;

const DRAINING: Draining = {
  notice: undefined,
  staggerMs: 0,
  untilMs: Infinity,
  connections: 0,
  cutBefore: 0,
  isOver: false,
};
const Quiet = defineConnection({ name: "Quiet", data: () => {} });

/** A socket that parts from its process as a test says; by default it has closed already. */
function socketOf(
  owner: ConnectionProcess,
  { parting = "gone", unsentBytes = 0 }: { parting?: Parting; unsentBytes?: number } = {},
) {
  const told: string[] = [];
  let watcher: PartingWatcher | undefined;
  const stats = { bytesRead: 1, bytesWritten: 2, packetsRead: 1, packetsWritten: 1 };
  const socket = {
    local: REMOTE,
    remote: REMOTE,
    stats,
    owner,
    unsentBytes,
    watchParting(given: PartingWatcher) {
      watcher = given;
      return parting;
    },
    cutShort: () => void told.push("cut"),
  } as unknown as Socket;
  return { socket, told, finish: () => watcher?.finished(), close: () => watcher?.gone() };
}

function ledger(): Ledger {
  return new Ledger(toListenerSettings({ port: 0, handler: Quiet.with(), maxConnections: 1 }));
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
    inform: (_, kind, message) => void told.push([kind.kind, message]),
    beginToDrain: () => void told.push("abandon"),
  };
  return { ctx, told };
}

describe("a place in the ledger", () => {
  it("41: that begins while the listener drains is told so itself", () => {
    const of = ledger();
    const place = entered(of);
    of.draining = { ...DRAINING, notice: "moving" };
    const { ctx, told } = connectionProcess();
    expect(place.begin(ctx, socketOf(ctx).socket)).toBe(true);
    expect(told).toEqual(["net:connection_started", ["net:drain", "moving"], "abandon"]);
  });

  it("41: that begins when the drain is over has to end", () => {
    const of = ledger();
    const place = entered(of);
    of.draining = { ...DRAINING, isOver: true };
    const { ctx } = connectionProcess();
    const { socket, told } = socketOf(ctx, { parting: "sending" });
    expect(place.begin(ctx, socket)).toBe(false);
    place.release("shutdown");
    expect(told).toEqual(["cut"]);
  });

  it("35: that never begins is free again, tells nothing, and can't begin any more", async () => {
    const of = ledger();
    const place = entered(of);
    const empty = of.whenEmpty();
    of.forgetUnbegun();
    await empty;
    expect([of.connections, of.accepted, of.ended, of.limits.inside]).toEqual([0, 0, 0, 0]);
    const { ctx, told } = connectionProcess();
    expect([place.begin(ctx, socketOf(ctx).socket), told]).toEqual([false, []]);
  });

  it("35: is freed once, however often it is told to be", () => {
    const of = ledger();
    const place = entered(of);
    const { ctx, told } = connectionProcess();
    place.begin(ctx, socketOf(ctx).socket);
    place.abandon();
    expect(of.connections).toBe(1);
    place.release("normal");
    place.release("normal");
    place.uncount();
    expect([of.connections, of.ended, of.uncounted, of.limits.inside]).toEqual([0, 1, 0, 0]);
    expect(told).toEqual(["net:connection_started", "net:connection_ended"]);
  });

  it("34: counts until all has left when its process has ended; the end is told once, with what was counted", async () => {
    const of = ledger();
    const place = entered(of);
    const { ctx, told } = connectionProcess();
    const { socket, finish, close } = socketOf(ctx, { parting: "sending" });
    place.begin(ctx, socket);
    const empty = of.whenEmpty();
    place.release("normal");
    expect([of.connections, of.closing, of.ended, of.limits.inside]).toEqual([0, 1, 1, 1]);
    expect([of.begunPlaces(), of.infos(), of.bytes()]).toEqual([[], [], { bytesRead: 1, bytesWritten: 2 }]);
    expect(of.limits.arrive(REMOTE.host, 0)).toBe("max_connections");
    of.forgetUnbegun();
    place.release("normal");
    expect([of.closing, of.limits.inside]).toEqual([1, 1]);
    finish();
    finish();
    expect([of.closing, of.limits.inside]).toEqual([1, 0]);
    close();
    close();
    await empty;
    expect([of.connections, of.closing, of.ended, of.limits.inside]).toEqual([0, 0, 1, 0]);
    expect(told).toEqual(["net:connection_started", "net:connection_ended"]);
  });

  it("47: is free at once when its socket was given to another process", () => {
    const of = ledger();
    const place = entered(of);
    const { ctx } = connectionProcess();
    const other = { ...ctx, self: { id: 2, label: "Other" } as LabelledRef };
    place.begin(ctx, socketOf(other, { parting: "sending" }).socket);
    place.release("normal");
    expect([of.connections, of.closing, of.limits.inside]).toEqual([0, 0, 0]);
  });

  it("35: that doesn't count doesn't begin to when its process ends", () => {
    const of = ledger();
    const place = entered(of);
    const { ctx } = connectionProcess();
    const { socket, finish, close } = socketOf(ctx, { parting: "sending" });
    place.begin(ctx, socket);
    place.uncount();
    expect([of.uncounted, of.limits.inside]).toEqual([1, 0]);
    place.release("normal");
    place.uncount();
    expect([of.uncounted, of.closing, of.limits.inside]).toEqual([0, 1, 0]);
    finish();
    close();
    expect([of.uncounted, of.closing, of.limits.inside]).toEqual([0, 0, 0]);
  });

  it("34: that has sent all is closed when somebody needs its descriptor, the oldest first, and as one that lost nothing", () => {
    const of = ledger();
    const cut: string[] = [];
    for (const name of ["first", "second"]) {
      const place = entered(of);
      const { ctx } = connectionProcess();
      const { socket } = socketOf(ctx, { parting: "finished" });
      Object.assign(socket, { cutShort: () => void cut.push(name) });
      place.begin(ctx, socket);
      place.release("normal");
    }
    expect([of.closing, of.limits.inside, cut]).toEqual([2, 0, ["first"]]);
    entered(of);
    expect(cut).toEqual(["first", "second"]);
  });

  it("41: that is cut is a loss only where something was unsent", () => {
    const of = ledger();
    const losses = [0, 5].map((unsentBytes) => {
      const { ctx } = connectionProcess();
      const place = of.enter(REMOTE, REMOTE.host);
      place.begin(ctx, socketOf(ctx, { parting: "sending", unsentBytes }).socket);
      place.release("normal");
      return place;
    });
    expect([of.cutClosing(), losses.map((place) => place.cut())]).toEqual([1, [false, true]]);
  });
});
