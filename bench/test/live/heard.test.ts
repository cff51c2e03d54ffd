import { expect, test } from "vitest";
import { Frames, toTextFrame } from "../../live/load/frames.ts";
import { Heard, type Parse } from "../../live/load/heard.ts";

/** As a server sends it: the same without its mask. */
function fromServer(text: string): Buffer {
  const bytes = Buffer.from(text);
  const { length } = bytes;
  if (length < 126) return Buffer.concat([Buffer.from([0x81, length]), bytes]);
  if (length < 65_536) return Buffer.concat([Buffer.from([0x81, 126, length >> 8, length & 255]), bytes]);
  const head = Buffer.from([0x81, 127, 0, 0, 0, 0, 0, 0, 0, 0]);
  head.writeUInt32BE(length, 6);
  return Buffer.concat([head, bytes]);
}

function cut(chunks: readonly Buffer[]): readonly (string | number)[] {
  const heard: (string | number)[] = [];
  const frames = new Frames({
    text: (bytes) => heard.push(bytes.toString()),
    close: (code) => heard.push(code),
  });
  for (const chunk of chunks) frames.hear(chunk);
  return heard;
}

test("frames are found wherever the bytes are split", () => {
  const texts = ["", "a", "b".repeat(125), "c".repeat(126), "d".repeat(300)];
  const bytes = Buffer.concat([...texts.map(fromServer), Buffer.from([0x88, 2, 3, 240])]);
  for (let at = 0; at <= bytes.length; at += 1)
    expect(cut([bytes.subarray(0, at), bytes.subarray(at)])).toEqual([...texts, 1008]);
  expect(cut([...bytes].map((byte) => Buffer.from([byte])))).toEqual([...texts, 1008]);
});

test("a frame of more than 64 KiB is one", () => {
  expect(cut([fromServer("x".repeat(70_000))])).toEqual(["x".repeat(70_000)]);
});

test("what a client says is masked and holds its length", () => {
  expect([...toTextFrame("hi")]).toEqual([0x81, 0x82, 0, 0, 0, 0, 104, 105]);
  expect([...toTextFrame("x".repeat(200)).subarray(0, 8)]).toEqual([0x81, 0xfe, 0, 200, 0, 0, 0, 0]);
  const long = [...toTextFrame("x".repeat(65_537)).subarray(0, 14)];
  expect(long).toEqual([0x81, 0xff, 0, 0, 0, 0, 0, 1, 0, 1, 0, 0, 0, 0]);
});

const parse: Parse = (text) => JSON.parse(text) as ReturnType<Parse>;
function hear(...messages: readonly object[]): Heard {
  const heard = new Heard();
  heard.offset = 10;
  for (const message of messages) heard.take(Buffer.from(JSON.stringify(message)), parse);
  return heard;
}
const entry = (id: number) => ({ id, device: "d", message: 'a "logs":[ {"id":99' });

test("each log entry that came is known by its id, and one that didn't is missed", () => {
  const heard = hear(
    { type: "changes", logs: [entry(11), entry(12)], writes: [{ id: 13 }], dropped: 0 },
    { type: "changes", logs: [entry(20_000)], devices: [{ id: "x" }], dropped: 0 },
  );
  const known = [11, 12, 13, 14, 20_000].filter((id) => heard.hasLog(id));
  expect(known).toEqual([11, 12, 20_000]);
  expect(heard).toMatchObject({ doubled: 0, dropped: 0, messages: 2 });
});

test("an entry that comes again is counted, and what the server says it left out", () => {
  expect(hear({ logs: [entry(11)], dropped: 0 }, { logs: [entry(11)], dropped: 3 })).toMatchObject({
    doubled: 1,
    dropped: 3,
  });
});

test("the newest change of the probe counts", () => {
  const change = (number: number) => ({
    values: { probe: { probe: [1_764_000_000_000, number] } },
    dropped: 0,
  });
  expect(hear(change(3), { dropped: 0 }, change(5)).probe).toBe(5);
});

test("values are kept from when they are asked for", () => {
  const heard = hear({ values: { d: { speed: [1, 1] } }, dropped: 0 });
  expect(heard.values.size).toBe(0);
  heard.keepsValues = true;
  heard.take(Buffer.from(JSON.stringify({ values: { d: { speed: [2, 2] } }, dropped: 0 })), parse);
  expect([...heard.values]).toEqual([["d speed", 2]]);
});
