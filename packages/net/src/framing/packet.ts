/** The kinds of packets a socket can be told to speak: framers for what comes, headers for what goes. */

import { inspect } from "node:util";
import { refusal } from "../expectations.ts";
import { DelimiterFramer } from "./delimiter.ts";
import type { Framer, FramerFactory, FramerOptions } from "./framer.ts";
import { LengthPrefixFramer, toHeader, type LengthPrefix } from "./length-prefix.ts";
import { LineFramer } from "./line.ts";
import { RawFramer } from "./raw.ts";

/** Longest delimiter in bytes. */
export const MAX_DELIMITER_BYTES = 64;

export interface Delimiter {
  /** 1 to {@link MAX_DELIMITER_BYTES} bytes; of a string, its UTF-8 bytes. */
  readonly delimiter: string | Uint8Array;
}

/**
 * How bytes become packets (inet's `packet`, with more kinds), and what the limit on them counts:
 *
 * - `raw`: what the network delivers at once; without a limit.
 * - `line`: ends with `\n`, which belongs to the packet and counts.
 * - `{ delimiter }`: the same with other bytes.
 * - `1`, `2`, `4`, `{ lengthBytes, littleEndian }`: behind a header with its length, big endian unless told otherwise.
 *   The header doesn't belong to the packet and doesn't count.
 * - a framing of one's own, made with `defineFramer`, or any function that makes a framer.
 */
export type Packet = "raw" | "line" | LengthPrefix["lengthBytes"] | LengthPrefix | Delimiter | FramerFactory;

/** A framer for one connection; `packet` was checked before. */
export function createFramer(packet: Packet, options: FramerOptions): Framer {
  const { maxPacketBytes, overlong } = options;
  if (packet === "raw") return new RawFramer();
  if (packet === "line") return new LineFramer(maxPacketBytes, overlong);
  if (typeof packet === "function") return packet(options);
  if (typeof packet === "object" && "delimiter" in packet)
    return new DelimiterFramer(toBytes(packet.delimiter), maxPacketBytes, overlong);
  return new LengthPrefixFramer(toLengthPrefix(packet), maxPacketBytes);
}

/**
 * What has to be sent before a packet of so many bytes: the header of a length prefix, and nothing for the other kinds,
 * whose packets are sent as they are, with whatever ends them (as gen_tcp does). `too_large` when the prefix can't say
 * so many: then nothing may be sent.
 */
export function packetHeader(packet: Packet, packetBytes: number): Buffer | "too_large" | undefined {
  if (packet === "raw" || packet === "line" || typeof packet === "function") return undefined;
  if (typeof packet === "object" && "delimiter" in packet) return undefined;
  return toHeader(toLengthPrefix(packet), packetBytes);
}

/** How what is no kind of packet is shown. */
const ONE_LINE = { breakLength: Infinity, compact: true, maxStringLength: 40 };
const MAX_SHOWN = 100;

/** @throws RangeError that says what would be right, unless it is a {@link Packet}. */
export function checkPacket(packet: unknown): asserts packet is Packet {
  if (isPacket(packet)) return;
  const right =
    '"raw", "line", 1, 2, 4, { lengthBytes: 1, 2 or 4 }, ' +
    `{ delimiter: 1 to ${MAX_DELIMITER_BYTES} bytes } or a framer's factory`;
  throw refusal("packet", right, inspect(packet, ONE_LINE).slice(0, MAX_SHOWN));
}

function isPacket(packet: unknown): boolean {
  if (packet === "raw" || packet === "line" || typeof packet === "function") return true;
  if (typeof packet !== "object" || packet === null) return isLengthBytes(packet);
  const { delimiter, lengthBytes, littleEndian, ...others } = packet as Partial<Delimiter & LengthPrefix>;
  if (Object.keys(others).length > 0) return false;
  if (delimiter === undefined) return isLengthBytes(lengthBytes) && isFlag(littleEndian);
  return lengthBytes === undefined && littleEndian === undefined && isDelimiter(delimiter);
}

function isLengthBytes(value: unknown): boolean {
  return value === 1 || value === 2 || value === 4;
}

function isFlag(value: unknown): boolean {
  return value === undefined || typeof value === "boolean";
}

function isDelimiter(value: unknown): boolean {
  if (typeof value !== "string" && !(value instanceof Uint8Array)) return false;
  const { length } = toBytes(value);
  return length >= 1 && length <= MAX_DELIMITER_BYTES;
}

function toBytes(delimiter: string | Uint8Array): Uint8Array {
  return typeof delimiter === "string" ? Buffer.from(delimiter) : delimiter;
}

function toLengthPrefix(packet: LengthPrefix["lengthBytes"] | LengthPrefix): LengthPrefix {
  return typeof packet === "object" ? packet : { lengthBytes: packet };
}
