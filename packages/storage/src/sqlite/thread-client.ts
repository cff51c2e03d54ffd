/** One database thread as the main thread sees it: calls that are promises, and its end. */

import { extname } from "node:path";
import { setFlagsFromString } from "node:v8";
import { Worker } from "node:worker_threads";
import { StorageClosedError, StorageFailedError, StorageUnusableError } from "../ports.ts";
import { waitingCallers } from "./callers.ts";
import {
  fromProblem,
  type Answer,
  type FromThread,
  type Opening,
  type Request,
  type ThreadOptions,
  type ThreadRole,
  type ToThread,
} from "./messages.ts";
import type { SegmentName } from "./segments/segment-file.ts";

/** What a thread can be asked: see run-call.ts. */
export type Call = (...args: never[]) => unknown;

export interface DatabaseThread<Calls extends Record<keyof Calls, Call>> {
  readonly epoch: string;
  /** The highest entry id that may be stored by now; from the writer only. */
  readonly lastEntry: number;
  /** Tells the thread that there is something new for it. */
  notify(): void;
  /** Runs a call in the thread, after all that were asked before. */
  ask<Name extends keyof Calls & string>(
    call: Name,
    ...args: Parameters<Calls[Name]>
  ): Promise<ReturnType<Calls[Name]>>;
  /** Answers what was asked, then ends; later calls reject with StorageClosedError. */
  close(): Promise<void>;
  /** Ends at once: all that is asked or waiting rejects with that error. Resolves when it has ended. */
  abandon(error: StorageFailedError): Promise<void>;
}

/** A thread that runs but hasn't opened the folder yet. */
export interface StartedThread {
  readonly role: ThreadRole;
  readonly worker: Worker;
  /** Resolves, with what went wrong if something did, once the thread is gone. */
  readonly ended: Promise<Error | undefined>;
}

/**
 * Of each thread's memory. They make many things and keep hardly any: with more room for the young ones they are collected less
 * often, but not faster; and what a thread took once, it keeps. The limit for all others is far beyond what any of them
 * needs: V8 goes by it when it decides how much garbage may gather before it looks again.
 */
const HEAP = { maxYoungGenerationSizeMb: 24, maxOldGenerationSizeMb: 512 };

export function startThread(options: ThreadOptions): StartedThread {
  const { role } = options;
  // The same file by its source's or its built name, whichever of them this module runs from.
  const extension = extname(import.meta.url);
  if (extension === ".ts") keepWrappers();
  const entry = new URL(`./thread${extension}`, import.meta.url);
  const worker = new Worker(entry, { workerData: options, name: `wheelhouse-${role}`, resourceLimits: HEAP });
  const ended = new Promise<Error | undefined>((resolve) => {
    let cause: Error | undefined;
    worker.on("error", (error) => (cause = error as Error));
    worker.once("exit", () => resolve(cause));
  });
  return { role, worker, ended };
}

/**
 * Node.js strips the types of sources in WebAssembly, in each thread that runs from them. V8 13.6 now and then ends the
 * process (`Check failed: jit_page.has_value()`) when a wrapper that threads share is replaced by a faster one, so none is.
 */
function keepWrappers(): void {
  setFlagsFromString("--wasm-wrapper-tiering-budget=1000000000");
}

/** Hears which segments it is time to checkpoint. */
type OnGrown = (segments: readonly SegmentName[]) => void;

/**
 * Lets a thread open the folder. `onDied` is told if it ends later without being asked to.
 *
 * @throws StorageUnusableError
 * @throws StorageFailedError when the thread ends before it has opened the folder.
 */
export async function openThread<Calls extends Record<keyof Calls, Call>>(
  thread: StartedThread,
  onDied: (error: StorageFailedError) => void,
  onGrown: OnGrown = () => {},
): Promise<DatabaseThread<Calls>> {
  const first = await new Promise<Opening>((resolve, reject) => {
    thread.worker.once("message", resolve);
    void thread.ended.then((cause) => reject(endError(thread.role, cause)));
    post(thread.worker, "open");
  });
  if (first.type === "ready") return toClient<Calls>(thread, first, onDied, onGrown);
  throw new StorageUnusableError(first.message);
}

/** Of one message. */
const MOST_REQUESTS = 256;

function toClient<Calls extends Record<keyof Calls, Call>>(
  { worker, role, ended }: StartedThread,
  opening: Extract<Opening, { type: "ready" }>,
  onDied: (error: StorageFailedError) => void,
  onGrown: OnGrown,
): DatabaseThread<Calls> {
  const callers = waitingCallers();
  let asked: Request[] = [];
  let lastEntry = opening.lastEntry ?? 0;
  let refusal: StorageClosedError | StorageFailedError | undefined;

  function settle({ id, value, problem }: Answer): void {
    const caller = callers.take(id);
    if (problem === undefined) caller?.resolve(value);
    else caller?.reject(fromProblem(problem));
  }

  /** What is asked in one turn goes in one message: each costs as much as ten small requests in it. */
  function sendAsked(): void {
    const requests = asked;
    asked = [];
    for (let first = 0; first < requests.length; first += MOST_REQUESTS)
      send(requests.slice(first, first + MOST_REQUESTS));
  }

  /** What can't be copied to another thread fails alone. */
  function send(requests: readonly Request[]): void {
    try {
      post(worker, requests);
    } catch (error) {
      const [only, ...others] = requests;
      if (only === undefined || others.length > 0) for (const request of requests) send([request]);
      else callers.take(only.id)?.reject(error as Error);
    }
  }

  function refuseAll(error: StorageFailedError): void {
    refusal = refusal instanceof StorageClosedError ? refusal : error;
    for (const caller of callers.takeAll()) caller.reject(error);
  }

  function die(cause: Error | undefined): void {
    const wasAsked = refusal !== undefined && callers.count === 0;
    if (wasAsked) return;
    const error = endError(role, cause);
    const wasClosing = refusal !== undefined;
    refuseAll(error);
    if (!wasClosing) onDied(error);
  }

  worker.on("message", (message: FromThread) => {
    if (message.type !== "answers") return;
    lastEntry = message.lastEntry ?? lastEntry;
    message.answers.forEach(settle);
    if (message.grown !== undefined) onGrown(message.grown);
  });
  void ended.then(die);

  return {
    epoch: opening.epoch,
    get lastEntry() {
      return lastEntry;
    },
    notify() {
      if (refusal === undefined) post(worker, "stored");
    },
    ask(call, ...args) {
      if (refusal !== undefined) return Promise.reject(refusal);
      return new Promise((resolve, reject) => {
        if (asked.length === 0) queueMicrotask(sendAsked);
        asked.push({ id: callers.add({ resolve, reject }), call, args });
      });
    },
    async close() {
      sendAsked();
      if (refusal === undefined) post(worker, "close");
      refusal = new StorageClosedError("the storage is closed");
      await ended;
    },
    async abandon(error) {
      refuseAll(error);
      await worker.terminate();
    },
  };
}

function endError(role: ThreadRole, cause: Error | undefined): StorageFailedError {
  const why = cause === undefined ? "" : `: ${cause.message}`;
  return new StorageFailedError(`the database's ${role} thread ended${why}`, { cause });
}

function post(worker: Worker, message: ToThread): void {
  // oxlint-disable-next-line unicorn/require-post-message-target-origin -- that is for windows; a thread has none
  worker.postMessage(message);
}
