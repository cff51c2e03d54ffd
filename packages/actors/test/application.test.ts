import {
  Runtime,
  StartFailedError,
  defineGenServer,
  defineSupervisor,
  ignore,
  processName,
  start,
} from "@wheelhouse/actors";
import { simulation } from "@wheelhouse/actors/simulation";
import { describe, expect, test } from "vitest";
import { realEnvironment } from "../src/runtime/environment.ts";
import { boom } from "./support.ts";

interface EchoProtocol {
  calls: { echo(text: string): string };
  casts: { stop(): void };
}

const Echo = defineGenServer<EchoProtocol, string, string>({
  name: "Echo",
  trapExits: true,
  async init(ctx, prefix) {
    if (prefix === "fail") throw boom;
    await ctx.exited(ctx.self, 0);
    return prefix;
  },
  calls: { echo: (ctx, text) => ctx.state + text },
  casts: { stop: (ctx) => ctx.stop({ shutdown: "asked" }) },
  terminate: async (ctx) => void (await ctx.exited(ctx.self, 0)),
});

const [First, Second] = [processName<EchoProtocol>("first"), processName<EchoProtocol>("second")];

const Pair = defineSupervisor<string>("Pair", (prefix) => ({
  children: [
    Echo.child("1", { name: First, restart: "transient" }),
    Echo.child(prefix, { name: Second, restart: "transient" }),
  ],
}));

/** A real runtime that counts who keeps it alive. */
function observed() {
  const environment = realEnvironment();
  let keptAlive = 0;
  const runtime = new Runtime(
    {},
    {
      ...environment,
      keepAlive() {
        keptAlive += 1;
        return () => {
          keptAlive -= 1;
        };
      },
    },
  );
  return { runtime, keptAlive: () => keptAlive };
}

describe("an application", () => {
  test("starts when all of it has started, works, and stops when all of it has ended", async () => {
    const { runtime, keptAlive } = observed();
    const app = await start(Pair, "2", { runtime });
    expect(keptAlive()).toBe(1);
    expect(await app.call(First, "echo", "a")).toBe("1a");
    expect(await app.callWithin(1_000, Second, "echo", "b")).toBe("2b");
    expect(app.whereis(First)).toBeDefined();
    await app.stop();
    expect(await app.ended).toBe("shutdown");
    expect(runtime.processes()).toEqual([]);
    expect(keptAlive()).toBe(0);
    await app.stop();
  });

  test("that fails to start leaves no process and no name, and keeps nothing alive (1, 15)", async () => {
    const { runtime, keptAlive } = observed();
    const failure = await start(Pair, "fail", { runtime }).catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(StartFailedError);
    expect(failure).toMatchObject({ reason: { code: "start_failed", reason: boom } });
    expect(runtime.processes()).toEqual([]);
    expect([First, Second].map((name) => runtime.whereis(name))).toEqual([undefined, undefined]);
    expect(keptAlive()).toBe(0);
  });

  test("whose top ignores the start is an error that says so", async () => {
    const Ignored = defineGenServer<{}, null>({ name: "Ignored", init: () => ignore });
    const { runtime, keptAlive } = observed();
    await expect(start(Ignored, undefined, { runtime })).rejects.toThrow(
      "expected Ignored to start, got: ignored",
    );
    expect(keptAlive()).toBe(0);
  });

  test("that ends by itself says why, and keeps nothing alive any more", async () => {
    const { runtime, keptAlive } = observed();
    const app = await start(Echo, "", { runtime });
    app.cast(app.ref, "stop");
    expect(await app.ended).toEqual({ shutdown: "asked" });
    expect(runtime.processes()).toEqual([]);
    expect(keptAlive()).toBe(0);
  });

  test("has a real runtime of its own by default", async () => {
    const app = await start(Echo, "mine: ");
    expect(app.runtime).toBeInstanceOf(Runtime);
    expect(await app.call(app.ref, "echo", "hello")).toBe("mine: hello");
    await app.stop();
    expect(app.runtime.processes()).toEqual([]);
  });

  test("runs on a simulated one as it is", async () => {
    const runtime = simulation({ seed: 7 });
    const starting = start(Pair, "2", { runtime });
    await runtime.advance(0);
    const app = await starting;
    expect(await app.call(Second, "echo", "b")).toBe("2b");
    const stopped = app.stop();
    await runtime.advance(0);
    await stopped;
    expect(runtime.processes()).toEqual([]);
  });
});
