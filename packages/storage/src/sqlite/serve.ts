/** Answers the main thread's requests: the writer by groups, the reader one by one. */

import { receiveMessageOnPort, type MessagePort } from "node:worker_threads";
import { openForReading, openForWriting, type Connection } from "./connection.ts";
import { groupCommit } from "./group-commit.ts";
import {
  toProblem,
  type Answer,
  type FromThread,
  type Request,
  type ThreadOptions,
  type ToThread,
} from "./messages.ts";
import { readerCalls } from "./reader.ts";
import { writerCalls } from "./writer.ts";

export function serve(port: MessagePort, options: ThreadOptions): void {
  // The first message is `open`: both threads start at once, but the reader has to wait for the writer's file.
  port.once("message", () => open(port, options));
}

function open(port: MessagePort, { role, folder }: ThreadOptions): void {
  const send = (message: FromThread) => port.postMessage(message);
  let connection: Connection;
  try {
    connection = role === "writer" ? openForWriting(folder) : openForReading(folder);
  } catch (error) {
    send({ type: "unusable", message: (error as Error).message });
    return;
  }
  const answer = role === "writer" ? writeGroups(connection) : readOneByOne(connection);
  port.on("message", (first: ToThread) => {
    const { requests, closes } = takeWaiting(port, first);
    if (requests.length > 0) answer(requests, (answers) => send({ type: "answers", answers }));
    if (!closes) return;
    connection.close();
    port.close();
  });
  send({ type: "ready", epoch: connection.epoch });
}

/** Requests that one commit takes at most, so that the first of them doesn't wait without end for the last. */
const MAX_GROUP = 512;

type Answerer = (requests: readonly Request[], send: (answers: readonly Answer[]) => void) => void;

/** Everything that arrived while the thread was busy. */
function takeWaiting(
  port: MessagePort,
  first: ToThread,
): { readonly requests: readonly Request[]; readonly closes: boolean } {
  const requests: Request[] = [];
  let message: ToThread | undefined = first;
  while (typeof message === "object") {
    requests.push(message);
    if (requests.length === MAX_GROUP) break;
    message = receiveMessageOnPort(port)?.message as ToThread | undefined;
  }
  return { requests, closes: message === "close" };
}

function writeGroups({ database }: Connection): Answerer {
  const commitGroup = groupCommit(database, runFrom(writerCalls(database)));
  return (requests, send) => send(commitGroup(requests));
}

function readOneByOne({ database }: Connection): Answerer {
  const run = runFrom(readerCalls(database));
  const begin = database.prepare("BEGIN");
  const commit = database.prepare("COMMIT");
  const read = (request: Request): Answer => {
    try {
      begin.run();
      const value = run(request);
      return { id: request.id, value };
    } catch (error) {
      return { id: request.id, problem: toProblem(error) };
    } finally {
      if (database.isTransaction) commit.run();
    }
  };
  return (requests, send) => {
    for (const request of requests) send([read(request)]);
  };
}

/** The main thread's `ask` is typed by the same table, so the name is in it and the arguments fit. */
function runFrom(calls: object): (request: Request) => unknown {
  const table = calls as Readonly<Record<string, (...args: readonly unknown[]) => unknown>>;
  return ({ call, args }) => table[call]?.(...args);
}
