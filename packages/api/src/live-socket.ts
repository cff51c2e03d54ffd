/** The live socket from a client's side: keeps its subscriptions over any number of connections. Knows nothing of what they tell. */

import { backoffMs } from "./backoff.ts";
import {
  serverMessage,
  type ClientMessage,
  type LiveMessage,
  type Position,
  type Subscribe,
} from "./live.ts";

/** One WebSocket, as far as it is used here. */
export interface LiveLine {
  send(text: string): void;
  close(): void;
}

/** What a {@link LiveLine} calls back: `closed` once at most, also when it never opened. */
export interface LiveLineEvents {
  opened(): void;
  received(data: unknown): void;
  closed(): void;
}

/** A WebSocket that is connecting, as a line. */
export function toLiveLine(socket: WebSocket, events: LiveLineEvents): LiveLine {
  socket.addEventListener("open", () => events.opened());
  socket.addEventListener("message", ({ data }) => events.received(data));
  // Also after an error, of which there is no more to say.
  socket.addEventListener("close", () => events.closed());
  return { send: (text) => socket.send(text), close: () => socket.close() };
}

/** What a subscription is to. */
export type Wanted = Omit<Subscribe, "type" | "id" | "after">;

/** `Scope` is what the client calls its subscriptions. */
export interface LiveSocketOptions<Scope> {
  connect(events: LiveLineEvents): LiveLine;
  /** Whether there is still a session; throws when the server can't be reached. Asked before each reconnect. */
  isLoggedIn(): Promise<boolean>;
  /** Where a subscription has got to, asked each time that it is made. */
  positionOf(scope: Scope): Position | undefined;
  told(scope: Scope, message: LiveMessage): void;
  connection(connection: "live" | "reconnecting"): void;
  /** The session is over; nothing more is tried. */
  loggedOut(): void;
  /** Calls back once after that time. Returns how to cancel it. */
  wait(callback: () => void, ms: number): () => void;
  random(): number;
}

export interface LiveSocket<Scope> {
  /** Subscribes, in place of what that scope had before; `undefined` only ends that. */
  want(scope: Scope, wanted: Wanted | undefined): void;
  /** Tries again now rather than after the wait. */
  hurry(): void;
  close(): void;
}

export function createLiveSocket<Scope extends string>(options: LiveSocketOptions<Scope>): LiveSocket<Scope> {
  const subscriptions = new Map<Scope, { readonly wanted: Wanted; id: number }>();
  let line: LiveLine | undefined;
  let isOpen = false;
  let isClosed = false;
  let attempt = 0;
  let lastId = 0;
  let cancelWait: (() => void) | undefined;

  function connect(): void {
    const mine = options.connect({
      opened() {
        if (line !== mine) return;
        isOpen = true;
        for (const scope of subscriptions.keys()) subscribe(scope);
      },
      received(data) {
        if (line === mine) receive(data);
      },
      closed() {
        if (line === mine) retryLater();
      },
    });
    line = mine;
  }

  function receive(data: unknown): void {
    const message = parseMessage(data);
    if (message === undefined) return;
    if (message.type === "error" && message.code === "unauthenticated") return retryLater();
    const scope = [...subscriptions].find(([, { id }]) => id === message.id)?.[0];
    if (scope === undefined) return;
    if (message.type === "snapshot") {
      attempt = 0;
      options.connection("live");
    }
    options.told(scope, message);
    if (message.type === "reload") subscribe(scope);
  }

  function subscribe(scope: Scope): void {
    const subscription = subscriptions.get(scope);
    if (!isOpen || subscription === undefined) return;
    if (subscription.id !== 0) send({ type: "unsubscribe", id: subscription.id });
    lastId += 1;
    subscription.id = lastId;
    const after = options.positionOf(scope);
    send({
      type: "subscribe",
      id: lastId,
      ...subscription.wanted,
      ...(after === undefined ? {} : { after }),
    });
  }

  function send(message: ClientMessage): void {
    line?.send(JSON.stringify(message));
  }

  function retryLater(): void {
    if (isClosed) return;
    disconnect();
    options.connection("reconnecting");
    cancelWait = options.wait(retry, backoffMs(attempt, options.random()));
    attempt += 1;
  }

  function retry(): void {
    cancelWait = undefined;
    void reconnect();
  }

  async function reconnect(): Promise<void> {
    try {
      const isLoggedIn = await options.isLoggedIn();
      if (isClosed) return;
      if (isLoggedIn) connect();
      else options.loggedOut();
    } catch {
      // The server isn't there yet, however it said so.
      retryLater();
    }
  }

  function disconnect(): void {
    const old = line;
    line = undefined;
    isOpen = false;
    for (const subscription of subscriptions.values()) subscription.id = 0;
    old?.close();
  }

  connect();
  return {
    want(scope, wanted) {
      const before = subscriptions.get(scope);
      if (wanted === undefined) {
        if (before !== undefined && before.id !== 0) send({ type: "unsubscribe", id: before.id });
        subscriptions.delete(scope);
        return;
      }
      subscriptions.set(scope, { wanted, id: before?.id ?? 0 });
      subscribe(scope);
    },
    hurry() {
      if (cancelWait === undefined) return;
      cancelWait();
      retry();
    },
    close() {
      isClosed = true;
      cancelWait?.();
      disconnect();
    },
  };
}

/** `undefined` for what isn't a message that is known here: the server may be newer. */
function parseMessage(data: unknown): LiveMessage | undefined {
  if (typeof data !== "string") return undefined;
  try {
    const parsed = serverMessage.safeParse(JSON.parse(data));
    return parsed.success ? parsed.data : undefined;
  } catch {
    return undefined;
  }
}
