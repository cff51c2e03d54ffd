/**
 * `npm run bench -- fairness`: how much later another process's timer expires, and how much later a socket answers, while
 * one process always has another message waiting. The worst of all counts.
 */

import { once } from "node:events";
import { connect, createServer, type AddressInfo, type Socket } from "node:net";
import { Runtime, defineGenServer, noReply, start, type ReplyTo } from "@wheelhouse/actors";
import { atMost, printFigures, quantile, type Figure, type Size } from "../figure.ts";

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
    /** Sets one timer after another; resolves with how late each was, in milliseconds. */
    sleep(times: number): readonly number[];
  };
  casts: { woken(dueAt: number): void };
}

interface Sleeps {
  readonly times: number;
  readonly late: number[];
  readonly from: ReplyTo<readonly number[]>;
}

const Sleeper = defineGenServer<SleeperProtocol, Sleeps | undefined>({
  name: "Sleeper",
  init: () => undefined,
  calls: {
    sleep(ctx, times) {
      ctx.state = { times, late: [], from: ctx.from };
      ctx.after(TIMER_MS, "woken", ctx.now() + TIMER_MS);
      return noReply;
    },
  },
  casts: {
    woken(ctx, dueAt) {
      if (ctx.state === undefined) return;
      const { times, late, from } = ctx.state;
      late.push(ctx.now() - dueAt);
      if (late.length === times) ctx.reply(from, late);
      else ctx.after(TIMER_MS, "woken", ctx.now() + TIMER_MS);
    },
  },
});

export async function run(): Promise<void> {
  printFigures(await measure(FULL));
}

export async function measure({ count }: Size): Promise<readonly Figure[]> {
  const runtime = new Runtime();
  const idle = await waits(runtime, count);
  const busy = await start(Busy, undefined, { runtime });
  const before = await busy.call(busy.ref, "handled");
  const disturbed = await waits(runtime, count);
  if ((await busy.call(busy.ref, "handled")) <= before)
    throw new Error("expected the busy process to go on meanwhile");
  await busy.stop();
  return [
    atMost("a timer's delay beside a busy process", worst(disturbed.timers), 10, "ms", worst(idle.timers)),
    atMost(
      "a socket's answer beside a busy process",
      worst(disturbed.sockets),
      10,
      "ms",
      worst(idle.sockets),
    ),
    // What the scheduler does to all of them, without what else this machine did to a few.
    atMost("the timer's, median", quantile(disturbed.timers, 0.5), 10, "ms", quantile(idle.timers, 0.5)),
    atMost("the socket's, median", quantile(disturbed.sockets, 0.5), 10, "ms", quantile(idle.sockets, 0.5)),
  ];
}

function worst(values: readonly number[]): number {
  return Math.max(...values);
}

interface Waits {
  readonly timers: readonly number[];
  readonly sockets: readonly number[];
}

async function waits(runtime: Runtime, count: number): Promise<Waits> {
  const sleeper = await start(Sleeper, undefined, { runtime });
  const timers = await sleeper.callWithin(Infinity, sleeper.ref, "sleep", count);
  await sleeper.stop();
  return { timers, sockets: await roundTrips(count) };
}

/** Milliseconds of one byte there and back, each. */
async function roundTrips(count: number): Promise<readonly number[]> {
  const server = createServer((socket) => void socket.setNoDelay().pipe(socket)).listen(0, "127.0.0.1");
  await once(server, "listening");
  const socket = connect((server.address() as AddressInfo).port, "127.0.0.1").setNoDelay();
  try {
    await once(socket, "connect");
    const spentMs: number[] = [];
    for (let done = 0; done < count; done += 1) spentMs.push(await roundTrip(socket));
    return spentMs;
  } finally {
    socket.destroy();
    server.close();
    await once(server, "close");
  }
}

async function roundTrip(socket: Socket): Promise<number> {
  const begun = performance.now();
  socket.write("x");
  await once(socket, "data");
  return performance.now() - begun;
}
