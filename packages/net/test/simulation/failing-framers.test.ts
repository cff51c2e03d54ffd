/** A framing of one's own that fails concerns its own connection only. */

import { defineConnection } from "@wheelhouse/net";
import { defineFramer, type FramerFactory } from "@wheelhouse/net/socket";
import { expect, it } from "vitest";
import { serve as simulate } from "../simulation/simulated-server.ts";

const Echo = defineConnection({ name: "Echo", data: (ctx, packet) => void ctx.send(packet) });

// Forgets that fewer than four bytes may be there: Node.js throws ERR_OUT_OF_RANGE.
const forgetful = defineFramer((bytes, begin) => {
  const end = begin + 4 + bytes.readUInt32BE(begin);
  return end > bytes.length ? "more" : end;
});

it("38: a scan that throws ends its own connection, and not the program", async () => {
  const server = await simulate({ packet: forgetful, handler: Echo.with() });
  const peer = server.dial();
  await server.pass();
  peer.send("x");
  // The failure reaches whoever advances the time: with the machine's network it is an uncaught exception.
  server.expectCrashes(1);
  await expect(server.pass()).resolves.toBeUndefined();
  expect(peer.isEnded).toBe(true);
});

it("38: a scan that looks for its packet beyond its bytes ends its own connection, and not the program", async () => {
  const beyond = defineFramer((bytes) => bytes.length + 1);
  const server = await simulate({ packet: beyond, handler: Echo.with() });
  const peer = server.dial();
  await server.pass();
  peer.send("x");
  server.expectCrashes(1);
  await expect(server.pass()).resolves.toBeUndefined();
  expect(peer.isEnded).toBe(true);
});

it.each([1, 64])("46: %i packets before one that fails are handled, with `active: true`", async (count) => {
  const failing = defineFramer((bytes, begin) => {
    const end = bytes.indexOf("\n", begin);
    if (bytes[begin] === "!".charCodeAt(0)) throw new Error("boom");
    return end < 0 ? "more" : end + 1;
  });
  const server = await simulate({ packet: failing, active: true, handler: Echo.with() });
  const peer = server.dial();
  await server.pass();
  // Of 64, which may wait in the mailbox, the one behind them is looked for in the last one's turn.
  peer.send(`${"x\n".repeat(count)}!\n`);
  server.expectCrashes(1);
  await server.pass();
  expect(peer.takeLines()).toHaveLength(count);
  expect(peer.isEnded).toBe(true);
});

it("55: a scan that needs no number of bytes isn't asked for ever", async () => {
  let looks = 0;
  const lost = defineFramer(() => {
    looks += 1;
    if (looks > 100) throw new Error("asked for ever");
    return { needsBytes: Number("no number") };
  });
  const server = await simulate({ packet: lost, handler: Echo.with() });
  const peer = server.dial();
  await server.pass();
  peer.send("x");
  server.expectCrashes(1);
  await server.pass();
  expect(looks).toBe(1);
  expect(peer.isEnded).toBe(true);
});

it("38: one whose rest can't be had ends its own connection too, and its socket closes", async () => {
  const restless: FramerFactory = ({ maxPacketBytes }) => {
    const held: Buffer[] = [];
    return {
      maxBytes: maxPacketBytes,
      fault: undefined,
      heldBytes: 0,
      push: (chunk) => void held.push(chunk),
      next: () => held.shift(),
      takeRest() {
        throw new Error("not supported");
      },
    };
  };
  const Once = defineConnection({ name: "Once", data: (ctx) => ctx.close() });
  const server = await simulate({ packet: restless, handler: Once.with() });
  const peer = server.dial("x");
  await server.pass();
  expect(peer.isEnded).toBe(true);
  expect(server.network.openStreams).toEqual([]);
});
