import type { SimulatedNetworkOptions, SimulatedPeer } from "@wheelhouse/net/simulation";
import { describe, expect, test } from "vitest";

import { MAX_LINE_BYTES, TOO_LONG } from "../../src/received/answer.ts";
import { FORMS, type Form } from "../../src/received/received.ts";
import { WHERE, simulate, type Simulated } from "../simulated.ts";

const WEATHERS: Readonly<Record<string, SimulatedNetworkOptions>> = {
  calm: {},
  "every byte by itself": { splitBytes: 1 },
  "random splits and delays": { splitBytes: "random", delayMs: [0, 20], acceptDelayMs: [0, 20] },
};

interface Situation {
  /** What the client says, piece by piece; `end` is its FIN. */
  readonly says: readonly (string | Uint8Array)[];
  readonly hears: string | Uint8Array;
  /** Whether the server has closed after that. */
  readonly closed?: true;
  readonly ends?: true;
}

const ALL_BYTES = Buffer.from(Array.from({ length: 256 }, (_, byte) => byte).filter((byte) => byte !== 10));
const LONGEST = "x".repeat(MAX_LINE_BYTES - 1);

const SITUATIONS: Readonly<Record<string, Situation>> = {
  "a line": { says: ["hello\n"], hears: "Received: hello\n" },
  "a line in pieces": { says: ["he", "ll", "o", "\n"], hears: "Received: hello\n" },
  "lines at once": { says: ["a\nb\nc\n"], hears: "Received: a\nReceived: b\nReceived: c\n" },
  "lines cut anywhere": { says: ["a\nb", "c\nd\n", "e"], hears: "Received: a\nReceived: bc\nReceived: d\n" },
  "empty lines": { says: ["\n\n", "\n"], hears: "Received: \n".repeat(3) },
  "a telnet user's line ends": { says: ["a\r\n\r\n"], hears: "Received: a\nReceived: \n" },
  "a line end in pieces": { says: ["a\r", "\n"], hears: "Received: a\n" },
  "carriage returns within a line": { says: ["\ra\r\r\n"], hears: "Received: \ra\r\n" },
  "spaces around": { says: ["  a \t\n"], hears: "Received:   a \t\n" },
  "all bytes": {
    says: [ALL_BYTES, "\n"],
    hears: Buffer.concat([Buffer.from("Received: "), ALL_BYTES, Buffer.from("\n")]),
  },
  "a character cut in two": {
    says: [Buffer.of(0xc3), Buffer.of(0xbc, 10)],
    hears: "Received: ü\n",
  },
  "a last line without its end": { says: ["a\nb"], ends: true, hears: "Received: a\n", closed: true },
  "nothing at all": { says: [], ends: true, hears: "", closed: true },
  "lines, and then no more": {
    says: ["a\nb\n"],
    ends: true,
    hears: "Received: a\nReceived: b\n",
    closed: true,
  },
  "a line of the longest": { says: [`${LONGEST}\n`], hears: `Received: ${LONGEST}\n` },
  "a line too long by one": {
    says: [`a\n${LONGEST}x\nb\n`],
    hears: `Received: a\n${TOO_LONG}`,
    closed: true,
  },
  "a line that never ends": { says: [Buffer.alloc(4_194_304)], hears: TOO_LONG, closed: true },
};

/** Less than who lingers gets before it is cut off. */
const ENOUGH_MS = 3_000;
const FEW_SPLITS = new Set(["a line of the longest", "a line too long by one", "a line that never ends"]);

async function play(simulated: Simulated, { says, ends }: Situation) {
  const peer = simulated.dial();
  for (const piece of says) {
    await simulated.pass(50);
    peer.send(piece);
  }
  if (ends) peer.end();
  return peer;
}

const ALL = Object.keys(FORMS) as readonly Form[];

