/**
 * The header a proxy puts before a connection's own bytes, to tell who it is on behalf of (HAProxy's PROXY protocol,
 * versions 1 and 2). Pure and incremental: it may come in any pieces.
 */

import { SocketAddress, isIPv4, isIPv6 } from "node:net";
import type { Endpoint } from "../network/network.ts";
import { crc32c } from "./crc32c.ts";

/** What a proxy says of a connection. */
export interface ProxyHeader {
  readonly version: 1 | 2;
  /** `local`: the proxy speaks for itself, to see whether the server is there. */
  readonly command: "proxy" | "local";
  readonly transport: "tcp4" | "tcp6" | "udp4" | "udp6" | "unix_stream" | "unix_datagram" | "unknown";
  /** Who connected to the proxy; `undefined` where it doesn't say. */
  readonly source: Endpoint | undefined;
  /** Where to. */
  readonly destination: Endpoint | undefined;
  /** What else it says, in version 2: by type, as the bytes are. */
  readonly extras: readonly ProxyExtra[];
}

/** One type-length-value of version 2; a type may come more than once. */
export interface ProxyExtra {
  readonly type: number;
  readonly value: Buffer;
}

/** What has become of a header so far. */
export type ProxyHeaderResult =
  | { readonly type: "more" }
  | { readonly type: "header"; readonly header: ProxyHeader; readonly rest: Buffer }
  | { readonly type: "malformed"; readonly why: string };

/** The longest header of version 1, its end included. */
export const MAX_V1_BYTES = 107;
/** What stands before the part of version 2 whose length it tells. */
export const V2_PREFIX_BYTES = 16;

const SIGNATURE = Buffer.from("\r\n\r\n\0\r\nQUIT\n", "latin1");
const V1_START = Buffer.from("PROXY ", "latin1");
const MORE: ProxyHeaderResult = { type: "more" };

/** Takes a header from the beginning of a connection. To be used once; what comes after the header is given back. */
export class ProxyHeaderParser {
  #held: Buffer = Buffer.alloc(0);

  push(chunk: Buffer): ProxyHeaderResult {
    this.#held = this.#held.length === 0 ? chunk : Buffer.concat([this.#held, chunk]);
    const held = this.#held;
    if (held.length === 0) return MORE;
    try {
      if (startsLike(held, SIGNATURE)) return parseV2(held);
      if (startsLike(held, V1_START)) return parseV1(held);
      throw new Malformed("neither of the two beginnings");
    } catch (error) {
      if (error instanceof Malformed) return { type: "malformed", why: error.message };
      throw error;
    }
  }
}

/** How many more bytes of version 2 follow its first {@link V2_PREFIX_BYTES}. */
export function v2RestBytes(prefix: Buffer): number {
  return prefix.readUInt16BE(14);
}

class Malformed extends Error {}

function startsLike(held: Buffer, start: Buffer): boolean {
  const bytes = Math.min(held.length, start.length);
  return held.subarray(0, bytes).equals(start.subarray(0, bytes));
}

// Version 1

function parseV1(held: Buffer): ProxyHeaderResult {
  const end = held.subarray(0, MAX_V1_BYTES).indexOf("\r\n");
  if (end < 0) {
    if (held.length >= MAX_V1_BYTES) throw new Malformed(`no end within ${MAX_V1_BYTES} bytes`);
    return MORE;
  }
  const header = toV1Header(held.toString("latin1", V1_START.length, end));
  return { type: "header", header, rest: held.subarray(end + 2) };
}

function toV1Header(text: string): ProxyHeader {
  const common = { version: 1, command: "proxy", extras: [] } as const;
  const fields = text.split(" ");
  const [family, source, destination, sourcePort, destinationPort] = fields;
  // After UNKNOWN anything may stand, and says nothing.
  if (family === "UNKNOWN")
    return { ...common, transport: "unknown", source: undefined, destination: undefined };
  if ((family !== "TCP4" && family !== "TCP6") || fields.length !== 5)
    throw new Malformed("neither TCP4, TCP6 with two addresses and ports nor UNKNOWN");
  const isAddress = family === "TCP4" ? isIPv4 : isIPv6;
  return {
    ...common,
    transport: family === "TCP4" ? "tcp4" : "tcp6",
    source: toV1Endpoint(source, sourcePort, isAddress),
    destination: toV1Endpoint(destination, destinationPort, isAddress),
  };
}

function toV1Endpoint(host = "", port = "", isAddress: (text: string) => boolean): Endpoint {
  if (!isAddress(host) || host.includes("%")) throw new Malformed("no address of its family");
  if (!/^(0|[1-9]\d{0,4})$/.test(port) || Number(port) > 65_535) throw new Malformed("no port");
  return { host, port: Number(port) };
}

// Version 2

const FAMILIES = ["unspecified", "ipv4", "ipv6", "unix"] as const;
const PROTOCOLS = ["unspecified", "stream", "datagram"] as const;
const ADDRESS_BYTES = { unspecified: 0, ipv4: 4, ipv6: 16, unix: 108 } as const;
const PORT_BYTES = 2;
/** PP2_TYPE_CRC32C: a sum over the whole header, itself taken as 0. */
const CHECKSUM = 0x03;

type Family = (typeof FAMILIES)[number];

