/** Our server with its pages: what is measured of it, one after the other. */

import { LIVE_PATH, TOPICS } from "@wheelhouse/api";
import type { Child } from "../net/child.ts";
import type { FleetLoad } from "../server/load/fleet.ts";
import type { OurServer } from "../server/our-server.ts";
import { unreadBytesOfKernel } from "./kernel.ts";
import type { Arrivals, Changing, Opening, Unread, Verdict } from "./load/crowd.ts";
import type { ProbeAddress } from "./load/prober.ts";
import type { LiveSize } from "./main.ts";
import { measured, type Measured } from "./measured.ts";
import { Resident } from "./resident.ts";

export interface WithUnread extends Measured {
  readonly unread: Unread;
  /** Resident memory of the server: before, and at most. */
  readonly beforeBytes: number;
  readonly mostBytes: number;
  /** From when the server held its 256 KiB to the end of the last page that didn't read. */
  readonly endedS: number;
}

export const CHANGE_EVERY_MS = 150;
export const WARM_UP_SHARE = 0.3;
const SPEAK_EVERY_MS = 250;
const VARIABLES = 10;
const LETTERS = 1_000;
const PAUSE_BYTES = 256 * 1_024;
/** For what was on its way when its devices ended. */
const LAST_SECONDS = 0.5;

export class Ours {
  readonly #size: LiveSize;
  readonly #server: OurServer;
  readonly #devices: Child;
  readonly #pages: Child;

  constructor(size: LiveSize, server: OurServer, devices: Child, pages: Child) {
    this.#size = size;
    this.#server = server;
    this.#devices = devices;
    this.#pages = pages;
  }

  async open(): Promise<void> {
    await this.#pages.ask("joinProbe", this.#address);
    await this.#open(this.#size.pages, true);
  }

  async alone(): Promise<Measured> {
    await this.#change(this.#size.seconds * WARM_UP_SHARE);
    return this.#measured("one change", () => this.#change(this.#size.seconds));
  }

  person(): Promise<Measured> {
    return this.#measured("by a person", () => this.#change(this.#size.seconds / 2, "person"));
  }

  async stream(): Promise<Measured> {
    await this.#beginStream();
    await this.#change(this.#size.seconds * WARM_UP_SHARE);
    const result = await this.#measured("stream", () => this.#change(this.#size.seconds));
    await this.#endStream();
    return result;
  }

  /** The newest pages make room for as many that never read, and come back when those were ended. */
  async unread(): Promise<WithUnread> {
    const { unread: count, mostSeconds } = this.#size;
    const kernelBytes = await unreadBytesOfKernel();
    await this.#pages.ask("closePages", { count });
    await this.#beginStream();
    await this.#change(this.#size.seconds * WARM_UP_SHARE);
    const resident = new Resident(this.#server.pid);
    const beforeBytes = await resident.now();
    resident.watch();
    await this.#open(count, false);
    const work = () => this.#change(mostSeconds, "device", true);
    const result = await this.#measured("some never read", work);
    const mostBytes = await resident.most();
    await this.#pages.ask("watchValues");
    await this.#change(this.#size.seconds * WARM_UP_SHARE);
    await this.#endStream();
    await this.#open(count, true);
    const afterBytes = await resident.now();
    const endedS = secondsToEnd(result.unread, kernelBytes + PAUSE_BYTES);
    console.log(`${describe(result.unread, kernelBytes)}, ${endedS.toFixed(1)} s after 256 KiB were unsent`);
    console.log(
      `resident: ${[beforeBytes, mostBytes, afterBytes].map(mib).join(", ")}: before, at most, after`,
    );
    return { ...result, beforeBytes, mostBytes, endedS };
  }

  judge(): Promise<Verdict> {
    return this.#pages.ask("judgePages", this.#address);
  }

  get #address(): ProbeAddress {
    const { httpPort, tcpPort, cookie, project, deviceKey } = this.#server;
    return { httpPort, tcpPort, cookie, project, deviceKey };
  }

  #open(count: number, reads: boolean): Promise<void> {
    const { httpPort: port, cookie, project } = this.#server;
    const first = JSON.stringify({ type: "subscribe", id: 1, project, topics: TOPICS });
    const place = { port, path: LIVE_PATH, headers: { cookie }, first };
    return this.#pages.ask("openPages", { place, count, reads } satisfies Opening);
  }

  async #beginStream(): Promise<void> {
    const { tcpPort: port, deviceKey: key } = this.#server;
    const entry = { at: 1_764_000_000_000, level: "info", message: "x".repeat(LETTERS) };
    const entries = Array.from({ length: this.#size.entries }, () => entry);
    const one = { port, key, devices: 1, everyMs: SPEAK_EVERY_MS };
    await this.#devices.ask("joinFleet", { ...one, variables: VARIABLES } satisfies FleetLoad);
    await this.#devices.ask("joinFleet", { ...one, entries } satisfies FleetLoad);
  }

  async #endStream(): Promise<void> {
    await this.#devices.ask("endFleet");
    await this.#change(LAST_SECONDS);
  }

  #change(
    seconds: number,
    by: Changing["by"] = "device",
    untilEnded = false,
  ): Promise<Arrivals & { readonly unread: Unread }> {
    const changing = { by, everyMs: CHANGE_EVERY_MS, forMs: seconds * 1_000, untilEnded };
    return this.#pages.ask("makeChanges", changing satisfies Changing);
  }

  #measured<A extends Arrivals>(what: string, work: () => Promise<A>): Promise<A & Measured> {
    return measured(what, { pid: this.#server.pid, pages: this.#pages }, work);
  }
}

/** From when a page would have been sent so many bytes, had it read. */
function secondsToEnd({ offered, lastMs }: Unread, bytes: number): number {
  const [ms] = offered.find(([, sent]) => sent >= bytes) ?? [lastMs];
  return Math.max(0, lastMs - ms) / 1_000;
}

function describe({ ended, firstMs, lastMs }: Unread, kernelBytes: number): string {
  const times = `${(firstMs / 1_000).toFixed(1)} to ${(lastMs / 1_000).toFixed(1)} s after they came`;
  return `never read: the kernel takes ${(kernelBytes / 1e6).toFixed(1)} MB for each; ${ended} ended, ${times}`;
}

const mib = (bytes: number) => `${(bytes / 2 ** 20).toFixed(0)} MiB`;
