/** Connections opened and closed again, so many at a time. */

import { connect } from "node:net";
import { sourceOf } from "./addresses.ts";
import { measureSpent, type Shares } from "./spent.ts";

export interface VisitLoad {
  readonly port: number;
  readonly serverPid: number;
  readonly count: number;
  readonly atOnce: number;
  /** `polite` waits until the server has closed too, `reset` breaks off once a line came back, `mixed` takes turns. */
  readonly ending: "polite" | "reset" | "mixed";
  readonly mostMs: number;
}

export interface VisitResult extends Shares {
  readonly visits: number;
  readonly failed: number;
  readonly visitsPerSecond: number;
}

export async function visit(load: VisitLoad): Promise<VisitResult> {
  const spent = measureSpent(load.serverPid);
  const deadline = performance.now() + load.mostMs;
  let [begun, failed] = [0, 0];
  const visitor = async () => {
    while (begun < load.count && performance.now() < deadline) {
      begun += 1;
      const polite = load.ending === "mixed" ? begun % 2 === 0 : load.ending === "polite";
      if (!(await (polite ? comeAndGo(load.port, begun) : breakOff(load.port, begun)))) failed += 1;
    }
  };
  await Promise.all(Array.from({ length: load.atOnce }, visitor));
  const { ms, ...shares } = spent();
  return { visits: begun, failed, visitsPerSecond: ((begun - failed) * 1_000) / ms, ...shares };
}

/** Whether it went well. */
function comeAndGo(port: number, number: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host: "127.0.0.1", port, ...sourceOf(number) });
    socket.on("error", () => {});
    socket.on("close", (broken) => resolve(!broken));
    // The server's end is seen only by who reads.
    socket.resume().end();
  });
}

function breakOff(port: number, number: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host: "127.0.0.1", port, ...sourceOf(number) });
    let answered = false;
    socket.on("error", () => {});
    socket.on("close", () => resolve(answered));
    socket.on("data", () => {
      answered = true;
      socket.resetAndDestroy();
    });
    socket.write("hello\n");
  });
}