const TRANSPORTS = {
  ipv4: { stream: "tcp4", datagram: "udp4" },
  ipv6: { stream: "tcp6", datagram: "udp6" },
  unix: { stream: "unix_stream", datagram: "unix_datagram" },
} as const;

function parseV2(held: Buffer): ProxyHeaderResult {
  if (held.length < V2_PREFIX_BYTES) return MORE;
  const bytes = V2_PREFIX_BYTES + v2RestBytes(held);
  const command = commandOf(held.readUInt8(12));
  const family = FAMILIES[held.readUInt8(13) >> 4];
  const protocol = PROTOCOLS[held.readUInt8(13) & 0x0f];
  const isUnknown = family === undefined || protocol === undefined;
  if (command === "proxy" && isUnknown) throw new Malformed("an unknown family or protocol");
  if (held.length < bytes) return MORE;
  const block = held.subarray(V2_PREFIX_BYTES, bytes);
  const rest = held.subarray(bytes);
  // Of a proxy that speaks for itself, nothing but that counts.
  if (command === "local" || isUnknown) return { type: "header", header: unknownHeader(command, []), rest };
  const header =
    family === "unspecified" || protocol === "unspecified"
      ? unknownHeader(command, extrasOf(block.subarray(expectAddresses(family, block))))
      : toV2Header(TRANSPORTS[family][protocol], family, block);
  checkSum(held.subarray(0, bytes), header.extras);
  return { type: "header", header, rest };
}

function commandOf(byte: number): "local" | "proxy" {
  if (byte >> 4 !== 2) throw new Malformed("an unknown version");
  if ((byte & 0x0f) > 1) throw new Malformed("an unknown command");
  return (byte & 0x0f) === 0 ? "local" : "proxy";
}

/** Addresses that stand there all the same are passed over. */
function unknownHeader(command: ProxyHeader["command"], extras: readonly ProxyExtra[]): ProxyHeader {
  return { version: 2, command, transport: "unknown", source: undefined, destination: undefined, extras };
}

function toV2Header(
  transport: ProxyHeader["transport"],
  family: Exclude<Family, "unspecified">,
  block: Buffer,
): ProxyHeader {
  const addressBytes = expectAddresses(family, block);
  const [source, destination] = endpointsOf(family, block);
  const extras = extrasOf(block.subarray(addressBytes));
  return { version: 2, command: "proxy", transport, source, destination, extras };
}

/** How many bytes of the block the addresses take; all of them are there. */
function expectAddresses(family: Family, block: Buffer): number {
  const ports = family === "ipv4" || family === "ipv6" ? 2 * PORT_BYTES : 0;
  const bytes = 2 * ADDRESS_BYTES[family] + ports;
  if (block.length < bytes) throw new Malformed("shorter than its addresses");
  return bytes;
}

function endpointsOf(
  family: Exclude<Family, "unspecified">,
  block: Buffer,
): readonly [source: Endpoint, destination: Endpoint] {
  const bytes = ADDRESS_BYTES[family];
  const addressAt = (index: 0 | 1) => block.subarray(index * bytes, (index + 1) * bytes);
  if (family === "unix") return [toUnixEndpoint(addressAt(0)), toUnixEndpoint(addressAt(1))];
  const portAt = (index: 0 | 1) => block.readUInt16BE(2 * bytes + index * PORT_BYTES);
  const toHost = family === "ipv4" ? (address: Buffer) => address.join(".") : toIPv6;
  return [
    { host: toHost(addressAt(0)), port: portAt(0) },
    { host: toHost(addressAt(1)), port: portAt(1) },
  ];
}

/** A path up to its first 0; one that begins with a 0 is a name of Linux's and no path. */
function toUnixEndpoint(bytes: Buffer): Endpoint {
  const end = bytes.indexOf(0, bytes[0] === 0 ? 1 : 0);
  return { host: "", port: 0, path: bytes.toString("utf8", 0, end < 0 ? bytes.length : end) };
}

function toIPv6(bytes: Buffer): string {
  const groups = Array.from({ length: 8 }, (_, index) => bytes.readUInt16BE(index * 2).toString(16));
  return new SocketAddress({ address: groups.join(":"), family: "ipv6" }).address;
}

function extrasOf(bytes: Buffer): readonly ProxyExtra[] {
  const extras: ProxyExtra[] = [];
  for (let at = 0; at < bytes.length;) {
    const length = at + 3 <= bytes.length ? bytes.readUInt16BE(at + 1) : Infinity;
    if (at + 3 + length > bytes.length) throw new Malformed("an extra that is cut off");
    extras.push({ type: bytes.readUInt8(at), value: bytes.subarray(at + 3, at + 3 + length) });
    at += 3 + length;
  }
  return extras;
}

function checkSum(header: Buffer, extras: readonly ProxyExtra[]): void {
  const sum = extras.find(({ type }) => type === CHECKSUM)?.value;
  if (sum === undefined) return;
  if (sum.length !== 4) throw new Malformed("a checksum that isn't 4 bytes");
  const claimed = sum.readUInt32BE();
  const zeroed = Buffer.from(header);
  zeroed.fill(0, sum.byteOffset - header.byteOffset, sum.byteOffset - header.byteOffset + 4);
  if (crc32c(zeroed) !== claimed) throw new Malformed("a checksum that doesn't fit");
}
