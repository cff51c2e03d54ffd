/** A peer that asks for more and more, and reads it, or never does. */

import { connect, type Socket } from "node:net";

let pushed: Socket | undefined;

export function askForPushes({ port, reads }: { port: number; reads: boolean }): void {
  pushed = connect({ host: "127.0.0.1", port }).on("error", () => {});
  if (reads) pushed.resume();
  else pushed.pause();
  pushed.write("push\n");
}

export function endPushes(): void {
  pushed?.destroy();
}
