import { accept, connect, listen, transfer } from "@wheelhouse/net/socket";
import { describe, expect, it } from "vitest";
import { dial, gate, nextTurn, owner, testRuntime } from "../support.ts";
import { acceptOne, hear, hearAll, hearMany, transports, untilRead, tcp } from "./pairs.ts";

describe.each(transports)("the owner of a socket over $name", (transport) => {
  it("48: the socket closes with it, after what was sent", async () => {
    const { server, socket, peer } = await transport.pair();
    await server.run((ctx) => {
      socket.send("goodbye\n");
      ctx.stop();
    });
    expect(await peer.readAll()).toBe("goodbye\n");
  });

  it("47: hands it over with its queued messages, in order, before any that come later", async () => {
    const made = testRuntime();
    const [from, to] = [await owner(made), await owner(made)];
    const { socket, peer } = await transport.pair({ packet: "line", active: true }, from);
    const busy = gate();
    const outcome = from.holdUp(busy.opened, (ctx) => transfer(ctx, socket, to.ref));
    await peer.write("a\nb\nc\n");
    await untilRead(socket, 6);
    busy.open();
    expect(await outcome).toBe("transferred");
    await peer.write("d\n");
    peer.finish();
    expect(await hearAll({ server: to })).toEqual(["a\n", "b\n", "c\n", "d\n", "<closed>"]);
    expect(from.heard.items).toEqual([]);
    await to.run(() => socket.send("from the new one\n"));
    expect(await peer.readLine()).toBe("from the new one");
  });

  it("47: keeps the mode, and goes with the new owner", async () => {
    const made = testRuntime();
    const [from, to] = [await owner(made), await owner(made)];
    const { socket, peer } = await transport.pair({ packet: "line", active: false }, from);
    expect(await from.run((ctx) => transfer(ctx, socket, to.ref))).toBe("transferred");
    await peer.write("a\nb\n");
    expect(await to.run(() => socket.recv())).toEqual(Buffer.from("a\n"));
    expect(to.heard.items).toEqual([]);
    await from.run((ctx) => ctx.stop());
    expect(await to.run(() => socket.recv())).toEqual(Buffer.from("b\n"));
    made.runtime.exit(to.ref, "kill");
    await peer.gone();
  });
});

describe("owners", () => {
  it("48: a socket is reset when its process is killed", async () => {
    const made = testRuntime();
    const { server, peer } = await tcp.pair({}, await owner(made));
    made.runtime.exit(server.ref, "kill");
    expect(await peer.closed()).toBe("ECONNRESET");
  });

  it("37: a process that is gone while it waits for a connection takes none: the next one gets it", async () => {
    const made = testRuntime();
    const [keeper, dead, other] = [await owner(made), await owner(made), await owner(made)];
    const listening = await keeper.run((ctx) => listen(ctx, { port: 0 }));
    const ended = expect(dead.run((ctx) => accept(ctx, listening))).rejects.toMatchObject({ code: "exited" });
    const accepting = other.run((ctx) => accept(ctx, listening));
    await nextTurn();
    made.runtime.exit(dead.ref, "kill");
    await ended;
    const first = await dial(listening.local.port);
    expect(await accepting).toMatchObject({ remote: { port: first.localPort } });
    const second = await dial(listening.local.port);
    expect((await acceptOne(keeper, listening)).remote.port).toBe(second.localPort);
  });

  it("48: a socket is closed when its process was gone before it was connected", async () => {
    const made = testRuntime();
    const [keeper, dead] = [await owner(made), await owner(made)];
    const listening = await keeper.run((ctx) => listen(ctx, { port: 0 }));
    const begun = gate();
    const connecting = dead.run((ctx) => {
      begun.open();
      return connect(ctx, listening.local);
    });
    await begun.opened;
    const ended = expect(connecting).rejects.toMatchObject({ code: "exited" });
    made.runtime.exit(dead.ref, "kill");
    await ended;
    const socket = await acceptOne(keeper, listening);
    expect(await hear({ server: keeper })).toMatch(/^<closed/);
    await keeper.run(() => socket.close());
  });

  it("47: only the owner hands over, to somebody who lives, and what it has closed to nobody", async () => {
    const made = testRuntime();
    const [from, to, gone] = [await owner(made), await owner(made), await owner(made)];
    const { socket, peer } = await tcp.pair({}, from);
    expect(await to.run((ctx) => transfer(ctx, socket, to.ref))).toBe("not_owner");
    await gone.run((ctx) => ctx.stop());
    expect(await from.run((ctx) => transfer(ctx, socket, gone.ref))).toBe("noproc");
    await peer.write("still here");
    expect(await hear({ server: from })).toBe("still here");
    await from.run(() => socket.close());
    expect(await from.run((ctx) => transfer(ctx, socket, to.ref))).toBe("closed");
  });

  it("47: a stalled peer of a socket that was handed over is still read by the new owner alone", async () => {
    const made = testRuntime();
    const [from, to] = [await owner(made), await owner(made)];
    const { socket, peer } = await tcp.pair({ packet: "line", active: "once" }, from);
    await peer.write("a\nb\nc\n");
    expect(await hear({ server: from })).toBe("a\n");
    await from.run((ctx) => transfer(ctx, socket, to.ref));
    await to.run(() => socket.setActive(2));
    expect(await hearMany({ server: to }, 3)).toEqual(["b\n", "c\n", "<passive>"]);
    expect(from.heard.items).toEqual([]);
  });
});
