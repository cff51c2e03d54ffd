/** `npm run bench -- net-endless-line`: a gigabyte without a line's end, refused at the limit or let pass by. */

import { atMost, atMostTimes, printFigures, type Figure } from "../figure.ts";
import { MAX_PACKET_BYTES } from "@wheelhouse/net";
import type { EndlessLoad, EndlessResult } from "./load/endless.ts";
import { startLoad, startOurs, withEnded } from "./servers.ts";

export const FULL = { bytes: 1_000_000_000 };
const MIB = 1_048_576;
/** What a linear time is reckoned from: so many parts of the whole. */
const PARTS = 4;
/** As the server's runtime words it. */
const REFUSED = "packet over the limit";

export interface EndlessSize {
  readonly bytes: number;
}

export async function run(): Promise<void> {
  printFigures(await measure(FULL));
}

export async function measure(size: EndlessSize): Promise<readonly Figure[]> {
  return [...(await measureRefused(size)), ...(await measureSkipped(size))];
}

function measureRefused({ bytes }: EndlessSize): Promise<readonly Figure[]> {
  return withEnded([startLoad, startOurs], async ([load, ours]) => {
    const before = (await ours.usage()).mostResidentBytes;
    const asked: EndlessLoad = { port: ours.port, bytes };
    const { sentBytes, refused } = await load.ask<EndlessResult>("endless", asked);
    const after = (await ours.usage()).mostResidentBytes;
    const ends = (await ours.endings())[REFUSED] ?? 0;
    const kept = (after - before) / MIB;
    console.log(
      `an endless line: ${refused ? "refused" : "NOT refused"} when the network had taken ${sentBytes} bytes; the limit is ${MAX_PACKET_BYTES}`,
    );
    return [
      atMost("an endless line: connections that took it", 1 - ends, 0, ""),
      atMost("an endless line, refused: resident memory", kept, 8, "MiB"),
    ];
  });
}

function measureSkipped({ bytes }: EndlessSize): Promise<readonly Figure[]> {
  const startServer = () => startOurs({ handler: "skipping" });
  return withEnded([startLoad, startServer], async ([load, ours]) => {
    const pass = async (length: number) => {
      const asked: EndlessLoad = { port: ours.port, bytes: length };
      const { refused, ms } = await load.ask<EndlessResult>("endless", asked);
      if (refused) throw new Error("expected the line to be let pass by");
      return ms;
    };
    const part = Math.ceil(bytes / PARTS);
    const atFirst = (await ours.usage()).mostResidentBytes;
    await pass(part);
    const before = (await ours.usage()).mostResidentBytes;
    console.log(
      `an endless line, let pass by: ${((before - atFirst) / MIB).toFixed(0)} MiB for the first ${part} bytes, until V8 looks for garbage; what follows is counted`,
    );
    const partMs = await pass(part);
    const wholeMs = await pass(bytes);
    const kept = ((await ours.usage()).mostResidentBytes - before) / MIB;
    return [
      atMost("an endless line, let pass by: resident memory", kept, 8, "MiB"),
      atMostTimes(`the same: time, and linear of a ${PARTS}th`, wholeMs, partMs * PARTS, 1.5, "ms"),
    ];
  });
}
