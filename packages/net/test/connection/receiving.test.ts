/** A handler that receives hears what went wrong, as one that is told packets does. */

import { defineConnection } from "@wheelhouse/net";
import { expect, it } from "vitest";
import { serve as simulate } from "../simulation/simulated-server.ts";
import { dial, serve } from "../support.ts";

it("43: a packet over the limit ends a receiving handler with `error`, not as if the peer had closed", async () => {
  const heard: string[] = [];
  const Receiving = defineConnection({
    name: "Receiving",
    async connected(ctx) {
      for (let answer: unknown = ""; answer !== "closed";) {
        answer = await ctx.recv(0);
        heard.push(String(answer));
      }
    },
    data() {},
    closed: (_, by) => void heard.push(`closed by ${by}`),
    error: (_, error) => void heard.push(error.name),
  });
  const server = await serve({
    packet: "line",
    maxPacketBytes: 5,
    active: false,
    handler: Receiving.with(),
  });
  await (await dial(server.port)).write("much too long\n");
  const [ended] = await server.events.until("net:connection_ended");
  expect(heard).toEqual(["overlong", "closed", "FramingError"]);
  expect(ended).toMatchObject({ reason: { shutdown: { name: "FramingError" } } });
});

it("49: a life has an end also for a handler that receives", async () => {
  const Receiving = defineConnection({
    name: "Receiving",
    async connected(ctx) {
      while (typeof (await ctx.recv(0)) !== "string");
    },
    data() {},
  });
  const server = await simulate({ active: false, handler: Receiving.with(), maxLifeMs: 2_000 });
  const peer = server.dial();
  for (let second = 0; second < 30 && !peer.isEnded; second += 1) {
    peer.send("x");
    await server.pass(1_000);
  }
  expect(peer.isEnded).toBe(true);
});
