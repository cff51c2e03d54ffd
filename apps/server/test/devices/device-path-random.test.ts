/**
 * Whatever happens on the path of devices, in an order that a seed chooses: connections break, processes are killed, storing
 * fails or takes its time, people change, cancel and press. Nothing acknowledged is lost, nothing is there twice, the order
 * stays, a trigger goes off at most once, and each write ends in one state.
 */

import { forEachSeed, type SimulatedRuntime } from "@wheelhouse/actors/simulation";
import {
  simulationWithNetwork,
  type SimulatedNetwork,
  type SimulatedNetworkOptions,
} from "@wheelhouse/net/simulation";
import type { JsonObject } from "@wheelhouse/protocol";
import { isOpen, type WriteRecord } from "@wheelhouse/storage";
import { describe, expect, test } from "vitest";
import { deviceName, type ProjectEvent } from "../../src/devices/protocol.ts";
import type { StorageCall } from "../store/unreliable-storage.ts";
import { listen } from "./listen.ts";
import { SimulatedGame, type GameWorld } from "./simulated-game.ts";
import { PROJECT, STARTS_AT, line, simulateServer, type SimulatedServer } from "./simulated-server.ts";

/** How many seeds one run of the tests plays; a longer run finds more. */
const SEEDS = 25;
const STEPS = 120;
const MOST_BREAKDOWNS = 2;
/** After so long nothing is open any more. */
const LONGEST_EXPIRY_MS = 60_000;

const DECLARE = line({
  type: "declare",
  variables: [
    { name: "lives", kind: "integer", writable: true },
    { name: "speed", kind: "float", writable: true },
    { name: "restart", kind: "trigger", writable: true },
  ],
});
const STORING: readonly StorageCall[] = [
  "append",
  "change",
  "updateWrites",
  "expireWrites",
  "openSession",
  "closeSession",
];

const keyOf = (device: string, set: number, name: string) => `${device} ${set} ${name}`;

/** One play: everything that may happen. */
class Play implements GameWorld {
  readonly games: readonly SimulatedGame[];
  readonly #runtime: SimulatedRuntime;
  readonly #server: SimulatedServer;
  readonly #doors: (() => void)[] = [];
  /** Writes that were sent, by device, set and name: on how many connections. */
  readonly #told = new Map<string, Set<number>>();
  /** Writes that had ended when the connection was dialled. */
  readonly #endedAtDial = new Map<string, ReadonlySet<string>>();
  readonly #answers = new Map<string, JsonObject>();
  readonly #cancelled = new Set<number>();
  /** The states that were told of each write, by the entry that made them. */
  readonly #states = new Map<number, Map<number, WriteRecord>>();
  readonly #entries: number[] = [];
  readonly #pending = new Set<Promise<void>>();
  #breakdowns = 0;
  #isPatient = false;

  constructor(runtime: SimulatedRuntime, server: SimulatedServer) {
    this.#runtime = runtime;
    this.#server = server;
    this.games = ["phone", "tablet", "robot"].map((id) => new SimulatedGame(id, DECLARE, this));
  }

