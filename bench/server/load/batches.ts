/** As many batches as a server takes: each connection has so many on their way, and sends one for each that is acknowledged. */

import { connect, type NetConnectOpts, type Socket } from "node:net";
import { setTimeout as wait } from "node:timers/promises";
import { quantile } from "../../figure.ts";
import type { Shares } from "../../net/load/spent.ts";
import { logLines, valueLines } from "./contents.ts";
import { measureFamily } from "./family.ts";
import { PostgresTalk, RedisTalk, WheelhouseTalk, type LogEntry, type Talk } from "./talks.ts";

export type BatchSpeech =
  | { readonly protocol: "wheelhouse logs"; readonly key: string; readonly entries: readonly LogEntry[] }
  | { readonly protocol: "wheelhouse values"; readonly key: string; readonly values: number }
  | { readonly protocol: "redis" | "postgres"; readonly entries: readonly LogEntry[] };

export interface BatchLoad {
  readonly address: NetConnectOpts;
  readonly serverPid: number;
  readonly speech: BatchSpeech;
  readonly connections: number;
  /** Batches on their way, of each connection. */
  readonly inFlight: number;
  /** Not counted. */
  readonly warmUpMs: number;
  readonly forMs: number;
}

export interface BatchResult extends Shares {
  readonly batchesPerSecond: number;
  /** Of all that was sent, the share that was counted. */
  readonly countedShare: number;
  /** Batches that each connection has sent, all of them acknowledged. */
  readonly sent: readonly number[];
  readonly ms: number;
  /** From a batch's write to its acknowledgement. */
  readonly p50Ms: number;
  readonly p99Ms: number;
}

/** What isn't acknowledged so long after the end is lost. */
const LATEST_MS = 60_000;

/** @throws Error when something was refused, or not acknowledged in the end. */
export async function sendBatches(load: BatchLoad): Promise<BatchResult> {
  const run = new BatchRun();
  const speakers = Array.from({ length: load.connections }, (_, index) => new Speaker(run, load, index));
  try {
    await Promise.all(speakers.map((speaker) => speaker.open()));
    for (const speaker of speakers) speaker.begin();
    return await run.measure(load, speakers);
  } finally {
    for (const { socket } of speakers) socket.destroy();
  }
}

class BatchRun {
  going = true;
  counting = false;
  counted = 0;
  readonly timesMs: number[] = [];
  fail: (error: Error) => void = () => {};
  readonly #failed = new Promise<never>((_, reject) => {
    this.fail = reject;
  });

  note(batches: number, ms: number): void {
    if (!this.counting) return;
    this.counted += batches;
    this.timesMs.push(ms);
  }

  async measure(load: BatchLoad, speakers: readonly Speaker[]): Promise<BatchResult> {
    await Promise.race([wait(load.warmUpMs), this.#failed]);
    const spent = measureFamily(load.serverPid);
    this.counting = true;
    await Promise.race([wait(load.forMs), this.#failed]);
    this.counting = false;
    const { ms, ...shares } = spent();
    this.going = false;
    const late = wait(LATEST_MS, undefined, { ref: false }).then(() => {
      throw new Error("batches were not acknowledged");
    });
    await Promise.race([Promise.all(speakers.map(({ idle }) => idle)), this.#failed, late]);
    const sent = speakers.map((speaker) => speaker.sent);
    return {
      batchesPerSecond: (this.counted * 1_000) / ms,
      countedShare: this.counted / sent.reduce((sum, each) => sum + each, 0),
      sent,
      ms,
      p50Ms: quantile(this.timesMs, 0.5),
      p99Ms: quantile(this.timesMs, 0.99),
      ...shares,
    };
  }
}

class Speaker {
  readonly socket: Socket;
  readonly idle: Promise<void>;
  sent = 0;
  readonly #run: BatchRun;
  readonly #inFlight: number;
  readonly #talk: Talk;
  /** When each batch that is on its way left, by its number modulo those on their way. */
  readonly #sentAt: Float64Array;
  #acknowledged = 0;
  #tellIdle: () => void = () => {};

  constructor(run: BatchRun, { address, speech, inFlight }: BatchLoad, index: number) {
    this.#run = run;
    this.#inFlight = inFlight;
    this.#talk = talkOf(speech, `device-${index}`);
    this.#sentAt = new Float64Array(inFlight);
    this.idle = new Promise((resolve) => {
      this.#tellIdle = resolve;
    });
    this.socket = connect(address);
    this.socket.on("error", (error) => this.#run.fail(error));
  }

  open(): Promise<void> {
    return this.#talk.open(this.socket);
  }

  begin(): void {
    this.socket.on("data", (bytes) => this.#heard(bytes));
    this.socket.on("close", () => this.#run.fail(new Error("closed by the server")));
    this.#send(this.#inFlight);
  }

  #send(batches: number): void {
    const now = performance.now();
    this.socket.cork();
    for (let batch = 0; batch < batches; batch += 1) {
      this.#sentAt[this.sent % this.#inFlight] = now;
      this.sent += 1;
      this.socket.write(this.#talk.next());
    }
    this.socket.uncork();
  }

  #heard(bytes: Buffer): void {
    try {
      const batches = this.#talk.hear(bytes);
      if (batches > 0) this.#goOn(batches);
    } catch (error) {
      this.#run.fail(error as Error);
    }
  }

  #goOn(batches: number): void {
    this.#acknowledged += batches;
    const sentAt = this.#sentAt[(this.#acknowledged - 1) % this.#inFlight] ?? 0;
    this.#run.note(batches, performance.now() - sentAt);
    if (this.#run.going) this.#send(batches);
    else if (this.#acknowledged === this.sent) this.#tellIdle();
  }
}

function talkOf(speech: BatchSpeech, device: string): Talk {
  switch (speech.protocol) {
    case "wheelhouse logs":
      return new WheelhouseTalk(speech.key, device, logLines(speech.entries));
    case "wheelhouse values":
      return new WheelhouseTalk(speech.key, device, valueLines(speech.values));
    case "redis":
      return new RedisTalk(device, speech.entries);
    case "postgres":
      return new PostgresTalk(device, speech.entries);
  }
}
