/**
 * The peer to beat: `node:net` alone, which echoes chunks as they come, with pause and drain as back-pressure. With `lines` it
 * finds and cuts each line first and joins them again: what any server of lines does at the least, without processes.
 */

import { once } from "node:events";
import { createServer, type AddressInfo } from "node:net";
import { answerQuestions } from "./asked.ts";
import { usage } from "./servers/usage.ts";

const counts = { accepted: 0, ended: 0 };

const LINE_FEED = 10;
const echo = process.argv[2] === "lines" ? cutAndJoin : (chunk: Buffer) => chunk;

function cutAndJoin(chunk: Buffer): Buffer {
  const lines: Buffer[] = [];
  let begin = 0;
  for (let end = chunk.indexOf(LINE_FEED); end >= 0; end = chunk.indexOf(LINE_FEED, begin)) {
    lines.push(chunk.subarray(begin, end + 1));
    begin = end + 1;
  }
  // The window is a whole number of lines; what is cut off by the network goes on as it is.
  if (begin < chunk.length) lines.push(chunk.subarray(begin));
  return Buffer.concat(lines, chunk.length);
}

const server = createServer({ noDelay: true }, (socket) => {
  counts.accepted += 1;
  socket.on("data", (chunk) => {
    if (!socket.write(echo(chunk))) socket.pause();
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
