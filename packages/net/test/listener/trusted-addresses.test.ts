import * as fc from "fast-check";
import { expect, it } from "vitest";
import { TrustedAddresses, isAddressOrRange, plainAddress } from "../../src/listener/trusted-addresses.ts";

const trusted = (...texts: readonly string[]) => new TrustedAddresses(texts);

it.each([
  ["192.0.2.1", "192.0.2.1", true],
  ["192.0.2.1", "192.0.2.2", false],
  ["192.0.2.1", "::ffff:192.0.2.1", true],
  ["::ffff:192.0.2.1", "192.0.2.1", true],
  ["10.0.0.0/8", "10.255.255.255", true],
  ["10.0.0.0/8", "11.0.0.0", false],
  ["10.1.2.3/8", "10.200.0.1", true],
  ["10.0.0.0/8", "::ffff:10.1.2.3", true],
  ["::ffff:10.0.0.0/104", "10.1.2.3", true],
  ["::ffff:10.0.0.0/104", "11.1.2.3", false],
  ["0.0.0.0/0", "203.0.113.9", true],
  ["0.0.0.0/0", "2001:db8::1", false],
  ["::/0", "2001:db8::1", true],
  ["2001:db8::/32", "2001:db8:ffff::1", true],
  ["2001:db8::/32", "2001:db9::1", false],
  ["2001:db8::1", "2001:0db8:0:0:0:0:0:1", true],
  ["127.0.0.1", "", false],
  ["127.0.0.1", "localhost", false],
])("40: %s trusts %s: %s", (range, address, expected) => {
  expect(trusted("198.51.100.7", range).has(address)).toBe(expected);
});

it.each([
  "",
  "localhost",
  "10.0.0.0/33",
  "10.0.0/8",
  "::/129",
  "10.0.0.0/",
  "/8",
  "10.0.0.0/8/8",
  "::ffff:1.2.3.4/95",
  "fe80::1%eth0",
])("40: %j is neither an address nor a range", (text) => {
  expect(isAddressOrRange(text)).toBe(false);
  expect(() => trusted(text)).toThrow(RangeError);
});

it("40: a range holds those whose first bits are its own, and no other", () => {
  const ipv4 = fc.nat({ max: 0xffffffff });
  const toText = (bits: number) => [24, 16, 8, 0].map((by) => (bits >>> by) & 0xff).join(".");
  fc.assert(
    fc.property(ipv4, ipv4, fc.integer({ min: 0, max: 32 }), (range, random, bits) => {
      const mask = bits === 0 ? 0 : (0xffffffff << (32 - bits)) >>> 0;
      const near = ((range & mask) | (random & ~mask)) >>> 0;
      const list = trusted(`${toText(range)}/${bits}`);
      expect(list.has(toText(near))).toBe(true);
      expect(list.has(toText(random))).toBe((random & mask) >>> 0 === (range & mask) >>> 0);
    }),
  );
});

it("an IPv4 address told by a socket of both families is the IPv4 address", () => {
  expect(["::ffff:192.0.2.1", "::1", "192.0.2.1", "", "::ffff:c000:201"].map(plainAddress)).toEqual([
    "192.0.2.1",
    "::1",
    "192.0.2.1",
    "",
    "::ffff:c000:201",
  ]);
});
