/** Packets behind a header that says how long they are. */

import { ScanFramer, type Scan } from "./scan-framer.ts";

export interface LengthPrefix {
  readonly lengthBytes: 1 | 2 | 4;
  /** Whether the lowest byte of the length comes first. Default: `false`. */
  readonly littleEndian?: boolean;
}

/** Gives packets without their header, which the limit doesn't count either. */
export class LengthPrefixFramer extends ScanFramer {
  constructor(prefix: LengthPrefix, maxBytes: number) {
    super(scanBehind(prefix), { maxBytes, overheadBytes: prefix.lengthBytes });
  }
}

/** The header of a packet of so many bytes; `too_large` when it can't say that many. */
export function toHeader(
  { lengthBytes, littleEndian = false }: LengthPrefix,
  bytes: number,
): Buffer | "too_large" {
  if (bytes >= 2 ** (8 * lengthBytes)) return "too_large";
  const header = Buffer.allocUnsafe(lengthBytes);
  if (littleEndian) header.writeUIntLE(bytes, 0, lengthBytes);
  else header.writeUIntBE(bytes, 0, lengthBytes);
  return header;
}

function scanBehind({ lengthBytes, littleEndian = false }: LengthPrefix): Scan {
  return (bytes, packetBegin) => {
    const begin = packetBegin + lengthBytes;
    if (bytes.length < begin) return { needsBytes: lengthBytes };
    const length = littleEndian
      ? bytes.readUIntLE(packetBegin, lengthBytes)
      : bytes.readUIntBE(packetBegin, lengthBytes);
    const end = begin + length;
    return end > bytes.length ? { needsBytes: lengthBytes + length } : { begin, end, next: end };
  };
}
