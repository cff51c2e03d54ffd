/**
 * `npm run bench -- fairness`: how much later another process's timer expires, and how much later a socket answers, while
 * one process always has another message waiting. The worst of all counts.
 */

import { once } from "node:events";
import { connect, createServer, type AddressInfo, type Socket } from "node:net";
import { Runtime, defineGenServer, start } from "@wheelhouse/actors";
import { atMost, printFigures, quantile, type Figure, type Size } from "./figure.ts";

/** Timers and round trips, each with and without the process that is never done. */
export const FULL: Size = { count: 300, runs: 1 };
/** How long each timer is set for. */
const TIMER_MS = 5;

interface BusyProtocol {
  calls: { handled(): number };
  casts: { again(): void };
}

/** Handles one message and has always sent itself the next. */
const Busy = defineGenServer<BusyProtocol, number>({
  name: "Busy",
  init(ctx) {
    ctx.cast(ctx.self, "again");
    return 0;
  },
  calls: { handled: (ctx) => ctx.state },
  casts: {
    again(ctx) {
      ctx.state += 1;
      ctx.cast(ctx.self, "again");
    },
  },
});

interface SleeperProtocol {
  calls: {
    /** Sets a timer so many times; resolves with how late each was, in milliseconds. */
    sleep(times: number): readonly number[];
  };
  casts: { woken(dueAt: number): void };
}

interface Sleep {
  readonly left: number;
}
