import { createHash } from "node:crypto";
import type { Ref, RuntimeEvent } from "@wheelhouse/actors";
import { FailedSeedError, forEachSeed, type SimulatedRuntime } from "@wheelhouse/actors/simulation";
import { defineConnection } from "@wheelhouse/net";
import {
  simulationWithNetwork,
  type SimulatedNetwork,
  type SimulatedNetworkOptions,
  type SimulatedPeer,
} from "@wheelhouse/net/simulation";
import { describe, expect, it } from "vitest";
import { SimulatedServer, TestListener } from "./simulated-server.ts";
import { pattern } from "./support.ts";

/** How many seeds one run of the tests plays; a longer run finds more. */
const SEEDS = 60;
/** Things that happen in one play. */
const STEPS = 60;
/** Longer than any kernel goes on trying. */
const LONG_MS = 1_000_000;

/** Says back what it hears, some of it slowly, and stays a little when it is to end. */
const Echo = defineConnection<{ casts: { finish(): void } }>({
  name: "Echo",
  async data(ctx, line) {
    if (line[0] === 0x73) await ctx.exited(ctx.self, 20);
    ctx.send(line);
  },
  shutdown(ctx) {
    ctx.after(500, "finish");
    return "stay";
  },
  casts: { finish: (ctx) => ctx.close() },
});

/** A peer, and what it has said and heard. */
class Client {
  readonly peer: SimulatedPeer;
  sent = "";
  heard = "";
  /** Nothing was done that may lose what it says. */
  isUnharmed = true;
  #isDone = false;

  constructor(peer: SimulatedPeer) {
    this.peer = peer;
  }

  say(lines: string): void {
    if (this.#isDone) return;
    this.sent += lines;
    this.peer.send(lines);
  }

  harm(harm: (peer: SimulatedPeer) => void): void {
    this.isUnharmed = false;
    this.finish(harm);
  }

  finish(how: (peer: SimulatedPeer) => void): void {
    this.#isDone = true;
    how(this.peer);
  }

  listen(): void {
    this.heard += this.peer.takeText();
  }
}

/** One play: everything that may happen, in an order that the seed chooses. */
class Play {
  readonly server: SimulatedServer;
  readonly clients: Client[] = [];
  readonly #runtime: SimulatedRuntime;
  readonly #network: SimulatedNetwork;
  #acceptorsKilled = 0;

  constructor(runtime: SimulatedRuntime, network: SimulatedNetwork) {
    this.#runtime = runtime;
    this.#network = network;
    this.server = new SimulatedServer({ runtime, network });
  }

  async run(): Promise<void> {
    await this.server.start({ packet: "line", handler: Echo.with(), maxUnsentBytes: 4_000 });
    for (let step = 0; step < STEPS; step += 1) {
      this.#happen();
      await this.#runtime.advance(this.#upTo(200));
    }
    this.#network.heal();
    for (const { peer } of this.clients) peer.readOn();
    await this.#runtime.advance(20_000);
    await this.server.end();
    await this.#runtime.advance(LONG_MS);
    for (const client of this.clients) client.listen();
  }

