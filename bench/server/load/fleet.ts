/** Devices that speak at a steady pace, whatever the server does, each at its own moment. */

import { connect, type Socket } from "node:net";
import { setTimeout as wait } from "node:timers/promises";
import type { Shares } from "../../net/load/spent.ts";
import { variableNames } from "../../storage/data.ts";
import { logLines, valueLines } from "./contents.ts";
import { measureFamily } from "./family.ts";
import { WheelhouseTalk, type LogEntry } from "./talks.ts";

export interface FleetLoad {
  readonly port: number;
  readonly key: string;
  /** How many more. */
  readonly devices: number;
  /** Each sends a line so often: values of so many variables, or entries. */
  readonly everyMs: number;
  readonly variables?: number;
  readonly entries?: readonly LogEntry[];
}

export interface FleetResult extends Shares {
  readonly linesPerSecond: number;
  /** Lines that were acknowledged, a second. */
  readonly acknowledgedPerSecond: number;
  /** That are connected and were refused nothing. */
  readonly devices: number;
  /** What the first of the others was told, or met. */
  readonly problem: string | undefined;
}

/** Devices that connect at a time. */
const AT_ONCE = 50;
/** A server that takes longer to let them all in is given no more. */
const MOST_JOIN_MS = 40_000;
/** How often the turns of a period are looked at. */
const TICK_MS = 5;

let fleet: Fleet | undefined;

/** Resolves when they all speak; from the first that a server refuses on there are no more. */
export async function joinFleet(load: FleetLoad): Promise<void> {
  fleet ??= new Fleet(load.everyMs);
  await fleet.join(load);
}

export async function measureFleet({
  serverPid,
  forMs,
}: {
  readonly serverPid: number;
  readonly forMs: number;
}): Promise<FleetResult> {
  if (fleet === undefined) throw new Error("expected a fleet");
  return fleet.measure(serverPid, forMs);
}

export function endFleet(): void {
  fleet?.end();
  fleet = undefined;
}

class Fleet {
  sent = 0;
  acknowledged = 0;
  #problem: string | undefined;
  readonly #lost = new Set<Device>();
  readonly #devices: Device[] = [];
  readonly #everyMs: number;
  readonly #begun = performance.now();
  readonly #timer: NodeJS.Timeout;
  /** Turns that were taken: each device has one a period. */
  #turns = 0;

  constructor(everyMs: number) {
    this.#everyMs = everyMs;
    this.#timer = setInterval(() => this.#speak(), TICK_MS);
  }

  async join({ port, key, devices, variables = 0, entries }: FleetLoad): Promise<void> {
    const lines = entries === undefined ? valueLines(variables) : logLines(entries);
    const declaration = entries === undefined ? declarationOf(variables) : "";
    const latest = performance.now() + MOST_JOIN_MS;
    for (let left = devices; left > 0 && this.#lost.size === 0; left -= AT_ONCE) {
      if (performance.now() > latest) {
        this.#problem ??= `${left} were not let in within ${MOST_JOIN_MS} ms`;
        return;
      }
      const joining = Array.from({ length: Math.min(left, AT_ONCE) }, (_, index) => {
        const name = `device-${this.#devices.length + index}`;
        return new Device(this, port, new WheelhouseTalk(key, name, lines, declaration));
      });
      await Promise.all(
        joining.map((device) => device.open().catch((error: Error) => this.lose(device, error))),
      );
      this.#devices.push(...joining);
    }
  }

  /** Catches up with the turns that are due, at most one period of them. */
  #speak(): void {
    const count = this.#devices.length;
    const due = Math.floor(((performance.now() - this.#begun) / this.#everyMs) * count);
    this.#turns = Math.max(this.#turns, due - count);
    for (; this.#turns < due; this.#turns += 1) this.#devices[this.#turns % count]?.speak();
  }

  async measure(serverPid: number, forMs: number): Promise<FleetResult> {
    const { sent, acknowledged } = this;
    const spent = measureFamily(serverPid);
    await wait(forMs);
    const { ms, ...shares } = spent();
    return {
      linesPerSecond: ((this.sent - sent) * 1_000) / ms,
      acknowledgedPerSecond: ((this.acknowledged - acknowledged) * 1_000) / ms,
      devices: this.#devices.length - this.#lost.size,
      problem: this.#problem,
      ...shares,
    };
  }

  lose(device: Device, error: Error): void {
    this.#lost.add(device);
    this.#problem ??= error.message;
  }

  end(): void {
    clearInterval(this.#timer);
    for (const { socket } of this.#devices) socket.destroy();
  }
}

function declarationOf(variables: number): string {
  const declared = variableNames(variables).map((name) => ({ name, kind: "float" }));
  return `${JSON.stringify({ type: "declare", variables: declared })}\n`;
}

class Device {
  readonly socket: Socket;
  readonly #fleet: Fleet;
  readonly #talk: WheelhouseTalk;

  constructor(fleet: Fleet, port: number, talk: WheelhouseTalk) {
    this.#fleet = fleet;
    this.#talk = talk;
    this.socket = connect({ host: "127.0.0.1", port, noDelay: true });
    this.socket.on("error", (error) => this.#fleet.lose(this, error));
  }

  async open(): Promise<void> {
    await this.#talk.open(this.socket);
    this.socket.on("data", (bytes) => this.#heard(bytes));
    this.socket.on("end", () => this.#fleet.lose(this, new Error("closed by the server")));
  }

  speak(): void {
    this.#fleet.sent += 1;
    this.socket.write(this.#talk.next());
  }

  #heard(bytes: Buffer): void {
    try {
      this.#fleet.acknowledged += this.#talk.hear(bytes);
    } catch (error) {
      this.#fleet.lose(this, error as Error);
    }
  }
}
