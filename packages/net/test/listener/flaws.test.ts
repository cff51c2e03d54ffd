/** Flaws of well-known small TCP servers, each of which must be impossible here. */

import { defineGenServer, formatCrash, processName, provide, start, type Ref } from "@wheelhouse/actors";
import { Listener, defineConnection } from "@wheelhouse/net";
import { NetworkPort } from "@wheelhouse/net/socket";
import { expect, it } from "vitest";
import { localhost } from "../certificates.ts";
import { FakeNetwork } from "../fake-network.ts";
import { Inbox, dial, gate, nextTurn, serve, stopAfterTest, testRuntime } from "../support.ts";

const Echo = defineConnection({ name: "Echo", data: (ctx, line) => void ctx.send(line) });

it("38: polite disconnects never add up to the end of a supervisor", async () => {
  const server = await serve({ packet: "line", handler: Echo.with() });
  const [supervisor, acceptor] = [await server.supervisor(), await server.acceptor()];
  for (let round = 0; round < 100; round += 1) {
    const peers = await Promise.all(Array.from({ length: 20 }, () => dial(server.port)));
    for (const peer of peers) peer.finish();
    await Promise.all(peers.map((peer) => peer.gone()));
    await Promise.all(peers.map((peer) => peer.destroy()));
  }
  await server.events.until("net:connection_ended", 2_000);
  expect([await server.supervisor(), await server.acceptor()]).toEqual([supervisor, acceptor]);
  expect(server.events.ofType("child_restarted")).toEqual([]);
  expect(await server.info()).toMatchObject({ connections: 0, accepted: 2_000, ended: 2_000 });
});

it("44: `once` is armed again after every packet, also where the handler forgets nothing of it", async () => {
  const server = await serve({ packet: "line", handler: Echo.with() });
  const peer = await dial(server.port);
  for (let line = 0; line < 1_000; line += 1) await peer.write(`${line}\n`);
  for (let line = 0; line < 1_000; line += 1) expect(await peer.readLine()).toBe(String(line));
});

it("37: a handler that fails in its init takes only its own socket down", async () => {
  let begun = 0;
  const Choosy = defineConnection({
    name: "Choosy",
    init() {
      begun += 1;
      if (begun % 2 === 1) throw new Error("no");
    },
    data: (ctx, line) => void ctx.send(line),
  });
  const server = await serve({ packet: "line", handler: Choosy.with() });
  const acceptor = await server.acceptor();
  server.events.expectCrashes(20);
  for (let round = 0; round < 20; round += 1) {
    await (await dial(server.port)).gone();
    const fine = await dial(server.port);
    await fine.write("fine\n");
    expect(await fine.readLine()).toBe("fine");
    await fine.destroy();
  }
  expect(await server.acceptor()).toBe(acceptor);
});

it("45: a peer that doesn't read holds up nobody, and little waits for it", async () => {
  interface PushProtocol {
    casts: { push(text: string): void };
  }
  const Pushing = defineConnection<PushProtocol>({
    name: "Pushing",
    data: (ctx, line) => void ctx.send(line),
    casts: { push: (ctx, text) => void ctx.send(text) },
  });
  const server = await serve({ packet: "line", handler: Pushing.with(), maxUnsentBytes: 200_000 });
  const deaf = await dial(server.port);
  deaf.pause();
  await server.events.until("net:connection_started");
  const [ref] = await server.connections();
  const other = await dial(server.port);
  let pushed = 0;
  for (; pushed < 5_000 && server.events.ofType("net:connection_ended").length === 0; pushed += 1) {
    server.runtime.cast(ref as Ref<PushProtocol>, "push", "x".repeat(10_000));
    if (pushed % 100 === 0) {
      await other.write("fine\n");
      expect(await other.readLine()).toBe("fine");
    }
  }
  expect(await server.events.until("net:connection_ended")).toMatchObject([
    { reason: { shutdown: "the peer doesn't read" } },
  ]);
  await other.write("fine\n");
  expect(await other.readLine()).toBe("fine");
});

it("54: a line over the limit is never several lines, the second of which could be a command", async () => {
  const heard: string[] = [];
  const Strict = defineConnection({ name: "Strict", data: (_, line) => void heard.push(line.toString()) });
  for (const overlong of ["error", "skip"] as const) {
    const server = await serve({ packet: "line", maxPacketBytes: 16, overlong, handler: Strict.with() });
    const peer = await dial(server.port);
    await peer.write(`${"x".repeat(16)}DELETE everything\n`);
    peer.finish();
    await server.events.until("net:connection_ended");
  }
  expect(heard).toEqual([]);
});

it("36: a listening socket that breaks is reported and listened on anew, not spun on", async () => {
  const network = new FakeNetwork();
  const server = await serve({ handler: Echo.with() }, testRuntime([provide(NetworkPort, network)]));
  server.events.expectCrashes(1);
  network.requests.at(-1)?.failed(new Error("broken"));
  await server.untilListensAgain();
  for (let turn = 0; turn < 50; turn += 1) await nextTurn();
  expect(server.events.ofType("net:accept_failed")).toHaveLength(1);
  expect(network.requests).toHaveLength(2);
});

