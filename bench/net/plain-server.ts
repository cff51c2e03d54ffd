/** The peer to beat: `node:net` alone, which echoes chunks as they come, with pause and drain as back-pressure. */

import { once } from "node:events";
import { createServer, type AddressInfo } from "node:net";
import { answerQuestions } from "./asked.ts";
import { usage } from "./servers/usage.ts";

const counts = { accepted: 0, ended: 0 };

const server = createServer({ noDelay: true }, (socket) => {
  counts.accepted += 1;
  socket.on("data", (chunk) => {
    if (!socket.write(chunk)) socket.pause();
  });
  socket.on("drain", () => socket.resume());
  socket.on("error", () => {});
  socket.on("close", () => {
    counts.ended += 1;
  });
});
server.listen({ host: "127.0.0.1", port: 0, backlog: 4_096 });
await once(server, "listening");
answerQuestions((server.address() as AddressInfo).port, { usage, counts: () => ({ ...counts, refused: 0 }) });
