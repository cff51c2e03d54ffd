/** Answers where there is no reply to answer with, and ends the connection. */

import type { Duplex } from "node:stream";
import { toErrorAnswer } from "./answers.ts";
import { formatAnswer } from "./security.ts";

export function refuseSocket(socket: Duplex, error: unknown): void {
  socket.end(formatAnswer(toErrorAnswer(error)), () => socket.destroy());
}
