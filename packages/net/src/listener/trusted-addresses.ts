/** Addresses and ranges of addresses, IPv4 and IPv6 (RFC 4291, RFC 4632), and whether one is among them. Pure. */

import { BlockList, isIP } from "node:net";

const MAPPED = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i;
const MAPPED_BITS = 96;

/** An IPv4 address as a socket of both families tells it (`::ffff:192.0.2.1`) is the IPv4 address. */
export function plainAddress(address: string): string {
  // Nearly every address says by its first character that there is nothing to do.
  return address.startsWith("::") ? (MAPPED.exec(address)?.[1] ?? address) : address;
}

/** An address (`192.0.2.1`, `2001:db8::1`) or a range of them (`10.0.0.0/8`). */
export function isAddressOrRange(text: string): boolean {
  return parseRange(text) !== undefined;
}

/** Those that are trusted, say to tell for whom they speak (a listener's `proxyProtocol`). */
export class TrustedAddresses {
  readonly #list = new BlockList();

  /** @throws RangeError for one that is neither an address nor a range. */
  constructor(trusted: readonly string[]) {
    for (const text of trusted) {
      const range = parseRange(text);
      if (range === undefined)
        throw new RangeError(
          `expected a trusted address to be an address or a range like 10.0.0.0/8, got: ${JSON.stringify(text)}`,
        );
      this.#list.addSubnet(range.address, range.bits, range.family);
    }
  }

  /** Whether an address is one of them; what is no address isn't. */
  has(address: string): boolean {
    const plain = plainAddress(address);
    const family = isIP(plain);
    return family !== 0 && this.#list.check(plain, family === 4 ? "ipv4" : "ipv6");
  }
}

interface Range {
  readonly address: string;
  readonly bits: number;
  readonly family: "ipv4" | "ipv6";
}

function parseRange(text: string): Range | undefined {
  if (typeof text !== "string") return undefined;
  const [, address = "", bitsText] = /^([^/]+)(?:\/(\d{1,3}))?$/.exec(text) ?? [];
  const plain = plainAddress(address);
  const family = isIP(plain);
  if (family === 0 || address.includes("%")) return undefined;
  const most = family === 4 ? 32 : 128;
  const moved = plain === address ? 0 : MAPPED_BITS;
  const bits = bitsText === undefined ? most : Number(bitsText) - moved;
  if (bits < 0 || bits > most) return undefined;
  return { address: plain, bits, family: family === 4 ? "ipv4" : "ipv6" };
}
