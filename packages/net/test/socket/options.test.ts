import {
  accept,
  connect,
  listen,
  type ListenOptions,
  type Packet,
  type SocketOptions,
  type SocketSettings,
} from "@wheelhouse/net/socket";
import { describe, expect, it } from "vitest";
import { owner } from "../support.ts";
import { hear, hearAll, hearMany, tcp, untilRead, type Pair } from "./pairs.ts";

describe("options that are wrong are refused by name", () => {
  it.each<[object, string]>([
    [{ packet: "lines" }, "expected packet to be "],
    [{ maxPacketBytes: 0 }, "expected maxPacketBytes to be a whole number at least 1, got: 0"],
    [{ overlong: "cut" }, 'expected overlong to be "error" or "skip", got: "cut"'],
    [{ noDelay: "yes" }, 'expected noDelay to be true or false, got: "yes"'],
    [{ keepAliveMs: -1 }, "expected keepAliveMs to be a positive number of milliseconds, got: -1"],
    [
      { keepAliveMs: 32_767_001 },
      "expected keepAliveMs to be up to 32767000 milliseconds, or Infinity, got: 32767001",
    ],
    [{ highWatermarkBytes: 0 }, "expected highWatermarkBytes to be a whole number at least 1, got: 0"],
    [
      { highWatermarkBytes: 10, lowWatermarkBytes: 11 },
      "expected lowWatermarkBytes to be a whole number from 0 to 10, got: 11",
    ],
    [{ maxUnsentBytes: 1.5 }, "expected maxUnsentBytes to be a whole number at least 1, got: 1.5"],
    [{ whenFull: "wait" }, 'expected whenFull to be "close" or "refuse", got: "wait"'],
    [{ sendTimeoutMs: 0 }, "expected sendTimeoutMs to be a positive number of milliseconds, got: 0"],
    [{ active: "twice" }, 'expected active to be "once", true, false or a whole number'],
  ])("%j", async (options, refusal) => {
    const { server, listening, socket } = await tcp.pair({ active: false });
    const given = options as SocketOptions;
    const to = listening.local;
    await expect(server.run((ctx) => accept(ctx, listening, given))).rejects.toThrow(refusal);
    await expect(server.run((ctx) => connect(ctx, to, given))).rejects.toThrow(refusal);
    await expect(server.run(() => socket.setOptions(given))).rejects.toThrow(refusal);
    await expect(server.run(() => socket.setOptions(given))).rejects.toBeInstanceOf(RangeError);
  });

  it.each<[object, string]>([
    [{}, "expected path to be the path of a Unix socket, or port to be given, got: undefined"],
    [{ path: "" }, 'expected path to be the path of a Unix socket, or port to be given, got: ""'],
    [{ port: 1, path: "/tmp/s" }, 'expected path to be absent where port is given, got: "/tmp/s"'],
    [{ path: "/tmp/s", host: "::1" }, 'expected host to be absent where path is given, got: "::1"'],
    [{ port: 65_536 }, "expected port to be a whole number from 0 to 65535, got: 65536"],
    [{ port: 0, host: "" }, 'expected host to be a name or an address, got: ""'],
    [{ port: 0, backlog: 0 }, "expected backlog to be a whole number at least 1, got: 0"],
    [{ port: 0, reusePort: 1 }, "expected reusePort to be true or false, got: 1"],
    [{ port: 0, noDelay: 1 }, "expected noDelay to be true or false, got: 1"],
    [{ port: 0, keepAliveMs: 0 }, "expected keepAliveMs to be a positive number of milliseconds, got: 0"],
  ])("listen: %j", async (options, refusal) => {
    const server = await owner();
    await expect(server.run((ctx) => listen(ctx, options as ListenOptions))).rejects.toThrow(refusal);
  });
});

describe("options that are changed", () => {
  it("54: another packet cuts what is held anew", async () => {
    const made = await tcp.pair({ packet: "line", active: "once" });
    const { server, socket, peer } = made;
    await peer.write("header\n\x03abc\x02dedelimited;rest");
    expect(await hear(made)).toBe("header\n");
    await untilRead(socket, 28);
    await server.run(() => socket.setOptions({ packet: 1, active: 2 }));
    expect(await hearMany(made, 3)).toEqual(["abc", "de", "<passive>"]);
    await server.run(() => socket.setOptions({ packet: { delimiter: ";" }, active: "once" }));
    expect(await hear(made)).toBe("delimited;");
    await server.run(() => socket.setOptions({ packet: "raw", active: "once" }));
    expect(await hear(made)).toBe("rest");
  });

  it("54: another limit holds from the next packet on", async () => {
    const made = await tcp.pair({ packet: "line", maxPacketBytes: 4, overlong: "skip", active: true });
    await made.peer.write("too long\nabc\n");
    expect(await hearMany(made, 2)).toEqual(["<overlong>", "abc\n"]);
    await made.server.run(() => made.socket.setOptions({ maxPacketBytes: 100 }));
    await made.peer.write("no longer too long\n");
    expect(await hear(made)).toBe("no longer too long\n");
  });

  it("leaves alone what isn't given, and everything when one is wrong", async () => {
    const { server, socket } = await tcp.pair({
      maxUnsentBytes: 500,
      highWatermarkBytes: 100,
      lowWatermarkBytes: 7,
    });
    await server.run(() => socket.setOptions({ whenFull: "refuse" }));
    expect(socket.settings).toMatchObject({
      maxUnsentBytes: 500,
      lowWatermarkBytes: 7,
      whenFull: "refuse",
    });
    const wrong = server.run(() => socket.setOptions({ maxUnsentBytes: 900, whenFull: "wait" as "close" }));
    await expect(wrong).rejects.toThrow("whenFull");
    expect(socket.settings.maxUnsentBytes).toBe(500);
    await server.run(() => socket.setOptions({ highWatermarkBytes: 50 }));
    expect(socket.settings).toMatchObject({ highWatermarkBytes: 50, lowWatermarkBytes: 25 });
  });
});

