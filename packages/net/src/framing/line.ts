/** Lines, each with its `\n` or `\r\n` as it came. */

import { EndsAhead } from "./ends-ahead.ts";
import type { Overlong } from "./framer.ts";
import { ScanFramer, type ScanResult } from "./scan-framer.ts";

const LINE_FEED = 10;

/** The limit counts the line feed. */
export class LineFramer extends ScanFramer {
  constructor(maxBytes: number, overlong: Overlong = "skip") {
    super(scanLine, { maxBytes, overlong, ahead: endsAhead() });
  }
}

function scanLine(bytes: Buffer, _begin: number, from: number): ScanResult {
  const at = bytes.indexOf(LINE_FEED, from);
  return at < 0 ? "more" : at + 1;
}

/** One for all, made with the first framer: who only imports this package needn't wait for WebAssembly to begin. */
let made: { readonly ahead: EndsAhead | undefined } | undefined = undefined;

function endsAhead(): EndsAhead | undefined {
  made ??= { ahead: EndsAhead.of(LINE_FEED) };
  return made.ahead;
}
