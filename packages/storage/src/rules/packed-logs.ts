/** Blocks of log entries on their way from thread to thread: many as one. */

import type { LogBlock } from "./log-blocks.ts";
import { giveBack, takePiece } from "./shared-texts.ts";

/** Blocks one after the other, their texts in UTF-8 in a piece of shared memory. */
export interface PackedBlocks {
  /** {@link NUMBERS_OF_EACH} of each block: its count, its three times, and how many bytes its text has. */
  readonly numbers: readonly number[];
  readonly texts: Uint8Array;
}

/** Blocks in order: as they are, or packed. */
export type PlainLogs = readonly (LogBlock | PackedBlocks)[];

const NUMBERS_OF_EACH = 5;

const encoder = new TextEncoder();

/** As one, or as they are when their texts don't fit in a piece. */
export function packBlocks(blocks: readonly LogBlock[]): PlainLogs {
  const text = blocks.map(({ entries }) => entries).join("");
  const texts = takePiece();
  const { read, written } = encoder.encodeInto(text, texts);
  if (read < text.length) {
    giveBack(texts);
    return blocks;
  }
  const isAscii = written === text.length;
  const numbers: number[] = [];
  for (const { count, at, firstReceivedAt, lastReceivedAt, entries } of blocks) {
    const bytes = isAscii ? entries.length : Buffer.byteLength(entries);
    numbers.push(count, at, firstReceivedAt, lastReceivedAt, bytes);
  }
  return [{ numbers, texts }];
}

/** Gives one block after the other; the text of one that is packed is a part of shared memory. */
export function visitBlocks(plain: PlainLogs, visit: (block: LogBlock<string | Uint8Array>) => void): void {
  for (const part of plain) {
    if ("texts" in part) visitPacked(part, visit);
    else visit(part);
  }
}

function visitPacked({ numbers, texts }: PackedBlocks, visit: (block: LogBlock<Uint8Array>) => void): void {
  let from = 0;
  for (let first = 0; first < numbers.length; first += NUMBERS_OF_EACH) {
    const to = from + (numbers[first + 4] as number);
    visit({
      count: numbers[first] as number,
      at: numbers[first + 1] as number,
      firstReceivedAt: numbers[first + 2] as number,
      lastReceivedAt: numbers[first + 3] as number,
      entries: texts.subarray(from, to),
    });
    from = to;
  }
}

/** The blocks again, made anew each time. */
export function unpackBlocks(plain: PlainLogs): readonly LogBlock[] {
  const blocks: LogBlock[] = [];
  visitBlocks(plain, ({ entries, ...block }) => blocks.push({ ...block, entries: toText(entries) }));
  return blocks;
}

function toText(text: string | Uint8Array): string {
  if (typeof text === "string") return text;
  return Buffer.from(text.buffer, text.byteOffset, text.length).toString("utf8");
}
