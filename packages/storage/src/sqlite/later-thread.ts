/** A database thread that starts when it is first needed. */

import { StorageClosedError, StorageFailedError } from "../ports.ts";
import { openThread, type Call, type DatabaseThread, type StartedThread } from "./thread-client.ts";

export interface LaterThread<Calls extends Record<keyof Calls, Call>> {
  readonly ask: DatabaseThread<Calls>["ask"];
  /** Whether it was needed so far. */
  readonly isStarted: boolean;
  /** Tells the thread, a little later, that there is something new for it; starts it too. */
  notify(): void;
  close(): Promise<void>;
  /** Ends in the middle of what it does: for a thread whose work can be taken up again. */
  stop(): Promise<void>;
  abandon(error: StorageFailedError): Promise<void>;
}

/** `onDied` is told if it can't be opened, or ends later without being asked to. Notices wait for `notifyMs`, and are one then. */
export function threadWhenNeeded<Calls extends Record<keyof Calls, Call>>(
  start: () => StartedThread,
  onDied: (error: StorageFailedError) => void,
  notifyMs = 0,
): LaterThread<Calls> {
  let started: StartedThread | undefined;
  let opened: Promise<DatabaseThread<Calls>> | undefined;
  let refusal: StorageClosedError | StorageFailedError | undefined;
  let timer: NodeJS.Timeout | undefined;

  /** One that ends after it was told to has not died. */
  function tell(error: StorageFailedError): void {
    if (refusal === undefined) onDied(error);
  }

  async function open(): Promise<DatabaseThread<Calls>> {
    started = start();
    try {
      return await openThread<Calls>(started, tell);
    } catch (cause) {
      const error = new StorageFailedError((cause as Error).message, { cause });
      tell(error);
      throw error;
    }
  }

  /** One that couldn't be opened has ended by itself. */
  async function abandonOpened(reason: StorageFailedError): Promise<void> {
    const [thread] = await Promise.allSettled([opened]);
    if (thread.status === "fulfilled") await thread.value?.abandon(reason);
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
      }, notifyMs);
      timer.unref();
    },
    async close() {
      refusal = new StorageClosedError("the storage is closed");
      clearTimeout(timer);
      const [thread] = await Promise.allSettled([opened]);
      if (thread.status === "fulfilled") await thread.value?.close();
    },
    async stop() {
      refusal = new StorageClosedError("the storage is closed");
      clearTimeout(timer);
      await started?.worker.terminate();
    },
    async abandon(reason) {
      refusal ??= reason;
      clearTimeout(timer);
      await Promise.all([started?.worker.terminate(), abandonOpened(reason)]);
    },
  };
}
