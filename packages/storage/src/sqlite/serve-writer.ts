/** The writer thread: requests in groups, and what is done between them. */

import type { Answer, ThreadOptions } from "./messages.ts";
import { openForWriting } from "./open-to-write.ts";
import type { Send, Server } from "./serve.ts";
import { openWriter } from "./writer.ts";

export function openServer({ folder, limits }: ThreadOptions): Server {
  const connection = openForWriting(folder, limits);
  const writer = openWriter(connection.database, folder, limits);
  let pause: NodeJS.Immediate | undefined;

  function sendAll(answers: readonly Answer[], send: Send): void {
    if (answers.length > 0) send({ answers, lastEntry: writer.lastEntry });
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
