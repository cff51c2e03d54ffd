import { describe, expect, it } from "vitest";
import type { Framer } from "../../src/framing/framer.ts";
import { Framers } from "../../src/framing/framers.ts";

const OPTIONS = { maxPacketBytes: 100, overlong: "error" } as const;

describe("the framers of connections with the same settings", () => {
  it("one at rest goes on with whoever reads next", () => {
    const framers = new Framers("line", OPTIONS);
    const framer = framers.take();
    expect(framers.take()).not.toBe(framer);
    expect(framers.takeBack(framer)).toBe(true);
    expect(framers.take()).toBe(framer);
    expect(framers.take()).not.toBe(framer);
  });

  it("one that holds a part of a packet stays with its connection", () => {
    const framers = new Framers("line", OPTIONS);
    const framer = framers.take();
    framer.push(Buffer.from("half a li"));
    expect(framer.next()).toBeUndefined();
    expect(framers.takeBack(framer)).toBe(false);
    expect(framers.take()).not.toBe(framer);
    framer.push(Buffer.from("ne\n"));
    expect(framer.next()?.toString()).toBe("half a line\n");
    expect(framer.next()).toBeUndefined();
    expect(framers.takeBack(framer)).toBe(true);
  });

  it("one of a program's own, which may remember more than it says, always does", () => {
    const own: Framer = {
      push: () => {},
      next: () => undefined,
      fault: undefined,
      maxBytes: 1,
      heldBytes: 0,
      takeRest: () => [],
    };
    const framers = new Framers(() => own, OPTIONS);
    expect(framers.takeBack(framers.take())).toBe(false);
  });
});
