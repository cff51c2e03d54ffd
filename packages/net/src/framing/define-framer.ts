/** A framing of one's own. */

import { expectFunction } from "../expectations.ts";
import type { FramerFactory } from "./framer.ts";
import { ScanFramer, type Scan } from "./scan-framer.ts";

/**
 * Makes a framing of a scan: a pure function that says where the packet ends that begins at `begin`. The framing holds
 * the bytes, puts together what the network cut, and keeps the limit, which counts a packet with all that frames it;
 * one over it is always a fault (one that is malformed too may be either). A scan that answers with the bytes it needs
 * isn't called before they are there; one that doesn't search anew what is before `from` takes time in proportion to
 * the bytes. It gives packets as they come: what frames them when they are sent is the program's to write.
 *
 * @throws RangeError when `scan` is no function.
 * @example
 * // Netstrings: "5:hello,"
 * const netstring = defineFramer((bytes, begin) => {
 *   const header = /^(0|[1-9][0-9]{0,8}):/.exec(bytes.toString("latin1", begin, begin + 10));
 *   if (header === null) return bytes.length - begin < 10 ? "more" : "malformed";
 *   const text = begin + header[0].length;
 *   const end = text + Number(header[1]);
 *   if (end >= bytes.length) return { needsBytes: end + 1 - begin };
 *   return bytes[end] === 0x2c ? { begin: text, end, next: end + 1 } : "malformed";
 * });
 */
export function defineFramer(scan: Scan): FramerFactory {
  expectFunction("scan", scan);
  return ({ maxPacketBytes }) => new ScanFramer(scan, { maxBytes: maxPacketBytes });
}
