import { expect, test } from "vitest";
import { Message } from "../../src/live/message.ts";

test("a message is one final text frame, unmasked, as RFC 6455 has it", () => {
  expect(new Message("Hello").frame).toEqual(Buffer.from([0x81, 5, 0x48, 0x65, 0x6c, 0x6c, 0x6f]));
});

test.each([
  [0, [0]],
  [125, [125]],
  [126, [126, 0, 126]],
  [65_535, [126, 255, 255]],
  [65_536, [127, 0, 0, 0, 0, 0, 1, 0, 0]],
  [16_909_060, [127, 0, 0, 0, 0, 1, 2, 3, 4]],
])("the length of %i bytes stands in front of them", (bytes, length) => {
  const { frame } = new Message("x".repeat(bytes));
  expect([...frame.subarray(0, length.length + 1)]).toEqual([0x81, ...length]);
  expect(frame).toHaveLength(1 + length.length + bytes);
});

test("the length is counted in bytes, and the text is UTF-8", () => {
  const { frame } = new Message("é€😀");
  expect(frame).toEqual(Buffer.concat([Buffer.from([0x81, 9]), Buffer.from("é€😀")]));
});

test("it is framed once, however many it is sent to", () => {
  const message = new Message("x");
  expect(message.frame).toBe(message.frame);
});