it("48: a handler that crashed or was killed leaves no socket open", async () => {
  const Fragile = defineConnection({
    name: "Fragile",
    data() {
      throw new Error("no");
    },
  });
  const server = await serve({ packet: "line", handler: Fragile.with() });
  server.events.expectCrashes(1);
  const crashing = await dial(server.port);
  await crashing.write("x\n");
  await crashing.gone();
  const killed = await dial(server.port);
  await server.events.until("net:connection_started", 2);
  const [ref] = await server.connections();
  server.runtime.exit(ref as Ref, "kill");
  await killed.gone();
  expect(await server.events.until("net:connection_ended", 2)).toMatchObject([{}, { reason: "killed" }]);
});

it("53: nothing is decoded or trimmed before it is framed, so cuts of the network change nothing", async () => {
  const text = "é\u2028 \r\n \u{1f600}\n";
  const bytes = Buffer.from(text);
  for (let cut = 1; cut < bytes.length; cut += 1) {
    const server = await serve({ packet: "line", handler: Echo.with() });
    const peer = await dial(server.port);
    await peer.write(bytes.subarray(0, cut));
    await nextTurn();
    await peer.write(bytes.subarray(cut));
    expect((await peer.readBytes(bytes.length)).equals(bytes)).toBe(true);
    await server.app.stop();
  }
});

it("who speaks is bound to the connection's process: no line can speak for another", async () => {
  interface RoomProtocol {
    calls: { join(name: string, member: Ref): "joined" | "taken" };
    casts: { say(member: Ref, text: string): void };
  }
  const said = new Inbox<string>();
  const Room = defineGenServer<RoomProtocol, Map<Ref, string>>({
    name: "Room",
    init: () => new Map(),
    calls: {
      // A second one of the same name neither takes the first one's place nor stands silently beside it.
      join(ctx, name, member) {
        if ([...ctx.state.values()].includes(name)) return "taken";
        ctx.state.set(member, name);
        ctx.monitor(member);
        return "joined";
      },
    },
    casts: { say: (ctx, member, text) => said.put(`${ctx.state.get(member)}: ${text}`) },
    down: (ctx, { ref }) => void ctx.state.delete(ref),
  });
  const Lobby = processName<RoomProtocol>("lobby");
  const made = testRuntime();
  stopAfterTest(
    await start({ name: "Room", with: () => Room.with(undefined, { name: Lobby }) }, undefined, {
      runtime: made.runtime,
    }),
  );
  const Member = defineConnection<{}, { joined: boolean }>({
    name: "Member",
    init: () => ({ joined: false }),
    async data(ctx, line) {
      const text = line.toString().trim();
      if (ctx.state.joined) ctx.cast(Lobby, "say", ctx.self, text);
      else {
        const answer = await ctx.call(Lobby, "join", text, ctx.self);
        ctx.state.joined = answer === "joined";
        ctx.send(`${answer}\n`);
      }
    },
  });
  const server = await serve({ packet: "line", handler: Member.with() }, made);
  const [ann, eve] = [await dial(server.port), await dial(server.port)];
  await ann.write("ann\n");
  expect(await ann.readLine()).toBe("joined");
  await eve.write("ann\n");
  expect(await eve.readLine()).toBe("taken");
  await eve.write("eve\nann: forged\n");
  expect(await eve.readLine()).toBe("joined");
  expect(await said.take()).toBe("eve: ann: forged");
  await ann.destroy();
  await server.events.until("net:connection_ended");
  const again = await dial(server.port);
  await again.write("ann\nback\n");
  expect(await again.readLine()).toBe("joined");
  expect(await said.take()).toBe("ann: back");
});

it("56: nothing waits without a limit for a peer that is gone: what is sent to it is dropped, and said so", async () => {
  const results: string[] = [];
  const closed = gate();
  const Late = defineConnection({
    name: "Late",
    data: () => {},
    error(ctx) {
      for (let round = 0; round < 1_000; round += 1) results.push(ctx.send("x".repeat(10_000)));
      closed.open();
    },
  });
  const server = await serve({ packet: "line", handler: Late.with() });
  const peer = await dial(server.port);
  await server.events.until("net:connection_started");
  peer.reset();
  await closed.opened;
  expect(new Set(results)).toEqual(new Set(["closed"]));
});

it("12: a listener that can't start shows nobody its key", async () => {
  const taken = await serve({ handler: Echo.with() });
  const { runtime, recorded } = testRuntime();
  const crashes: string[] = [];
  runtime.on((event) => void (event.type === "crash" && crashes.push(formatCrash(event))));
  const options = { port: taken.port, handler: Echo.with(), tls: localhost };
  await expect(start(Listener, options, { runtime })).rejects.toThrow("another program listens there");
  recorded.expectCrashes(crashes.length);
  expect(crashes.join("\n")).toContain("Listener");
  expect(crashes.join("\n")).not.toContain("PRIVATE KEY");
});
