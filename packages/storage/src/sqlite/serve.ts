/** What all database threads have in common: they open when they are told to, answer requests, and close at the end. */

import { receiveMessageOnPort, type MessagePort } from "node:worker_threads";
import type { Answers, FromThread, Request, ThreadOptions, ToThread } from "./messages.ts";

export type Send = (answers: Omit<Answers, "type">) => void;

/** One thread's work. */
export interface Server {
  readonly epoch: string;
  readonly lastEntry?: number;
  answer(requests: readonly Request[], send: Send): void;
  /** There is something new for the indexer. */
  wake?(): void;
  close(send: Send): void;
}

/** @throws StorageUnusableError */
export type OpenServer = (options: ThreadOptions) => Server;

export function serve(port: MessagePort, options: ThreadOptions, openServer: OpenServer): void {
  // The first message is `open`: threads start at once, but the others have to wait for the writer's file.
  port.once("message", () => open(port, options, openServer));
}

function open(port: MessagePort, options: ThreadOptions, openServer: OpenServer): void {
  const send = (message: FromThread) => port.postMessage(message);
  let server: Server;
  try {
    server = openServer(options);
  } catch (error) {
    send({ type: "unusable", message: (error as Error).message });
    return;
  }
  port.on("message", (first: ToThread) => {
    const { requests, closes } = takeWaiting(port, first);
    if (first === "stored") server.wake?.();
    const sendAnswers: Send = (answers) => send({ type: "answers", ...answers });
    if (requests.length > 0) server.answer(requests, sendAnswers);
    if (!closes) return;
    server.close(sendAnswers);
    port.close();
  });
  const { epoch, lastEntry } = server;
  send({ type: "ready", epoch, ...(lastEntry === undefined ? {} : { lastEntry }) });
}

/** Of so many requests one commit takes no more, so that the first of them doesn't wait without end for the last. */
const MAX_GROUP = 512;

/** Everything that arrived while the thread was busy. */
function takeWaiting(
  port: MessagePort,
  first: ToThread,
): { readonly requests: readonly Request[]; readonly closes: boolean } {
  const requests: Request[] = [];
  let message: ToThread | undefined = first;
  while (typeof message === "object") {
    requests.push(...message);
    if (requests.length >= MAX_GROUP) break;
    message = receiveMessageOnPort(port)?.message as ToThread | undefined;
  }
  return { requests, closes: message === "close" };
}