  #happen(): void {
    const client = this.#pick(this.clients);
    const happenings: (readonly [weight: number, happening: () => void])[] = [
      [8, () => this.clients.push(new Client(this.server.dial()))],
      [20, () => client?.say(this.#lines())],
      [3, () => client?.listen()],
      [2, () => client?.finish((peer) => peer.end())],
      [2, () => client?.peer.readOn()],
      [2, () => client?.harm((peer) => peer.stopReading())],
      [2, () => client?.harm((peer) => peer.reset())],
      [1, () => client?.harm((peer) => peer.cut())],
      [2, () => this.#killOne()],
      [1, () => this.#killAcceptor()],
      [1, () => this.#network.partition()],
      [2, () => this.#network.heal()],
    ];
    this.#pick(
      happenings.flatMap(([weight, happening]) => Array.from({ length: weight }, () => happening)),
    )?.();
  }

  /** Whom it hits can't be seen from outside, so it may be anybody. */
  #killOne(): void {
    const ref: Ref | undefined = this.#pick(this.server.processes("Echo"));
    if (ref === undefined) return;
    for (const client of this.clients) client.isUnharmed = false;
    this.#runtime.exit(ref, "kill");
  }

  /** No more often than its supervisor takes. Who hasn't been accepted by then may be lost with it. */
  #killAcceptor(): void {
    if (this.#acceptorsKilled === 3) return;
    this.#acceptorsKilled += 1;
    for (const client of this.clients) client.isUnharmed &&= client.peer.receivedBytes > 0;
    this.#runtime.exit(TestListener, "kill");
  }

  #lines(): string {
    const letters = ["s", "q"];
    return Array.from(
      { length: 1 + this.#upTo(4) },
      () => `${this.#pick(letters)}${pattern(this.#upTo(100))}\n`,
    ).join("");
  }

  #pick<T>(from: readonly T[]): T | undefined {
    return from[this.#upTo(from.length)];
  }

  #upTo(below: number): number {
    return Math.floor(this.#runtime.random() * below);
  }
}

const WEATHERS: readonly (readonly [name: string, network: SimulatedNetworkOptions, breaks: boolean])[] = [
  ["good weather", {}, false],
  ["splits, delays and small buffers", rough({}), false],
  ["connections that break by themselves", rough({ cutChance: 0.002, resetChance: 0.002 }), true],
];

function rough(more: SimulatedNetworkOptions): SimulatedNetworkOptions {
  return {
    delayMs: [0, 30],
    acceptDelayMs: [0, 30],
    splitBytes: "random",
    sendBufferBytes: 200,
    receiveBufferBytes: 200,
    ...more,
  };
}

describe.each(WEATHERS)("whatever happens in %s", (_, network, breaks) => {
  it("nothing leaks, nothing is invented, and the drain ends", async () => {
    await playSeeds(network, async (play) => {
      await play.run();
      expectOneEndEach(play.server.events);
      for (const client of play.clients) {
        expect(client.sent.startsWith(client.heard), "what came back is what was sent").toBe(true);
        if (client.isUnharmed && !breaks) expect(client.heard).toBe(client.sent);
      }
    });
  });
});

/** Plays each seed in a simulation of its own; a failure says which seed it was. */
async function playSeeds(
  network: SimulatedNetworkOptions,
  play: (play: Play) => Promise<void>,
  seeds: { readonly first?: number; readonly count: number } = { count: SEEDS },
): Promise<void> {
  let made: SimulatedNetwork | undefined;
  const runtime = (seed: number) => {
    const simulation = simulationWithNetwork({ seed, network });
    made = simulation.network;
    return simulation.runtime;
  };
  await forEachSeed({ ...seeds, runtime }, (ready) => play(new Play(ready, made as SimulatedNetwork)));
}

function expectOneEndEach(events: readonly RuntimeEvent[]): void {
  const started = idsOf(events, "net:connection_started");
  const ended = idsOf(events, "net:connection_ended");
  const served = events.filter((event) => event.type === "process_started" && event.process.label === "Echo");
  expect(started.length, "each connection is told").toBe(served.length);
  expect(new Set(started).size, "starts are told once").toBe(started.length);
  expect(ended.length, "each start has one end").toBe(started.length);
  expect(new Set(ended), "each start has one end").toEqual(new Set(started));
}

function idsOf(events: readonly RuntimeEvent[], type: string): readonly number[] {
  return events
    .filter((event) => event.type === type)
    .map((event) => (event as unknown as { readonly ref: Ref }).ref.id);
}

describe("a play", () => {
  it("of one seed is the same whenever it is played, to the last event", async () => {
    const played = async (seed: number) => {
      const hash = createHash("sha256");
      const { runtime, network } = simulationWithNetwork({ seed, network: rough({ resetChance: 0.002 }) });
      const play = new Play(runtime, network);
      network.on((event) => hash.update(JSON.stringify(event)));
      runtime.on((event) => hash.update(`${runtime.now()} ${event.type}`));
      await play.run();
      return hash.digest("hex");
    };
    expect(await played(1)).toBe(await played(1));
    expect(await played(1)).not.toBe(await played(2));
  });
});

describe("a failure", () => {
  it("names the seed that repeats it", async () => {
    const failure = await playSeeds({}, (play) => Promise.reject(new Error(String(play.clients.length))), {
      first: 7,
      count: 2,
    }).catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(FailedSeedError);
    expect(failure).toMatchObject({ seed: 7 });
  });
});
