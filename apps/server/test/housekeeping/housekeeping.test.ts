/** What has to be done from time to time is done, whatever becomes of it. */

import { start, type Ref } from "@wheelhouse/actors";
import { simulation } from "@wheelhouse/actors/simulation";
import { StorageFailedError } from "@wheelhouse/storage";
import { describe, expect, test } from "vitest";
import { deviceName, type ProjectEvent } from "../../src/devices/protocol.ts";
import type { Duty } from "../../src/housekeeping/duty.ts";
import { Housekeeping } from "../../src/housekeeping/housekeeping.ts";
import { listen } from "../devices/listen.ts";
import { PROJECT, hello, line, simulateServer } from "../devices/simulated-server.ts";

describe("the housekeeper", () => {
  test("does each duty at its time, from the end of one time to the beginning of the next", async () => {
    const runtime = simulation({ seed: 1 });
    const done: string[] = [];
    const duty = (name: string, everyMs: number, takesMs: number): Duty => ({
      name,
      everyMs,
      async perform(ctx) {
        await ctx.exited(runtime.processes()[0] as Ref, takesMs);
        done.push(`${name} ${ctx.now()}`);
      },
    });
    const app = await start(Housekeeping, [duty("dust", 100, 10), duty("wash", 1_000, 50)], { runtime });
    await runtime.advance(1_200);
    const dusted = Array.from({ length: 10 }, (_, index) => `dust ${(index + 1) * 110}`);
    expect(done).toEqual([...dusted.slice(0, 9), "wash 1050", ...dusted.slice(9)]);
    await app.stop();
  });

  test("tries again when it is due next, where storing failed", async () => {
    const runtime = simulation({ seed: 1 });
    let times = 0;
    const failing: Duty = {
      name: "fail",
      everyMs: 100,
      async perform() {
        times += 1;
        throw new StorageFailedError("no space left on device");
      },
    };
    const app = await start(Housekeeping, [failing], { runtime });
    await runtime.advance(350);
    expect(times).toBe(3);
    await app.stop();
  });

  test("tells once that a duty can't be done, and once that it is done again", async () => {
    const runtime = simulation({ seed: 1 });
    const told: unknown[] = [];
    runtime.on((event) => {
      if (event.type.startsWith("housekeeping:")) told.push(event);
    });
    const error = new StorageFailedError("no space left on device");
    let isFull = true;
    const duty: Duty = {
      name: "retain",
      everyMs: 100,
      async perform() {
        if (isFull) throw error;
      },
    };
    const app = await start(Housekeeping, [duty], { runtime });
    await runtime.advance(550);
    const failing = { type: "housekeeping:failing", duty: "retain", error };
    expect(told).toEqual([failing]);
    isFull = false;
    await runtime.advance(300);
    expect(told).toEqual([failing, { type: "housekeeping:works_again", duty: "retain" }]);
    await app.stop();
  });

  test("of anything else that fails, it dies: somebody else starts it anew", async () => {
    const runtime = simulation({ seed: 1 });
    const crashes: string[] = [];
    runtime.on((event) => {
      if (event.type === "crash") crashes.push(event.process.label);
    });
    const broken: Duty = { name: "break", everyMs: 100, perform: () => Promise.reject(new Error("a bug")) };
    const app = await start(Housekeeping, [broken], { runtime });
    await runtime.advance(100);
    expect(crashes).toEqual(["Housekeeping"]);
    await app.stop();
  });
});

describe("expiry of writes", () => {
  test("is told by the device's process where it lives, and else to the pages all the same", async () => {
    const server = await simulateServer();
    const events: ProjectEvent[] = [];
    const stop = await listen(server.runtime, (event) => events.push(event));
    const declared = { name: "lives", kind: "integer", value: 3, writable: true };
    const device = await server.greet(hello("phone"), line({ type: "declare", variables: [declared] }));
    device.cut();
    await server.settle();
    const outcome = await server.change("phone", { lives: 5 }, 100_000);
    await server.advance(90_000);
    expect(server.runtime.whereis(deviceName({ project: PROJECT, device: "phone" }))).toBeUndefined();
    events.length = 0;
    await server.advance(40_000);
    expect(outcome).toMatchObject({ outcome: "stored" });
    expect(events).toEqual([
      {
        type: "stored",
        device: "phone",
        logs: [],
        markers: [],
        writes: [expect.objectContaining({ name: "lives", state: "expired" })],
      },
    ]);
    await stop();
  });
});
