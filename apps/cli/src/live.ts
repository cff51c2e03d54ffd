/** What comes over the live socket to one subscription, as long as the command runs, over any number of connections. */

import {
  LIVE_PATH,
  createLiveSocket,
  isLoggedIn,
  positionAfter,
  toLiveLine,
  type LiveLine,
  type LiveLineEvents,
  type LiveMessage,
  type Position,
  type Wanted,
} from "@wheelhouse/api";
import type { Connection, ProjectConnection } from "./connection.ts";
import { CommandError } from "./errors.ts";
import type { Terminal } from "./terminal.ts";

/**
 * Each message in order: a snapshot first and after each reconnect, then changes.
 *
 * @throws CommandError when the server refuses, or the log-in ends.
 */
export async function* follow(
  terminal: Terminal,
  connection: ProjectConnection,
  wanted: Omit<Wanted, "project">,
): AsyncGenerator<LiveMessage, void> {
  const inbox = new Inbox();
  const socket = openSocket(terminal, connection, wanted, inbox);
  const end = (): void => inbox.fail(new CommandError(""));
  terminal.ended.addEventListener("abort", end, { once: true });
  if (terminal.ended.aborted) end();
  try {
    for (;;) {
      const message = await inbox.next();
      if (message.type === "error") throw new CommandError(message.message);
      yield message;
    }
  } finally {
    terminal.ended.removeEventListener("abort", end);
    socket.close();
  }
}

function openSocket(
  terminal: Terminal,
  connection: ProjectConnection,
  wanted: Omit<Wanted, "project">,
  inbox: Inbox,
) {
  let position: Position | undefined;
  let wasLive: boolean | undefined;
  const socket = createLiveSocket<"all">({
    connect: (events) => connectLine(connection, events),
    isLoggedIn: () => isLoggedIn(connection.api),
    positionOf: () => position,
    told(_, message) {
      position = positionAfter(position, message);
      inbox.put(message);
    },
    connection(state) {
      // Once for each loss, however many tries it takes.
      if (wasLive === true && state === "reconnecting")
        terminal.say("wheelhouse: the connection is lost; trying again …");
      if (wasLive === false && state === "live") terminal.say("wheelhouse: connected again");
      if (wasLive !== undefined || state === "live") wasLive = state === "live";
    },
    loggedOut: () =>
      inbox.fail(new CommandError("the log-in has ended: log in again with `wheelhouse login`")),
    wait(callback, ms) {
      const timer = setTimeout(callback, ms);
      return () => clearTimeout(timer);
    },
    random: Math.random,
  });
  socket.want("all", { ...wanted, project: connection.project.id });
  return socket;
}

function connectLine({ url, token }: Connection, events: LiveLineEvents): LiveLine {
  const headers = { authorization: `Bearer ${token}` };
  return toLiveLine(new WebSocket(`${url.replace(/^http/, "ws")}${LIVE_PATH}`, { headers }), events);
}

/** Messages between the socket, which doesn't wait, and the command, which does. */
class Inbox {
  readonly #messages: LiveMessage[] = [];
  #failure: Error | undefined;
  #wake: () => void = () => undefined;

  put(message: LiveMessage): void {
    this.#messages.push(message);
    this.#wake();
  }

  /** Messages that came before it are still taken. */
  fail(error: Error): void {
    this.#failure ??= error;
    this.#wake();
  }

  async next(): Promise<LiveMessage> {
    for (;;) {
      const message = this.#messages.shift();
      if (message !== undefined) return message;
      if (this.#failure !== undefined) throw this.#failure;
      await new Promise<void>((resolve) => (this.#wake = resolve));
    }
  }
}
