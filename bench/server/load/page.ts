/** A page on the live socket, and how far behind the devices it is. */

import { once } from "node:events";
import { setTimeout as wait } from "node:timers/promises";
import { LIVE_PATH, type Changes } from "@wheelhouse/api";
import { quantile } from "../../figure.ts";

export interface Watch {
  readonly httpPort: number;
  readonly cookie: string;
  readonly project: string;
}

export interface Delays {
  /** From a value's sending to its arrival here. */
  readonly delayP99Ms: number;
  /** From the sending of the first value that a page hadn't yet to the arrival of a newer one: the worst moments. */
  readonly behindP99Ms: number;
  readonly behindMostMs: number;
  readonly messages: number;
  readonly values: number;
  /** Why the server closed the page. */
  readonly closed: string | undefined;
}

/** Times that are kept. */
const MOST_TIMES = 2_000_000;

let page: Page | undefined;

/** Resolves with the snapshot. */
export async function watch({ httpPort, cookie, project }: Watch): Promise<void> {
  const origin = `http://127.0.0.1:${httpPort}`;
  const socket = new WebSocket(`ws://127.0.0.1:${httpPort}${LIVE_PATH}`, {
    headers: { cookie, origin },
  } as unknown as string[]);
  await once(socket, "open");
  page = new Page(socket);
  socket.send(JSON.stringify({ type: "subscribe", id: 1, project, topics: ["variables"] }));
  await page.snapshot;
}

/** What arrives within a time, after another. */
export async function collectDelays({
  afterMs,
  forMs,
}: {
  readonly afterMs: number;
  readonly forMs: number;
}): Promise<Delays> {
  await wait(afterMs);
  if (page === undefined) throw new Error("expected a page that watches");
  page.begin();
  await wait(forMs);
  return page.finish();
}

class Page {
  readonly snapshot: Promise<void>;
  #closed: string | undefined;
  #counting = false;
  #messages = 0;
  #values = 0;
  #delays: number[] = [];
  #behind: number[] = [];
  /** Of each device, when the newest value that arrived was sent. */
  readonly #shown = new Map<string, number>();

  constructor(socket: WebSocket) {
    this.snapshot = new Promise((resolve, reject) => {
      socket.addEventListener("message", ({ data }) => {
        const message = JSON.parse(String(data)) as { type: string };
        if (message.type === "snapshot") resolve();
        else if (message.type === "changes") this.#hear(message as Changes);
        else reject(new Error(`expected a snapshot, got: ${String(data)}`));
      });
      socket.addEventListener("close", ({ code, reason }) => {
        this.#closed = `${code} ${reason}`;
        reject(new Error(`the page was closed: ${this.#closed}`));
      });
    });
  }

  begin(): void {
    [this.#delays, this.#behind, this.#messages, this.#values] = [[], [], 0, 0];
    this.#counting = true;
  }

  finish(): Delays {
    this.#counting = false;
    return {
      closed: this.#closed,
      delayP99Ms: quantile(this.#delays, 0.99),
      behindP99Ms: quantile(this.#behind, 0.99),
      behindMostMs: quantile(this.#behind, 1),
      messages: this.#messages,
      values: this.#values,
    };
  }

  #hear({ values = {} }: Changes): void {
    const now = Date.now();
    this.#messages += 1;
    for (const [device, named] of Object.entries(values)) {
      const all = Object.values(named);
      // Those of one line were sent at one time.
      const at = Math.max(...all.map(([time]) => time));
      this.#note(all.length, now - at, now - (this.#shown.get(device) ?? at));
      this.#shown.set(device, at);
    }
  }

  #note(values: number, delayMs: number, behindMs: number): void {
    if (!this.#counting || this.#delays.length >= MOST_TIMES) return;
    this.#values += values;
    this.#delays.push(delayMs);
    this.#behind.push(behindMs);
  }
}
