/**
 * Lines sent and awaited back over many connections: each sends a window of lines in one write and waits for the last of
 * its bytes before the next window, so that no more than a window is in flight.
 */

import { connect, type Socket } from "node:net";
import { measureSpent, type Shares } from "./spent.ts";

export interface EchoLoad {
  readonly port: number;
  readonly serverPid: number;
  readonly connections: number;
  readonly lineBytes: number;
  /** Lines a window. */
  readonly inFlight: number;
  /** Not counted. */
  readonly warmUpMs: number;
  readonly forMs: number;
}

export interface EchoResult extends Shares {
  readonly linesPerSecond: number;
  /** From a window's write to its last byte, in milliseconds. */
  readonly p50Ms: number;
  readonly p99Ms: number;
}

/** Windows that come back later than that are lost. */
const LATEST_MS = 30_000;
/** Windows whose time is kept. */
const MOST_TIMES = 4_000_000;

/** @throws Error when a server didn't send back exactly what it was sent. */
export async function echo(load: EchoLoad): Promise<EchoResult> {
  const run = new EchoRun(load);
  const windows = await Promise.all(Array.from({ length: load.connections }, () => Windows.open(run)));
  try {
    return await run.measure(windows);
  } finally {
    for (const { socket } of windows) socket.destroy();
  }
}

/** One measurement: what is sent, and what its connections note. */
class EchoRun {
  readonly load: EchoLoad;
  readonly window: Buffer;
  /** Read into and counted, by one connection at a time. */
  readonly readBuffer = Buffer.allocUnsafe(65_536);
  counting = false;
  going = true;
  windows = 0;
  readonly timesMs: Float64Array;

  constructor(load: EchoLoad) {
    this.load = load;
    this.window = Buffer.from(`${"x".repeat(load.lineBytes - 1)}\n`.repeat(load.inFlight));
    this.timesMs = new Float64Array(MOST_TIMES);
  }

  note(ms: number): void {
    if (!this.counting) return;
    if (this.windows < MOST_TIMES) this.timesMs[this.windows] = ms;
    this.windows += 1;
  }

  async measure(all: readonly Windows[]): Promise<EchoResult> {
    for (const windows of all) windows.send();
    await wait(this.load.warmUpMs);
    const spent = measureSpent(this.load.serverPid);
    this.counting = true;
    await wait(this.load.forMs);
    this.counting = false;
    const { ms, ...shares } = spent();
    this.going = false;
    await Promise.race([Promise.all(all.map(({ idle }) => idle)), wait(LATEST_MS)]);
    for (const windows of all) windows.check();
    const sorted = this.timesMs.subarray(0, Math.min(this.windows, MOST_TIMES)).sort();
    return {
      linesPerSecond: (this.windows * this.load.inFlight * 1_000) / ms,
      p50Ms: sorted[Math.floor(sorted.length * 0.5)] ?? Number.NaN,
      p99Ms: sorted[Math.floor(sorted.length * 0.99)] ?? Number.NaN,
      ...shares,
    };
  }
}

/** The windows of one connection, one after the other. */
class Windows {
  readonly socket: Socket;
  /** Resolves when its last window is back. */
  readonly idle: Promise<void>;
  readonly #run: EchoRun;
  #missing = 0;
  #sentAt = 0;
  #first = true;
  #problem: string | undefined;
  #tellIdle: () => void = () => {};

  static open(run: EchoRun): Promise<Windows> {
    return new Promise((resolve, reject) => {
      const windows: Windows = new Windows(run, () => resolve(windows));
      windows.socket.on("error", reject);
    });
  }

  private constructor(run: EchoRun, opened: () => void) {
    this.#run = run;
    this.idle = new Promise((resolve) => {
      this.#tellIdle = resolve;
    });
    const onread = { buffer: run.readBuffer, callback: (bytes: number) => this.#received(bytes) };
    this.socket = connect({ host: "127.0.0.1", port: run.load.port, noDelay: true, onread }, opened);
    this.socket.on("close", () => {
      this.#problem ??= this.#run.going ? "closed by the server" : undefined;
      this.#tellIdle();
    });
  }

  send(): void {
    this.#sentAt = performance.now();
    this.#missing = this.#run.window.length;
    this.socket.write(this.#run.window);
  }

  #received(bytes: number): boolean {
    const { window, readBuffer } = this.#run;
    // Looking at each byte would cost more than sending it: the first window stands for all.
    if (this.#first && !isPart(readBuffer.subarray(0, bytes), window, window.length - this.#missing))
      this.#problem = "other bytes came back than were sent";
    this.#missing -= bytes;
    if (this.#missing > 0) return true;
    this.#first = false;
    this.#run.note(performance.now() - this.#sentAt);
    if (this.#run.going && this.#missing === 0) this.send();
    else this.#tellIdle();
    return true;
  }

  /** @throws Error when not exactly what was sent came back. */
  check(): void {
    const missing = this.#missing === 0 ? undefined : `${this.#missing} bytes didn't come back`;
    const problem = this.#problem ?? missing;
    if (problem !== undefined) throw new Error(problem);
  }
}

function isPart(part: Buffer, whole: Buffer, offset: number): boolean {
  return whole.subarray(offset, offset + part.length).equals(part);
}

function wait(ms: number): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, ms).unref();
  });
}