describe.each(ALL)("received as %s", (form) => {
  const serve = (network: SimulatedNetworkOptions = {}) => simulate(FORMS[form].app, WHERE, network);

  describe.each(Object.keys(WEATHERS))("in this weather: %s", (weather) => {
    test.each(Object.keys(SITUATIONS))("%s", async (name) => {
      const situation = SITUATIONS[name] as Situation;
      const isLong = FEW_SPLITS.has(name) && weather === "every byte by itself";
      const server = await serve(isLong ? { splitBytes: 1_000 } : WEATHERS[weather]);
      const peer = await play(server, situation);
      await server.pass(ENOUGH_MS);
      expect(peer.take().equals(Buffer.from(situation.hears as string))).toBe(true);
      expect(peer.isEnded).toBe(situation.closed ?? false);
      expect(peer.errorCode).toBeUndefined();
    });
  });

  test("serves many at once, each by itself", async () => {
    const server = await serve({ splitBytes: "random", delayMs: [0, 20] });
    const peers = Array.from({ length: 200 }, (_, index) => server.dial(`I am ${index}\nstill ${index}\n`));
    await server.pass();
    expect(peers.map((peer) => peer.takeText())).toEqual(
      peers.map((_, index) => `Received: I am ${index}\nReceived: still ${index}\n`),
    );
  });

  test("forgets who resets, in the middle of a line too", async () => {
    const server = await serve();
    const [first, second] = [server.dial("a\nhal"), server.dial("b\n")];
    await server.pass();
    first.reset();
    await server.pass();
    expect(server.network.openStreams).toHaveLength(1);
    second.send("c\n");
    await server.pass();
    expect(second.takeText()).toBe("Received: b\nReceived: c\n");
  });

  test("reads no more from who doesn't read than it can hold, serves others, and loses nothing", async () => {
    const server = await serve({ sendBufferBytes: 4_096, receiveBufferBytes: 4_096 });
    const deaf = server.dial();
    deaf.stopReading();
    const lines = 200_000;
    deaf.send("\n".repeat(lines));
    await server.pass();
    const readBytes = lines - deaf.unsentBytes - deaf.unreadBytes;
    // One newline is answered with eleven bytes, and two watermarks of answers may wait.
    expect(readBytes).toBeLessThan(20_000);
    const other = server.dial("hello\n");
    await server.pass();
    expect(other.takeText()).toBe("Received: hello\n");
    deaf.readOn();
    await server.pass(10_000);
    expect(deaf.takeText() === "Received: \n".repeat(lines)).toBe(true);
  });

  test("cuts who takes nothing for half a minute", async () => {
    const server = await serve({ sendBufferBytes: 4_096, receiveBufferBytes: 4_096 });
    const deaf = server.dial();
    deaf.stopReading();
    deaf.send("\n".repeat(40_000));
    await server.pass(29_000);
    expect(server.network.openStreams).toHaveLength(1);
    await server.pass(10_000);
    expect(server.network.openStreams).toEqual([]);
  });

  test("out of descriptors, serves those who are there, and others again when there is room", async () => {
    const server = await serve({ descriptorLimit: 60 });
    const first = server.dial();
    await server.pass();
    const crowd: SimulatedPeer[] = [];
    for (let index = 0; index < 100; index += 1) {
      crowd.push(server.dial("hello\n"));
      await server.pass(1);
    }
    first.send("still?\n");
    await server.pass();
    const servedCount = crowd.filter((peer) => peer.takeText() === "Received: hello\n").length;
    expect([first.takeText(), servedCount > 0 && servedCount < 60]).toEqual(["Received: still?\n", true]);
    for (const peer of crowd) peer.reset();
    await server.pass(30_000);
    const late = server.dial("and now?\n");
    await server.pass();
    expect(late.takeText()).toBe("Received: and now?\n");
  });

  test("refuses 4 MiB of zeros at the limit, again and again, beside one who is served", async () => {
    const server = await serve();
    const other = server.dial();
    for (let round = 0; round < 20; round += 1) {
      const flood = server.dial(Buffer.alloc(4_194_304));
      other.send(`${round}\n`);
      await server.pass(1_000);
      expect(flood.takeText()).toBe(TOO_LONG);
      flood.end();
      await server.pass(1_000);
      expect(other.takeText()).toBe(`Received: ${round}\n`);
    }
    expect(server.network.openStreams).toHaveLength(1);
  });

  test("when it ends, answers what had come, and closes in order", async () => {
    const server = await serve();
    const peers = [server.dial("a\nb\n"), server.dial("c\nhal")];
    await server.pass();
    const stopped = server.stop();
    await server.pass();
    await stopped;
    expect(peers.map((peer) => peer.takeText())).toEqual(["Received: a\nReceived: b\n", "Received: c\n"]);
    expect(peers.map((peer) => [peer.isEnded, peer.errorCode])).toEqual([
      [true, undefined],
      [true, undefined],
    ]);
  });

  test("when it ends, what it has sent still reaches who reads slowly", async () => {
    const server = await serve({ sendBufferBytes: 4_096, receiveBufferBytes: 4_096 });
    const slow = server.dial();
    slow.stopReading();
    slow.send("hello\n".repeat(1_500));
    await server.pass();
    void server.stop();
    await server.pass(1_000);
    slow.readOn();
    await server.pass();
    expect(slow.takeText() === "Received: hello\n".repeat(1_500)).toBe(true);
    expect([slow.isEnded, slow.errorCode]).toEqual([true, undefined]);
  });
});

test("received as mailbox, told to end, first answers the lines that wait", async () => {
  for (let seed = 1; seed <= 20; seed += 1) {
    const server = await simulate(FORMS.mailbox.app, WHERE, {}, seed);
    const peer = server.dial();
    await server.pass();
    server.network.on(({ what, bytes }) => {
      if (what === "received data" && bytes === 6) void server.stop();
    });
    peer.send("a\nb\nc\n");
    await server.pass();
    expect(peer.takeText(), `seed ${seed}`).toBe("Received: a\nReceived: b\nReceived: c\n");
    expect(peer.isEnded).toBe(true);
  }
});

describe("what a crash takes along in received as", () => {
  /** Says hello before and after a process is killed. */
  async function hearAround(form: Form, label: string) {
    const server = await simulate(FORMS[form].app, WHERE);
    const [first, second] = [server.dial("a\n"), server.dial("b\n")];
    await server.pass();
    const [process] = server.processes(label);
    expect(process).toBeDefined();
    if (process !== undefined) server.runtime.exit(process, "kill");
    await server.pass();
    for (const peer of [first, second]) peer.send("c\n");
    const third = server.dial("d\n");
    await server.pass();
    return [first, second, third].map((peer) => peer.takeText().replaceAll("Received: ", ""));
  }

  test.each<[Form, string]>([
    ["recv", "Loop"],
    ["worker", "Worker"],
    ["task", "Task"],
  ])("%s: a connection's process, only that connection", async (form, label) => {
    expect(await hearAround(form, label)).toEqual(["a\n", "b\nc\n", "d\n"]);
  });

  test.each<[Form]>([["worker"], ["task"]])("%s: the acceptor, nobody", async (form) => {
    expect(await hearAround(form, "received")).toEqual(["a\nc\n", "b\nc\n", "d\n"]);
  });

  test.each<[Form]>([["mailbox"], ["recv"]])(
    "%s: the one on whom all hang, all, and it serves again",
    async (form) => {
      expect(await hearAround(form, "received")).toEqual(["a\n", "b\n", "d\n"]);
    },
  );
});
