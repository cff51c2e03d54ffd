/** The writer thread: requests in groups, and what is done between them. */

import { unusable, type Connection } from "./connection.ts";
import { databaseFile } from "./folder.ts";
import type { Answer, ThreadOptions } from "./messages.ts";
import { openForWriting } from "./open-to-write.ts";
import { diskReserve } from "./reserve.ts";
import type { Send, Server } from "./serve.ts";
import { openWriter, type Writer } from "./writer.ts";

export function openServer({ folder, limits }: ThreadOptions): Server {
  const reserve = diskReserve(folder);
  const connection = openForWriting(folder, limits, reserve);
  const writer = openOn(connection, folder, () => openWriter(connection.database, folder, limits, reserve));
  reserve.fill();
  let pause: NodeJS.Immediate | undefined;

  function sendAll(answers: readonly Answer[], send: Send): void {
    if (answers.length === 0) return;
    const grown = writer.takeGrown();
    send({ answers, lastEntry: writer.lastEntry, ...(grown.length === 0 ? {} : { grown }) });
  }

  /** Goes on with what waits, a step at a time: what arrives meanwhile comes first. */
  function goOn(send: Send): void {
    pause ??= setImmediate(() => {
      pause = undefined;
      const answers = writer.step();
      if (answers === undefined) return;
      sendAll(answers, send);
      goOn(send);
    });
  }

  return {
    epoch: connection.epoch,
    lastEntry: writer.lastEntry,
    answer(requests, send) {
      sendAll(writer.commit(requests), send);
      goOn(send);
    },
    close(send) {
      clearImmediate(pause);
      for (let answers = writer.step(); answers !== undefined; answers = writer.step())
        sendAll(answers, send);
      writer.close();
      connection.close();
    },
  };
}

/** @throws StorageUnusableError */
function openOn(connection: Connection, folder: string, open: () => Writer): Writer {
  try {
    return open();
  } catch (error) {
    connection.close();
    throw unusable(databaseFile(folder), error);
  }
}
