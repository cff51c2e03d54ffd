/** Lines, each with its `\n` or `\r\n` as it came. */

import type { Overlong } from "./framer.ts";
import { ScanFramer, type ScanResult } from "./scan-framer.ts";

const LINE_FEED = 10;

/** The limit counts the line feed. */
export class LineFramer extends ScanFramer {
  constructor(maxBytes: number, overlong: Overlong = "skip") {
    super(scanLine, { maxBytes, overlong });
  }
}

/** Lines up to this length are short: to call the search for each costs more than the search. */
const SHORT_BYTES = 512;
/** So many more lines like the last one make it worth while to look for the ends of many. */
const MANY_LINES = 8;
/** Most bytes whose line ends are looked for as text. */
const TEXT_BYTES = 8_192;

/**
 * The part of a chunk whose lines are being asked for, as text: a string is searched without leaving JavaScript, in half the
 * time. There is one for all framers, since a burst works off one chunk after the other; what it holds never changes.
 */
let textOf: Buffer | undefined;
let text = "";
let textBegin = 0;

function scanLine(bytes: Buffer, _begin: number, from: number): ScanResult {
  if (bytes === textOf && from >= textBegin) {
    const at = text.indexOf("\n", from - textBegin);
    if (at >= 0) return textBegin + at + 1;
  }
  const at = bytes.indexOf(LINE_FEED, from);
  if (at < 0) return "more";
  const end = at + 1;
  const lineBytes = end - from;
  if (lineBytes <= SHORT_BYTES && bytes.length - end >= MANY_LINES * lineBytes) readText(bytes, end);
  return end;
}

function readText(bytes: Buffer, begin: number): void {
  textOf = bytes;
  textBegin = begin;
  text = bytes.toString("latin1", begin, Math.min(begin + TEXT_BYTES, bytes.length));
}
