import { TrustedAddresses } from "@wheelhouse/net";
import { expect, test } from "vitest";
import { clientAddress, isFromHere } from "../../src/http/client-address.ts";

const trusted = new TrustedAddresses(["10.0.0.0/8", "127.0.0.1"]);

test.each<[remote: string | undefined, forwarded: string | undefined, address: string]>([
  ["203.0.113.9", undefined, "203.0.113.9"],
  ["203.0.113.9", "198.51.100.1", "203.0.113.9"],
  ["127.0.0.1", undefined, "127.0.0.1"],
  ["127.0.0.1", "203.0.113.9", "203.0.113.9"],
  ["::ffff:127.0.0.1", "203.0.113.9", "203.0.113.9"],
  ["127.0.0.1", "198.51.100.1, 203.0.113.9", "203.0.113.9"],
  ["127.0.0.1", "198.51.100.1, 203.0.113.9, 10.1.2.3", "203.0.113.9"],
  ["127.0.0.1", "10.1.2.3", "10.1.2.3"],
  ["127.0.0.1", "unknown", "127.0.0.1"],
  ["127.0.0.1", "203.0.113.9, nonsense", "127.0.0.1"],
  ["127.0.0.1", "2001:db8::1", "2001:db8::1"],
  [undefined, "203.0.113.9", "unknown"],
])("a request from %s that says %s is %s's", (remote, forwarded, address) => {
  expect(clientAddress(remote, { "x-forwarded-for": forwarded }, trusted)).toBe(address);
});

test("without a trusted proxy nothing that is said counts", () => {
  expect(clientAddress("127.0.0.1", { "x-forwarded-for": "203.0.113.9" }, undefined)).toBe("127.0.0.1");
});

test.each<[remote: string, headers: Record<string, string>, is: boolean]>([
  ["127.0.0.1", { host: "localhost:8080" }, true],
  ["::1", { host: "[::1]:8080" }, true],
  ["203.0.113.9", { host: "localhost" }, false],
  ["127.0.0.1", { host: "wheel.example" }, false],
  ["127.0.0.1", { host: "localhost", "x-forwarded-for": "203.0.113.9" }, false],
  ["127.0.0.1", { host: "localhost", "x-real-ip": "203.0.113.9" }, false],
  ["127.0.0.1", { host: "localhost", forwarded: "for=203.0.113.9" }, false],
  ["127.0.0.1", { host: "localhost", via: "1.1 proxy" }, false],
])("a request from %s with %j is from this machine: %s", (remote, headers, is) => {
  expect(isFromHere(remote, headers)).toBe(is);
});
