/** What the load says is what the protocols are, and what it counts is what was acknowledged, however the bytes are cut. */

import { parseDeviceMessage } from "@wheelhouse/protocol";
import { expect, test } from "vitest";
import { PatchedLine } from "../../server/load/patched-line.ts";
import { PostgresTalk, RedisTalk, WheelhouseTalk, type Talk } from "../../server/load/talks.ts";

const ENTRIES = [1, 2, 3].map((at) => ({ at, level: "info", message: `entry ${at}` }));

/** Heard in pieces of every size, since the network may cut anywhere. */
function heardInPieces(talk: () => Talk, bytes: Buffer): readonly number[] {
  return Array.from({ length: bytes.length }, (_, index) => {
    const listener = talk();
    let heard = 0;
    for (let at = 0; at < bytes.length; at += index + 1)
      heard += listener.hear(bytes.subarray(at, at + index + 1));
    return heard;
  });
}

test("a patched line is a line of the device port, with its number and time", () => {
  const line = new PatchedLine("variables", { values: { speed: 3 } }, true);
  const said = (seq: number) => parseDeviceMessage(String(line.toBytes(seq, 1_764_000_000_123)).trimEnd());
  expect(said(1)).toEqual({ type: "variables", seq: 1, at: 1_764_000_000_123, values: { speed: 3 } });
  expect(said(999_999_999_999)).toMatchObject({ seq: 999_999_999_999 });
});

test("dialect 2: an ack covers all before it", () => {
  const talk = () =>
    new WheelhouseTalk("key", "device", [new PatchedLine("logs", { entries: ENTRIES }, false)]);
  const bytes = Buffer.from('{"type":"ack","seq":3}\n{"type":"ping"}\n{"type":"ack","seq":7}\n');
  expect(new Set(heardInPieces(talk, bytes))).toEqual(new Set([7]));
  expect(() => talk().hear(Buffer.from('{"type":"error","code":"invalid"}\n'))).toThrow("refused");
});

test("Redis: a batch is acknowledged by a reply for each of its entries", () => {
  const talk = () => new RedisTalk("stream", ENTRIES);
  const bytes = Buffer.from("$15\r\n1764000000000-0\r\n".repeat(7));
  expect(new Set(heardInPieces(talk, bytes))).toEqual(new Set([2]));
  expect(() => talk().hear(Buffer.from("-ERR no\r\n"))).toThrow("refused");
});

test("PostgreSQL: a batch is acknowledged when the server is ready again", () => {
  const talk = () => new PostgresTalk("device", ENTRIES);
  const complete = Buffer.from("C\0\0\0\u000fINSERT 0 3\0");
  const bytes = Buffer.concat([
    complete,
    Buffer.from("Z\0\0\0\u0005I"),
    complete,
    Buffer.from("Z\0\0\0\u0005I"),
  ]);
  expect(new Set(heardInPieces(talk, bytes))).toEqual(new Set([2]));
  expect(() => talk().hear(Buffer.from("E\0\0\0\u0006no"))).toThrow("refused");
});
