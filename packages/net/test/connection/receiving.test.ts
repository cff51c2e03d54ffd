/** A handler that receives hears what went wrong, as one that is told packets does. */

import type { Ref } from "@wheelhouse/actors";
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

it("43: nonsense is refused by its name", async () => {
  const refused: unknown[] = [];
  const Nonsense = defineConnection({
    name: "Nonsense",
    async connected(ctx) {
      for (const timeoutMs of ["5", null, Number.NaN])
        refused.push(await ctx.recv(0, timeoutMs as number).catch(String));
      for (const to of [undefined, null, 5, "x", {}])
        try {
          refused.push(ctx.transfer(to as Ref));
        } catch (error) {
          refused.push(String(error));
        }
      ctx.close();
    },
    data() {},
  });
  const server = await serve({ active: false, handler: Nonsense.with() });
  await (await dial(server.port)).gone();
  const time = (got: string) =>
    `RangeError: expected timeoutMs to be a number of milliseconds from 0, got: ${got}`;
  const owner = (got: string) => `RangeError: expected the new owner to be a process's address, got: ${got}`;
  expect(refused).toEqual([
    ...['"5"', "null", "NaN"].map(time),
    ...["undefined", "null", "5", '"x"', "{}"].map(owner),
  ]);
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