  async run(): Promise<void> {
    const stopListening = await listen(this.#runtime, (event) => this.#hear(event));
    for (let step = 0; step < STEPS; step += 1) {
      this.#happen();
      await this.#runtime.advance(this.#upTo(300));
      this.#server.takeCrashes();
      for (const game of this.games) {
        await this.#remember(game);
        game.goOn();
      }
      await this.#checkSafe();
    }
    await this.#comeToRest();
    await this.#check();
    const stopped = stopListening();
    this.#server.stop();
    await this.#runtime.advance(60_000);
    await stopped;
  }

  // The games' world

  dial() {
    return this.#server.dial();
  }

  answer = (set: number, name: string): JsonObject | undefined => {
    const game = this.#answering ?? "";
    const key = keyOf(game, set, name);
    const before = this.#answers.get(key);
    if (before !== undefined) return before;
    if (!this.#isPatient && this.#upTo(3) === 0) return undefined;
    const result =
      this.#upTo(4) === 0
        ? { error: "no" }
        : name === "restart"
          ? { value: true }
          : { value: this.#upTo(100) };
    this.#answers.set(key, result);
    return result;
  };

  now(): number {
    return this.#runtime.now();
  }

  told(game: SimulatedGame, set: number, name: string, connection: number): void {
    this.#answering = game.id;
    const key = keyOf(game.id, set, name);
    expect(this.#endedAtDial.get(`${game.id} ${connection}`)?.has(key) ?? false, `${key} had ended`).toBe(
      false,
    );
    const told = this.#told.get(key) ?? new Set();
    if (name === "restart") expect(told.size, `${key} is sent once`).toBe(0);
    expect(told.has(connection), `${key} is sent once a connection`).toBe(false);
    this.#told.set(key, told.add(connection));
  }

  #answering: string | undefined;

  /** Before a game dials: what needn't be sent to it any more. */
  async #remember(game: SimulatedGame): Promise<void> {
    const next = `${game.id} ${game.connections + 1}`;
    const ended = (await this.#writes()).filter((write) => !isOpen(write));
    this.#endedAtDial.set(next, new Set(ended.map(({ device, set, name }) => keyOf(device, set, name))));
  }

  // What happens

  #happen(): void {
    const game = this.#pick(this.games) as SimulatedGame;
    const happenings: readonly (readonly [weight: number, happening: () => void])[] = [
      [12, () => game.log()],
      [6, () => game.mark()],
      [6, () => game.report({ lives: this.#upTo(10), score: this.#upTo(10) })],
      [10, () => this.#change(game, { lives: this.#upTo(100) })],
      [4, () => this.#change(game, { lives: this.#upTo(100), speed: this.#upTo(100) })],
      [5, () => this.#change(game, { restart: true })],
      [2, () => this.#change(game, { restart: true, speed: this.#upTo(100) })],
      [5, () => this.#cancelOne()],
      [4, () => game.repeat()],
      [3, () => game.cut()],
      [2, () => this.#kill(game)],
      [2, () => this.#server.faults.failing.add(this.#pick(STORING) as StorageCall)],
      [4, () => this.#server.faults.failing.clear()],
      [2, () => this.#doors.push(this.#server.faults.hold(...STORING))],
      [2, () => this.#doors.push(this.#server.faults.holdAnswer(...STORING))],
      [5, () => this.#openDoors()],
      [1, () => this.#breakDown()],
    ];
    this.#pick(
      happenings.flatMap(([weight, happening]) => Array.from({ length: weight }, () => happening)),
    )?.();
  }

  #kill(game: SimulatedGame): void {
    this.#runtime.exit(deviceName({ project: PROJECT, device: game.id }), "kill");
  }

  #change(game: SimulatedGame, values: JsonObject): void {
    const expiresInMs = this.#upTo(2) === 0 ? this.#upTo(5_000) + 1 : this.#upTo(LONGEST_EXPIRY_MS) + 1;
    this.#wait(this.#server.change(game.id, values, expiresInMs));
  }

  #cancelOne(): void {
    const cancel = async (): Promise<void> => {
      const write = this.#pick((await this.#writes()).filter(isOpen));
      if (write === undefined) return;
      const outcome = await this.#server.cancel(write.device, write.id);
      if (outcome.outcome === "cancelled") this.#cancelled.add(write.id);
    };
    this.#wait(cancel());
  }

  /** A process may be killed, or a storage be too slow, while somebody waits for it. */
  #wait(work: Promise<unknown>): void {
    const done: Promise<void> = work
      .then(
        () => undefined,
        () => undefined,
      )
      .finally(() => this.#pending.delete(done));
    this.#pending.add(done);
  }

  #breakDown(): void {
    if (this.#breakdowns === MOST_BREAKDOWNS) return;
    this.#breakdowns += 1;
    this.#openDoors();
    this.#server.breakStorage();
  }

  #openDoors(): void {
    for (const open of this.#doors.splice(0)) open();
  }

  /** Nothing fails any more, and every game answers what it is asked. */
  async #comeToRest(): Promise<void> {
    this.#openDoors();
    this.#server.faults.failing.clear();
    this.#isPatient = true;
    for (let round = 0; round < 200; round += 1) {
      for (const game of this.games) {
        await this.#remember(game);
        game.goOn();
      }
      await this.#runtime.advance(1_000);
      this.#server.takeCrashes();
    }
    expect(this.#pending.size, "everybody is answered").toBe(0);
  }

  #hear(event: ProjectEvent): void {
    if (event.type !== "stored") return;
    this.#entries.push(...event.logs.map(({ id }) => id), ...event.markers.map(({ id }) => id));
    for (const write of event.writes) {
      const states = this.#states.get(write.id) ?? new Map<number, WriteRecord>();
      this.#states.set(write.id, states.set(write.entry, write));
    }
  }

  // What must hold

  /** At any moment: what was acknowledged is stored. */
  async #checkSafe(): Promise<void> {
    for (const game of this.games) {
      const { logs, markers } = await this.#stored(game);
      expect(logs, "log entries are there once, in order").toEqual(upTo(logs.length));
      expect(markers, "markers are there once, in order").toEqual(upTo(markers.length));
      expect(logs.length, "no acknowledged log entry is lost").toBeGreaterThanOrEqual(game.safe.logs);
      expect(markers.length, "no acknowledged marker is lost").toBeGreaterThanOrEqual(game.safe.markers);
    }
  }

  async #check(): Promise<void> {
    for (const game of this.games) {
      expect(game.isFlushed, `${game.id} is acknowledged`).toBe(true);
      const { logs, markers } = await this.#stored(game);
      expect(logs).toEqual(upTo(game.said.logs));
      expect(markers).toEqual(upTo(game.said.markers));
    }
    expect(new Set(this.#entries).size, "each entry is told of once").toBe(this.#entries.length);
    for (const write of await this.#writes()) this.#checkWrite(write);
  }

  #checkWrite(write: WriteRecord): void {
    const what = `write ${write.id} (${write.name} of ${write.device}), ${write.state}`;
    expect(isOpen(write), `${what} has ended`).toBe(false);
    if (this.#cancelled.has(write.id)) expect(write.state, what).toBe("cancelled");
    const told = [...(this.#states.get(write.id) ?? [])].toSorted(([one], [other]) => one - other);
    const ends = told.filter(([, record]) => !isOpen(record));
    expect(ends.length, `${what} ends once`).toBeLessThanOrEqual(1);
    if (ends.length === 1) expect(told.at(-1)?.[1], `${what} was told so`).toEqual(write);
    const answer = this.#answers.get(keyOf(write.device, write.set, write.name));
    if (write.state === "applied") expect({ value: write.applied }, what).toEqual(answer);
    if (write.state === "rejected") expect({ error: write.reason }, what).toEqual(answer);
  }

  async #stored(game: SimulatedGame) {
    const where = { project: PROJECT, device: game.id, limit: 10_000 };
    const { devices } = this.#server.storage;
    const logs = (await devices.logs(where)).toReversed();
    const markers = (await devices.markers(where)).toReversed();
    return {
      logs: logs.map(({ message }) => Number(message)),
      markers: markers.map(({ name }) => Number(name)),
    };
  }

  async #writes(): Promise<readonly WriteRecord[]> {
    return this.#server.storage.devices.writes({ project: PROJECT, limit: 10_000 });
  }

  #pick<T>(from: readonly T[]): T | undefined {
    return from[this.#upTo(from.length)];
  }

  #upTo(below: number): number {
    return Math.floor(this.#runtime.random() * below);
  }
}

function upTo(count: number): readonly number[] {
  return Array.from({ length: count }, (_, index) => index + 1);
}

const WEATHERS: readonly (readonly [name: string, network: SimulatedNetworkOptions])[] = [
  ["good weather", {}],
  ["splits and delays", { delayMs: [0, 30], acceptDelayMs: [0, 30], splitBytes: "random" }],
  [
    "connections that break by themselves",
    { delayMs: [0, 30], splitBytes: "random", cutChance: 0.002, resetChance: 0.01 },
  ],
];

describe.each(WEATHERS)("in %s", (_, network) => {
  test(
    "nothing is lost, nothing is there twice, and each write ends in one state",
    { timeout: 120_000 },
    async () => {
      let made: SimulatedNetwork | undefined;
      const runtime = (seed: number) => {
        const simulated = simulationWithNetwork({ seed, startsAt: STARTS_AT, network });
        made = simulated.network;
        return simulated.runtime;
      };
      await forEachSeed({ count: SEEDS, runtime }, async (ready) => {
        const server = await simulateServer({ runtime: ready, network: made as SimulatedNetwork });
        await new Play(ready, server).run();
      });
    },
  );
});
