/** Packets that end with a delimiter of one's own, each with it as it came. */

import type { Overlong } from "./framer.ts";
import { ScanFramer, type Scan } from "./scan-framer.ts";

/** The limit counts the delimiter. */
export class DelimiterFramer extends ScanFramer {
  constructor(delimiter: Uint8Array, maxBytes: number, overlong: Overlong) {
    super(scanFor(delimiter), { maxBytes, overlong, lookBackBytes: delimiter.length - 1 });
  }
}

/** What came last may have ended with all of the delimiter but one byte. */
function scanFor(delimiter: Uint8Array): Scan {
  // A copy: whoever passed it may go on writing to it.
  const wanted = Buffer.from(delimiter);
  const lookBackBytes = wanted.length - 1;
  return (bytes, begin, from) => {
    const at = bytes.indexOf(wanted, Math.max(begin, from - lookBackBytes));
    return at < 0 ? "more" : at + wanted.length;
  };
}