describe("how much may be unsent (behaviour 56)", () => {
  it("of two limits, the one that isn't given follows the other", async () => {
    const low = await tcp.pair({ maxUnsentBytes: 16_000 });
    expect(limitsOf(low)).toEqual([8_000, 16_000, 16_000]);
    const high = await tcp.pair({ highWatermarkBytes: 4_000_000 });
    expect(limitsOf(high)).toEqual([2_000_000, 4_000_000, 4_000_000]);
    const neither = await tcp.pair();
    expect(limitsOf(neither)).toEqual([32_768, 65_536, 1_048_576]);
  });

  it("so it does when one is changed", async () => {
    const made = await tcp.pair();
    const change = (changes: SocketSettings) => made.server.run(() => made.socket.setOptions(changes));
    await change({ maxUnsentBytes: 16_000 });
    expect(limitsOf(made)).toEqual([8_000, 16_000, 16_000]);
    await change({ highWatermarkBytes: 4_000_000 });
    expect(limitsOf(made)).toEqual([2_000_000, 4_000_000, 4_000_000]);
    await change({ maxUnsentBytes: 5_000_000, lowWatermarkBytes: 7 });
    expect(limitsOf(made)).toEqual([7, 4_000_000, 5_000_000]);
    await change({ highWatermarkBytes: 100 });
    expect(limitsOf(made)).toEqual([50, 100, 5_000_000]);
  });

  it("both given, a limit below the high watermark is refused by name", async () => {
    const wrong = { maxUnsentBytes: 99, highWatermarkBytes: 100 };
    const message = "expected maxUnsentBytes to be a whole number at least 100, got: 99";
    await expect(tcp.pair(wrong)).rejects.toThrow(message);
    const { server, socket } = await tcp.pair();
    await expect(server.run(() => socket.setOptions(wrong))).rejects.toThrow(message);
  });

  function limitsOf({ socket }: Pair): readonly number[] {
    const { lowWatermarkBytes, highWatermarkBytes, maxUnsentBytes } = socket.settings;
    return [lowWatermarkBytes, highWatermarkBytes, maxUnsentBytes];
  }
});

describe("packets over the limit", () => {
  it("54: are an error unless chosen otherwise: nothing behind them comes", async () => {
    const made = await tcp.pair({ packet: "line", maxPacketBytes: 4, active: true });
    await made.peer.write("abc\nfar too long\nforged\n");
    expect(await hear(made)).toBe("abc\n");
    const overlong = await made.server.heard.take();
    expect(overlong).toMatchObject({ type: "overlong", fault: { code: "too_large", maxBytes: 4 } });
    const closed = await made.server.heard.take();
    expect(closed).toMatchObject({
      type: "closed",
      error: { name: "FramingError", code: "too_large" },
      reset: false,
    });
    await made.peer.write("more\n");
    await made.server.run(() => made.socket.send("still writable\n"));
    expect(await made.peer.readLine()).toBe("still writable");
    expect(made.server.heard.items).toEqual([]);
  });

  it("54: are told to who receives", async () => {
    const { server, socket, peer } = await tcp.pair({ packet: 2, maxPacketBytes: 4, active: false });
    await peer.write(Buffer.from("00016100ffff", "hex"));
    expect(await server.run(() => socket.recv())).toEqual(Buffer.from("a"));
    expect(await server.run(() => socket.recv())).toBe("overlong");
    expect(await server.run(() => socket.recv())).toBe("closed");
  });

  it("54: are skipped to their end by choice, and are one of so many that were asked for", async () => {
    const made = await tcp.pair({ packet: "line", maxPacketBytes: 4, overlong: "skip", active: 2 });
    await made.peer.write("far too long\nabc\n");
    expect(await hearMany(made, 3)).toEqual(["<overlong>", "abc\n", "<passive>"]);
    const received = made.server.run(() => made.socket.recv());
    await made.peer.write("far too long\n");
    expect(await received).toBe("overlong");
    expect(made.socket.stats.packetsRead).toBe(1);
  });

  it("52: a framing of one's own can say that the bytes don't follow it", async () => {
    const packet: Packet = () => ({
      push() {},
      next: () => undefined,
      fault: { code: "malformed" },
      maxBytes: 1,
      heldBytes: 0,
      takeRest: () => undefined,
    });
    const made = await tcp.pair({ packet, active: true });
    await made.peer.write("anything");
    expect(await hearAll(made)).toEqual(["<malformed>", "<closed: broken>"]);
    const passive = await tcp.pair({ packet, active: false });
    await passive.peer.write("anything");
    expect(await passive.server.run(() => passive.socket.recv())).toBe("malformed");
  });
});

describe("stats", () => {
  it("58: count bytes and packets, both ways, and the age", async () => {
    const { server, socket, peer } = await tcp.pair({ packet: "line", active: true });
    await peer.write("a\nbc\nrest");
    await hearMany({ server }, 2);
    await server.run(() => {
      socket.send("xy");
      socket.send(["1", "2", "3"]);
    });
    await peer.readBytes(5);
    const { ageMs, ...counts } = socket.stats;
    expect(counts).toEqual({
      bytesRead: 9,
      bytesWritten: 5,
      packetsRead: 2,
      packetsWritten: 2,
      unsentBytes: 0,
    });
    expect(ageMs).toBeGreaterThanOrEqual(0);
    expect(socket.lastReadAt).toBeLessThanOrEqual(await server.run((ctx) => ctx.now()));
  });
});
