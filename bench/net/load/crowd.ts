/** Connections that are opened and held, and can be looked at later. */

import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { setTimeout as wait } from "node:timers/promises";
import { sourceOf } from "./addresses.ts";

const held: Socket[] = [];
const LATEST_MS = 5_000;

export interface CrowdLoad {
  readonly port: number;
  readonly connections: number;
}

/** What became of connections when each sent a line. */
export interface CrowdResult {
  readonly answered: number;
  /** Ended by the server or the network. */
  readonly closed: number;
  /** Neither within the time. */
  readonly silent: number;
}

/** Opens so many more, one line each, and keeps them, whatever becomes of them. */
export async function gather({ port, connections }: CrowdLoad): Promise<CrowdResult> {
  const begun = held.length;
  for (let number = 0; number < connections; number += 1) {
    const socket = connect({ host: "127.0.0.1", port, noDelay: true, ...sourceOf(begun + number) });
    socket.on("error", () => {});
    held.push(socket);
    // One after the other: a queue of the kernel that is full drops what comes on top, and tries again after a second.
    if (number % 100 === 99) await settled(socket);
  }
  return ask(held.slice(begun));
}

async function settled(socket: Socket): Promise<void> {
  if (socket.destroyed) return;
  await Promise.race([once(socket, "connect"), once(socket, "close"), wait(LATEST_MS)]).catch(() => {});
}

/** Has the held connections numbered from `from` on, `count` of them, send a line again. */
export function askAgain({ from, count }: { from: number; count: number }): Promise<CrowdResult> {
  return ask(held.slice(from, from + count));
}

async function ask(sockets: readonly Socket[]): Promise<CrowdResult> {
  const outcomes = await Promise.all(sockets.map(askOne));
  const count = (outcome: keyof CrowdResult) => outcomes.filter((each) => each === outcome).length;
  return { answered: count("answered"), closed: count("closed"), silent: count("silent") };
}

async function askOne(socket: Socket): Promise<keyof CrowdResult> {
  if (socket.destroyed) return "closed";
  const settled = new AbortController();
  const { signal } = settled;
  const answered = once(socket, "data", { signal }).then(() => "answered" as const);
  const closed = once(socket, "close", { signal }).then(() => "closed" as const);
  const silent = wait(LATEST_MS, "silent" as const, { signal });
  socket.write("hello\n");
  try {
    return await Promise.race([answered, closed, silent]);
  } catch {
    return "closed";
  } finally {
    settled.abort();
  }
}

/** Closes so many of those that are held, the oldest first. */
export async function leave({ connections }: { connections: number }): Promise<void> {
  const leaving = held.splice(0, connections).filter((socket) => !socket.destroyed);
  await Promise.all(
    leaving.map(async (socket) => {
      const closed = once(socket, "close");
      socket.destroy();
      await closed;
    }),
  );
}

/** How long until a new connection is answered, in milliseconds: it comes again and again. */
export async function comeAgain({ port }: { port: number }): Promise<number> {
  const begun = performance.now();
  while (performance.now() - begun < LATEST_MS) {
    const socket = connect({ host: "127.0.0.1", port }).on("error", () => {});
    const outcome = await askOne(socket);
    socket.destroy();
    if (outcome === "answered") return performance.now() - begun;
    await wait(10);
  }
  return Infinity;
}
