/** A line without an end, as fast as the server takes it. */

import { once } from "node:events";
import { connect } from "node:net";

export interface EndlessLoad {
  readonly port: number;
  readonly bytes: number;
}

export interface EndlessResult {
  /** What the network took before the server closed. */
  readonly sentBytes: number;
  readonly refused: boolean;
  readonly ms: number;
}

const CHUNK = Buffer.alloc(65_536, "x");
/** Sent after the endless line: a line that is answered. */
const AFTER = Buffer.from("\nhello\n");

/** Sends so many bytes, then the line's end and one more line, whose answer ends the time. */
export async function endless({ port, bytes }: EndlessLoad): Promise<EndlessResult> {
  const begun = performance.now();
  const socket = connect({ host: "127.0.0.1", port }).on("error", () => {});
  const closed = once(socket, "close").then(() => "closed" as const);
  const answered = once(socket, "data").then(
    () => "answered" as const,
    () => "closed" as const,
  );
  for (let sent = 0; sent < bytes && socket.writable; sent += CHUNK.length)
    if (!socket.write(CHUNK.subarray(0, Math.min(CHUNK.length, bytes - sent))))
      await Promise.race([once(socket, "drain").catch(() => {}), closed]);
  if (socket.writable) socket.write(AFTER);
  const outcome = await Promise.race([answered, closed]);
  const ms = performance.now() - begun;
  const sentBytes = socket.bytesWritten - socket.writableLength;
  socket.destroy();
  return { sentBytes, refused: outcome === "closed", ms };
}
