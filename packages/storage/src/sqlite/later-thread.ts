/** A database thread that starts when it is first needed. */

import { StorageClosedError, StorageFailedError } from "../ports.ts";
import { openThread, type DatabaseThread, type StartedThread } from "./thread-client.ts";

type Call = (...args: never[]) => unknown;

export interface LaterThread<Calls extends Record<keyof Calls, Call>> {
  readonly ask: DatabaseThread<Calls>["ask"];
  /** Whether it was needed so far. */
  readonly isStarted: boolean;
  /** Tells the thread, a little later, that there is something new for it; starts it too. */
  notify(): void;
  close(): Promise<void>;
  abandon(error: StorageFailedError): void;
}

/** Things that are new within this time are told as one. */
const NOTIFY_MS = 50;

/** `onDied` is told if it can't be opened, or ends later without being asked to. */
export function threadWhenNeeded<Calls extends Record<keyof Calls, Call>>(
  start: () => StartedThread,
  onDied: (error: StorageFailedError) => void,
): LaterThread<Calls> {
  let started: StartedThread | undefined;
  let opened: Promise<DatabaseThread<Calls>> | undefined;
  let refusal: StorageClosedError | StorageFailedError | undefined;
  let timer: NodeJS.Timeout | undefined;

  async function open(): Promise<DatabaseThread<Calls>> {
    started = start();
    try {
      return await openThread<Calls>(started, onDied);
    } catch (cause) {
      const error = new StorageFailedError((cause as Error).message, { cause });
      if (refusal === undefined) onDied(error);
      throw error;
    }
  }

  async function abandonOpened(error: StorageFailedError): Promise<void> {
    // One that couldn't be opened has ended by itself.
    const [thread] = await Promise.allSettled([opened]);
    if (thread.status === "fulfilled") thread.value?.abandon(error);
  }

  function whenOpen(): Promise<DatabaseThread<Calls>> {
    if (refusal !== undefined) return Promise.reject(refusal);
    opened ??= open();
    return opened;
  }

  return {
    async ask(call, ...args) {
      const thread = await whenOpen();
      return thread.ask(call, ...args);
    },
    get isStarted() {
      return opened !== undefined;
    },
    notify() {
      if (timer !== undefined || refusal !== undefined) return;
      timer = setTimeout(() => {
        timer = undefined;
        // If it can't be opened, `onDied` hears of it.
        void whenOpen().then(
          (thread) => thread.notify(),
          () => {},
        );
      }, NOTIFY_MS);
      timer.unref();
    },
    async close() {
      refusal = new StorageClosedError("the storage is closed");
      clearTimeout(timer);
      const [thread] = await Promise.allSettled([opened]);
      if (thread.status === "fulfilled") await thread.value?.close();
    },
    abandon(error) {
      refusal ??= error;
      clearTimeout(timer);
      void started?.worker.terminate();
      void abandonOpened(error);
    },
  };
}
