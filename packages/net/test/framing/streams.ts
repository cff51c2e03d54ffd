/** Streams cut into chunks, and what a framer makes of them as text that keeps every byte. */

import { OVERLONG, type Framer } from "../../src/framing/framer.ts";

export const ALL_BYTES = Buffer.from(Array.from({ length: 256 }, (_, byte) => byte));

export function split(stream: Buffer, ...at: readonly number[]): readonly Buffer[] {
  const points = at.map((point) => Math.min(point, stream.length)).sort((a, b) => a - b);
  return [0, ...points].map((point, index) => stream.subarray(point, points[index] ?? stream.length));
}

export function bytesOf(stream: Buffer): readonly Buffer[] {
  return Array.from(stream, (byte) => Buffer.from([byte]));
}

/** Everything that comes of the chunks, taken after each of them. */
export function outcomeOf(framer: Framer, chunks: readonly Buffer[]): readonly string[] {
  const frames = chunks.flatMap((chunk) => {
    framer.push(chunk);
    return takeAll(framer);
  });
  return [...frames, ...faultOf(framer)];
}

export function takeAll(framer: Framer): readonly string[] {
  const taken: string[] = [];
  for (let frame = framer.next(); frame !== undefined; frame = framer.next())
    taken.push(frame === OVERLONG ? "OVERLONG" : frame.toString("latin1"));
  return taken;
}

export function faultOf({ fault }: Framer): readonly string[] {
  if (fault === undefined) return [];
  return [fault.code === "too_large" ? tooLarge(fault.declaredBytes) : fault.code];
}

export function tooLarge(declaredBytes?: number): string {
  return `too_large ${declaredBytes}`;
}

/** What is right for packets that end with a delimiter. */
export function decodeDelimited(delimiter: string) {
  return (stream: Buffer, maxBytes: number, overlong: "error" | "skip"): readonly string[] => {
    const { length } = delimiter;
    const frames: string[] = [];
    const report = overlong === "skip" ? "OVERLONG" : tooLarge();
    let begin = 0;
    for (let at = stream.indexOf(delimiter); at >= 0; at = stream.indexOf(delimiter, begin)) {
      const isOver = at + length - begin > maxBytes;
      frames.push(isOver ? report : stream.toString("latin1", begin, at + length));
      if (isOver && overlong === "error") return frames;
      begin = at + length;
    }
    return stream.length - begin >= maxBytes ? [...frames, report] : frames;
  };
}
