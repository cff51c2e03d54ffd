/** The path of devices in virtual time: their port, their processes and a storage in memory, without the web. */

import { defineSupervisor, formatReason, start } from "@wheelhouse/actors";
import type { SimulatedRuntime } from "@wheelhouse/actors/simulation";
import { simulationWithNetwork, type SimulationWithNetwork } from "@wheelhouse/net/simulation";
import type { JsonObject } from "@wheelhouse/protocol";
import { KEEP_ALL, StorageFailedError, type LogEntryRecord, type Storage } from "@wheelhouse/storage";
import { memoryDisk, openMemoryStorage } from "@wheelhouse/storage/memory";
import { afterEach, expect } from "vitest";
import { deviceListener } from "../../src/devices/device-listener.ts";
import { Devices, DevicesSupervisor, withDevice } from "../../src/devices/devices.ts";
import type { CancelOutcome, ChangeOutcome, DeviceView } from "../../src/devices/protocol.ts";
import { expireWrites } from "../../src/housekeeping/expire-writes.ts";
import { Housekeeping } from "../../src/housekeeping/housekeeping.ts";
import { Store, StoreServer, type OpenStorage } from "../../src/store/store.ts";
import { Faults } from "../store/unreliable-storage.ts";
import { SimulatedDevice } from "./simulated-device.ts";

/** What `wallClock()` begins at. */
export const STARTS_AT = 1_764_000_000_000;
export const PROJECT = "rocket";
export const KEY = "rightKey0001";
/** A second key of the same project. */
export const SECOND_KEY = "rightKey0002";
export const OTHER_PROJECT = "other";
export const OTHER_KEY = "otherKey0001";

export interface SimulatedServer {
  readonly runtime: SimulatedRuntime;
  /** What is stored, past all faults and also after the end. */
  readonly storage: Storage;
  readonly faults: Faults;
  /** A new connection. */
  dial(): SimulatedDevice;
  /** A new connection that has said these lines, and what it was answered is dropped. */
  greet(...lines: readonly string[]): Promise<SimulatedDevice>;
  /** Lets everything happen that needs no time. */
  settle(): Promise<void>;
  advance(ms: number): Promise<void>;
  /** The device as a person sees it; `undefined` for one that never was. */
  view(device: string): Promise<DeviceView | undefined>;
  /** The value that a person is shown. */
  reported(device: string, name: string): Promise<unknown>;
  change(device: string, values: JsonObject, expiresInMs?: number): Promise<ChangeOutcome>;
  cancel(device: string, write: number): Promise<CancelOutcome>;
  /** The state of a variable's newest write, and what the device answered. */
  write(device: string, name: string): Promise<readonly [state: string | undefined, applied: unknown]>;
  /** The messages that are stored, oldest first. */
  logs(device: string): Promise<readonly LogEntryRecord[]>;
  /** The storage's adapter breaks down by itself, and has to be opened anew. */
  breakStorage(): void;
  /** Asks everything to end, and doesn't wait for it. */
  stop(): void;
  /** The crashes so far, which the test expected: any other fails it. */
  takeCrashes(): readonly string[];
}

/** A hello of dialect 2. */
export function hello(device: string, fields: JsonObject = {}): string {
  return JSON.stringify({ type: "hello", protocol: 2, key: KEY, device, ...fields });
}

export function line(message: JsonObject): string {
  return JSON.stringify(message);
}

/** A line of dialect 1 with its payload. */
export function payload(letter: "i" | "l", json: unknown, key: string = KEY): string {
  return `${letter}:${key}:${Buffer.from(JSON.stringify(json)).toString("base64")}`;
}

/** The session that a welcome gives. */
export function sessionOf(lines: readonly string[]): string {
  const welcome = lines.map((text) => JSON.parse(text)).find(({ type }) => type === "welcome");
  return welcome.session;
}

const PORT = 6667;
/** Lines a second of one key. */
export const DEVICE_LINES = 2_000;

