import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { defineFramer } from "../../src/framing/define-framer.ts";
import type { Framer } from "../../src/framing/framer.ts";
import { createFramer, packetHeader, type Packet } from "../../src/framing/packet.ts";
import { bytesOf, split } from "./streams.ts";

const OPTIONS = { maxPacketBytes: 100, overlong: "error" } as const;

/** How to read one packet, and that packet. */
interface Step {
  readonly packet: Packet;
  readonly body: string;
}

/** Reads one packet after the other, each with its own framing, as soon as it is there. */
function read(steps: readonly Step[], chunks: readonly Buffer[]): readonly string[] {
  const bodies: string[] = [];
  let framer: Framer = createFramer(steps[0]?.packet ?? "raw", OPTIONS);
  for (const chunk of chunks) {
    framer.push(chunk);
    for (let step = steps[bodies.length]; step !== undefined; step = steps[bodies.length]) {
      const body = framer.take === undefined ? framer.next() : framer.take(step.body.length);
      if (body === undefined) break;
      bodies.push(body.toString("latin1"));
      framer = reframe(framer, steps[bodies.length]?.packet ?? "raw");
    }
  }
  return bodies;
}

function reframe(from: Framer, packet: Packet): Framer {
  const framer = createFramer(packet, OPTIONS);
  for (const bytes of from.takeRest() ?? expect.fail("expected a rest")) framer.push(bytes);
  expect(from.heldBytes).toBe(0);
  return framer;
}

function toStream(steps: readonly Step[]): Buffer {
  const parts = steps.map(({ packet, body }) => {
    const header = packetHeader(packet, body.length) as Buffer | undefined;
    return Buffer.concat([header ?? Buffer.alloc(0), Buffer.from(body, "latin1")]);
  });
  return Buffer.concat(parts);
}

const HANDSHAKE: readonly Step[] = [
  { packet: "line", body: "UPGRADE\r\n" },
  { packet: "raw", body: "12345" },
  { packet: 4, body: "a packet\n" },
  { packet: "line", body: "\n" },
  { packet: { delimiter: "--" }, body: "one--" },
  { packet: 1, body: "" },
  { packet: defineFramer((bytes, begin) => (bytes.length > begin + 1 ? begin + 2 : "more")), body: "xy" },
];

describe("a change of mode re-frames what is held (behaviour 54)", () => {
  const stream = toStream(HANDSHAKE);
  const bodies = HANDSHAKE.map(({ body }) => body);

  it("at every two split points", () => {
    for (let first = 0; first <= stream.length; first += 1)
      for (let second = first; second <= stream.length; second += 1)
        expect(read(HANDSHAKE, split(stream, first, second))).toEqual(bodies);
  });

  it("byte by byte", () => {
    expect(read(HANDSHAKE, bytesOf(stream))).toEqual(bodies);
  });

  it("amid each packet, to and fro", () => {
    for (let cut = 0; cut <= stream.length; cut += 1) {
      const kinds: readonly Packet[] = ["line", 4, { delimiter: "::" }, "raw", "line"];
      let framer = createFramer("raw", OPTIONS);
      framer.push(stream.subarray(0, cut));
      for (const kind of kinds) framer = reframe(framer, kind);
      framer.push(stream.subarray(cut));
      expect(framer.next()?.toString()).toBe("UPGRADE\r\n");
      expect(framer.heldBytes).toBe(stream.length - 9);
    }
  });

  it("for any packets and chunking", () => {
    const body = fc.string({ unit: fc.constantFrom("a", "b", "c"), minLength: 1, maxLength: 8 });
    const step = fc.oneof(
      body.map((text): Step => ({ packet: "line", body: `${text}\n` })),
      body.map((text): Step => ({ packet: { delimiter: "\r\n" }, body: `${text}\r\n` })),
      fc
        .tuple(body, fc.constantFrom<Packet>("raw", 1, 2, 4))
        .map(([text, packet]): Step => ({ packet, body: text })),
    );
    fc.assert(
      fc.property(fc.array(step, { maxLength: 12 }), fc.array(fc.nat(150), { maxLength: 8 }), (steps, at) => {
        expect(read(steps, split(toStream(steps), ...at))).toEqual(steps.map(({ body }) => body));
      }),
    );
  });
});
