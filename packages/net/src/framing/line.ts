/** Lines, each with its `\n` or `\r\n` as it came. */

import { EndsAhead } from "./ends-ahead.ts";
import type { Overlong } from "./framer.ts";
import { ScanFramer, type ScanResult } from "./scan-framer.ts";

const LINE_FEED = 10;
const ahead = EndsAhead.of(LINE_FEED);

/** The limit counts the line feed. */
export class LineFramer extends ScanFramer {
  constructor(maxBytes: number, overlong: Overlong = "skip") {
    super(scanLine, { maxBytes, overlong, ahead });
  }
}

function scanLine(bytes: Buffer, _begin: number, from: number): ScanResult {
  const at = bytes.indexOf(LINE_FEED, from);
  return at < 0 ? "more" : at + 1;
}