const DevicePath = defineSupervisor<OpenStorage>("DevicePath", (openStorage) => ({
  strategy: "rest_for_one",
  children: [
    StoreServer.child(openStorage, { name: Store }),
    DevicesSupervisor.child(undefined, { name: Devices, shutdown: Infinity }),
    deviceListener({ tcp: { host: "127.0.0.1", port: PORT }, deviceLines: DEVICE_LINES }),
    Housekeeping.child([expireWrites]),
  ],
}));

const ends: (() => Promise<void>)[] = [];

afterEach(async () => {
  for (const end of ends.splice(0)) await end();
});

export async function simulateServer(
  simulated: SimulationWithNetwork = simulationWithNetwork({ seed: 1, startsAt: STARTS_AT }),
): Promise<SimulatedServer> {
  const { runtime, network } = simulated;
  const dial = () => new SimulatedDevice(network.dial(PORT));
  const crashes: string[] = [];
  runtime.on((event) => {
    if (event.type === "crash") crashes.push(`${event.process.label}: ${formatReason(event.reason)}`);
  });
  const disk = memoryDisk("simulated");
  const storage = await openMemoryStorage({ disk });
  await fill(storage);
  const faults = new Faults();
  let breakDown: (error: Error) => void = () => {};
  const open: OpenStorage = async (onFailed) => {
    breakDown = onFailed;
    return faults.through(await openMemoryStorage({ disk }));
  };
  const app = await start(DevicePath, open, { runtime });
  let stopped: Promise<void> | undefined;
  const stop = () => void (stopped ??= app.stop());
  ends.push(async () => {
    stop();
    await runtime.advance(60_000);
    await stopped;
    expect(crashes, "unexpected crashes").toEqual([]);
    expect(runtime.processes(), "processes left").toEqual([]);
  });

  const address = (device: string) => ({ project: PROJECT, device });
  const view = (device: string) => withDevice(runtime, address(device), (ref) => runtime.call(ref, "view"));
  const variable = async (device: string, name: string) =>
    (await view(device))?.variables.find((other) => other.name === name);
  return {
    runtime,
    storage,
    faults,
    dial,
    async greet(...lines) {
      const device = dial();
      device.send(...lines);
      await runtime.settle();
      device.take();
      return device;
    },
    settle: () => runtime.settle(),
    advance: (ms) => runtime.advance(ms),
    view,
    reported: async (device, name) => (await variable(device, name))?.reported?.value,
    change: (device, values, expiresInMs) =>
      withDevice(runtime, address(device), (ref) =>
        runtime.call(ref, "change", values, "ann@example.org", expiresInMs),
      ),
    cancel: (device, write) =>
      withDevice(runtime, address(device), (ref) => runtime.call(ref, "cancel", write, "bob@example.org")),
    async write(device, name) {
      const desired = (await variable(device, name))?.desired;
      return [desired?.state, desired?.applied];
    },
    logs: async (device) => (await storage.devices.logs({ ...address(device), limit: 10_000 })).toReversed(),
    breakStorage: () => breakDown(new StorageFailedError("the thread ended")),
    stop,
    takeCrashes: () => crashes.splice(0),
  };
}

async function fill({ accounts }: Storage): Promise<void> {
  const createdAt = STARTS_AT;
  const known = { createdAt, revokedAt: null, name: "a key" };
  for (const [project, key] of [
    [PROJECT, KEY],
    [OTHER_PROJECT, OTHER_KEY],
  ] as const) {
    const user = { id: `${project}-owner`, email: `${project}@example.org`, passwordHash: "none", createdAt };
    await accounts.register(
      user,
      { id: project, name: project, createdAt, retention: KEEP_ALL },
      { ...known, id: `${project}-1`, project, key },
    );
  }
  await accounts.addDeviceKey({ ...known, id: `${PROJECT}-2`, project: PROJECT, key: SECOND_KEY });
}
