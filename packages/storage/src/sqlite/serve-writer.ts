/** The writer thread: requests in groups, and what is done between them. */

import type { ThreadOptions } from "./messages.ts";
import { openForWriting } from "./open-to-write.ts";
import type { Server, ThreadAnswers } from "./serve.ts";
import { openWriter } from "./writer.ts";

export function openServer({ folder, limits }: ThreadOptions): Server {
  const connection = openForWriting(folder, limits);
  const writer = openWriter(connection.database, folder, limits);
  let pause: NodeJS.Immediate | undefined;

  /** Goes on with what waits, a step at a time: what arrives meanwhile comes first. */
  function goOn(send: (answers: ThreadAnswers) => void): void {
    pause ??= setImmediate(() => {
      pause = undefined;
      const answers = writer.step();
      if (answers === undefined) return;
      if (answers.length > 0) send({ answers, lastEntry: writer.lastEntry });
      goOn(send);
    });
  }

  return {
    epoch: connection.epoch,
    lastEntry: writer.lastEntry,
    answer(requests, send) {
      const answers = writer.commit(requests);
      if (answers.length > 0) send({ answers, lastEntry: writer.lastEntry });
      goOn(send);
    },
    close(send) {
      clearImmediate(pause);
      for (let answers = writer.step(); answers !== undefined; answers = writer.step()) {
        if (answers.length > 0) send({ answers, lastEntry: writer.lastEntry });
      }
      writer.close();
      connection.close();
    },
  };
}
