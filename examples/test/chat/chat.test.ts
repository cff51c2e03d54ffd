import type { Ref } from "@wheelhouse/actors";
import type { SimulatedNetworkOptions, SimulatedPeer } from "@wheelhouse/net/simulation";
import { beforeEach, describe, expect, test } from "vitest";

import { TALKING } from "../../src/chat/chat-connection.ts";
import { ChatApp, Lobby } from "../../src/chat/chat.ts";
import type { MemberProtocol } from "../../src/chat/room.ts";
import { Client, launchServer, run } from "../serving.ts";
import { WHERE, simulate, type Simulated } from "../simulated.ts";

const WELCOME = "Welcome. What is your name?";

let chat: Simulated;

async function open(network: SimulatedNetworkOptions = {}, seed = 1): Promise<void> {
  chat = await simulate(ChatApp, WHERE, network, seed);
}

/** What somebody has heard since the last time. */
async function heard(...peers: readonly SimulatedPeer[]): Promise<readonly (readonly string[])[]> {
  await chat.pass();
  return peers.map((peer) => peer.takeLines());
}

/** Somebody in the room, who has heard the welcome; the others have heard of that. */
async function enter(name: string, ...others: readonly SimulatedPeer[]): Promise<SimulatedPeer> {
  const peer = chat.dial(`${name}\r\n`);
  const hello = `Hello ${name}. Everybody hears what you write; try /help.`;
  expect((await heard(peer))[0]).toEqual([WELCOME, hello]);
  await heard(...others);
  return peer;
}

/** The process of the one who came last. */
function newest(): Ref<MemberProtocol> {
  return chat.processes("ChatConnection").at(-1) as Ref<MemberProtocol>;
}

beforeEach(() => open());

describe("chat", () => {
  test.each<readonly [string, SimulatedNetworkOptions]>([
    ["calm", {}],
    ["every byte by itself", { splitBytes: 1 }],
    ["random splits and delays", { splitBytes: "random", delayMs: [0, 20] }],
  ])("what one says, everybody else hears, with either end of line (%s)", async (_, network) => {
    await open(network);
    const anna = await enter("anna");
    const bob = await enter("bob");
    expect(await heard(anna)).toEqual([["* bob joined"]]);
    const carl = await enter("carl");
    anna.send("hello\r\nare you there?\n");
    expect(await heard(anna, bob, carl)).toEqual([
      ["* carl joined"],
      ["* carl joined", "anna: hello", "anna: are you there?"],
      ["anna: hello", "anna: are you there?"],
    ]);
  });

  test("what follows the name at once is said under it", async () => {
    const anna = await enter("anna");
    chat.dial("bob\nhello\n");
    expect(await heard(anna)).toEqual([["* bob joined", "bob: hello"]]);
  });

  test("asks again for a name that is bad or taken, also in other letters", async () => {
    await enter("anna");
    const client = chat.dial("not a name\n/who\nANNA\n\nbob\n");
    expect(await heard(client)).toEqual([
      [
        WELCOME,
        "A name is 1 to 20 letters, digits, _ or -. What is your name?",
        "A name is 1 to 20 letters, digits, _ or -. What is your name?",
        "Somebody here is called ANNA already. What is your name?",
        "Hello bob. Everybody hears what you write; try /help.",
      ],
    ]);
  });

  test("who hasn't said a name hears nothing and is heard by nobody", async () => {
    const anna = await enter("anna");
    const nameless = chat.dial("* somebody joined\n");
    anna.send("hello\n/who\n");
    expect((await heard(anna, nameless))[0]).toEqual(["Here: anna"]);
    nameless.send("/quit\n");
    expect(await heard(nameless)).toEqual([["Goodbye."]]);
    expect(nameless.isEnded).toBe(true);
  });

  test("/nick takes another name, which everybody is told, and frees the one before", async () => {
    const anna = await enter("anna");
    const bob = await enter("bob", anna);
    anna.send("/nick Bob\n/nick !\n/nick eve\nhello\n/nick EVE\n");
    expect(await heard(anna, bob)).toEqual([
      [
        "Somebody here is called Bob already.",
        "A name is 1 to 20 letters, digits, _ or -.",
        "You are eve now.",
        "You are EVE now.",
      ],
      ["* anna is now eve", "eve: hello", "* eve is now EVE"],
    ]);
    await enter("anna");
  });

  test("/msg reaches one and nobody else", async () => {
    const anna = await enter("anna");
    const bob = await enter("bob", anna);
    const carl = await enter("carl", anna, bob);
    anna.send("/msg BOB how  are you?\n/msg eve hello\n/msg bob\n/msg\n");
    expect(await heard(anna, bob, carl)).toEqual([
      ["That is /msg NAME TEXT.", "That is /msg NAME TEXT.", "Nobody here is called eve."],
      ["anna to you: how  are you?"],
      [],
    ]);
  });

  test("/who, /help, and what isn't a command", async () => {
    const anna = await enter("anna");
    await enter("bob", anna);
    anna.send("/who\n");
    expect(await heard(anna)).toEqual([["Here: anna, bob"]]);
    anna.send("/help\n/dance\n");
    expect(await heard(anna)).toEqual([
      [
        "/nick NAME      changes your name",
        "/msg NAME TEXT  tells one person only",
        "/who            tells who is here",
        "/quit           leaves",
        "/help           shows this",
        "There is no /dance; /help tells what there is.",
      ],
    ]);
  });

  test("/quit says goodbye, and the name is free again", async () => {
    const anna = await enter("anna");
    const bob = await enter("bob", anna);
    bob.send("/quit\nnever heard\n");
    expect(await heard(bob, anna)).toEqual([["Goodbye."], ["* bob left"]]);
    await enter("bob");
  });

  test("who hangs up or crashes has left too, and takes nobody along", async () => {
    const anna = await enter("anna");
    const bob = await enter("bob", anna);
    bob.reset();
    expect(await heard(anna)).toEqual([["* bob left"]]);
    const carl = await enter("carl", anna);
    chat.runtime.exit(newest(), "kill");
    expect(await heard(anna)).toEqual([["* carl left"]]);
    expect(carl.errorCode).toBe("ECONNRESET");
  });

  test("any process may tell any member something", async () => {
    const anna = await enter("anna");
    chat.runtime.cast(newest(), "hear", "* the server goes down at noon");
    expect(await heard(anna)).toEqual([["* the server goes down at noon"]]);
  });

  test("nobody's escapes reach anybody else's terminal, by no way", async () => {
    const anna = await enter("anna");
    const bob = await enter("bob", anna);
    bob.send("\u001b]0;mine\u0007\u001b[2Jhello\n/msg anna \u001b[2Jhello\n/\u001b[2J\n");
    expect(await heard(anna, bob)).toEqual([
      ["bob: ]0;mine[2Jhello", "bob to you: [2Jhello"],
      ["There is no /[2J; /help tells what there is."],
    ]);
  });

  test("a line over 1 KiB is answered and heard by nobody", async () => {
    const anna = await enter("anna");
    const bob = await enter("bob", anna);
    bob.send(`${"x".repeat(1_024)}\n${"y".repeat(1_023)}\n`);
    expect(await heard(bob, anna)).toEqual([
      ["That line was too long, so nobody heard it."],
      [`bob: ${"y".repeat(1_023)}`],
    ]);
  });

  test("who talks too fast is told so, and heard again after a while", async () => {
    const anna = await enter("anna");
    const bob = await enter("bob", anna);
    const { burst, perSecond } = TALKING;
    await chat.pass((burst * 1_000) / perSecond);
    bob.send("hello\n".repeat(burst + 3));
    const [toAnna, toBob] = await heard(anna, bob);
    expect(toAnna).toEqual(Array(burst).fill("bob: hello"));
    expect(toBob).toEqual(Array(3).fill("That was too fast, so nobody heard it."));
    await chat.pass(2_000 / perSecond);
    bob.send("better\n");
    expect(await heard(anna)).toEqual([["bob: better"]]);
  });

  test("who doesn't read is cut off when too much waits for him, and holds up nobody", async () => {
    const anna = await enter("anna");
    const slow = await enter("slow", anna);
    slow.stopReading();
    const ref = newest();
    // As much as the kernels take.
    for (let line = 0; line < 128; line += 1) chat.runtime.cast(ref, "hear", "x".repeat(1_000));
    expect(await heard(anna)).toEqual([[]]);
    for (let line = 0; line < 128; line += 1) chat.runtime.cast(ref, "hear", "x".repeat(1_000));
    anna.send("hello\n");
    expect(await heard(anna)).toEqual([["* slow left"]]);
    anna.send("/who\n");
    expect(await heard(anna)).toEqual([["Here: anna"]]);
  });

  test("a room that crashes takes nobody along: everybody enters the next one, under the same name", async () => {
    const anna = await enter("anna");
    const bob = await enter("bob", anna);
    const nameless = chat.dial();
    await heard(nameless);
    chat.runtime.exit(Lobby, "kill");
    expect((await heard(anna, bob, nameless))[2]).toEqual([]);
    anna.send("still here?\n");
    expect((await heard(bob))[0]).toEqual(["anna: still here?"]);
    bob.send("/who\n");
    nameless.send("ANNA\n");
    expect(await heard(bob, nameless)).toEqual([
      ["Here: anna, bob"],
      ["Somebody here is called ANNA already. What is your name?"],
    ]);
  });

  test("a name that a crashing room was asked for is answered by the next one", async () => {
    for (let seed = 1; seed <= 50; seed += 1) {
      await open({}, seed);
      const bob = chat.dial();
      await heard(bob);
      // Before the room, after it, and between: the seed decides.
      const stop = chat.network.on(({ what, bytes }) => {
        if (what === "received data" && bytes === 4) chat.runtime.exit(Lobby, "kill");
      });
      bob.send("bob\n");
      await chat.pass();
      stop();
      expect(await heard(bob), `seed ${seed}`).toEqual([
        ["Hello bob. Everybody hears what you write; try /help."],
      ]);
    }
  });

  test("who is slower than another to enter the next room must take another name", async () => {
    const slower = new Set<string>();
    for (let seed = 1; seed <= 50; seed += 1) {
      await open({}, seed);
      const [anna, other] = [await enter("anna"), chat.dial()];
      await heard(other);
      const stop = chat.network.on(({ what, bytes }) => {
        if (what === "received data" && bytes === 5) chat.runtime.exit(Lobby, "kill");
      });
      other.send("anna\n");
      await chat.pass();
      stop();
      const taken = "Somebody here is called anna already. What is your name?";
      const told = (await heard(anna, other)).map((lines) => lines.includes(taken));
      expect(told[0], `seed ${seed}`).toBe(!told[1]);
      slower.add(told[0] ? "anna" : "other");
    }
    expect(slower).toEqual(new Set(["anna", "other"]));
  });

  test("who was just changing names when the room crashed is in the next one under either", async () => {
    for (let seed = 1; seed <= 50; seed += 1) {
      await open({}, seed);
      const [anna, eve] = [await enter("anna"), await enter("eve")];
      const stop = chat.network.on(({ what, bytes }) => {
        if (what === "received data" && bytes === 11) chat.runtime.exit(Lobby, "kill");
      });
      anna.send("/nick zoe1\n");
      await chat.pass();
      anna.send("/nick eve1\n");
      eve.send("/nick eve1\n");
      await chat.pass();
      stop();
      eve.send("/who\n");
      const who = (await heard(eve))[0]?.at(-1);
      expect(["Here: eve, eve1", "Here: eve1, zoe1"], `seed ${seed}`).toContain(who);
      anna.send("hello\n");
      expect((await heard(eve))[0]?.at(-1), `seed ${seed}`).toMatch(/^(eve1|zoe1): hello$/);
    }
  });

  test("who is silent for half an hour is sent away", async () => {
    const anna = await enter("anna");
    await chat.pass(30 * 60_000);
    expect(await heard(anna)).toEqual([["Nothing came from you for a long time. Goodbye."]]);
    expect(anna.isEnded).toBe(true);
  });

  test("says goodbye when it stops", async () => {
    const anna = await enter("anna");
    const nameless = chat.dial();
    await heard(nameless);
    void chat.stop();
    expect(await heard(anna, nameless)).toEqual([
      ["The chat closes. Goodbye."],
      ["The chat closes. Goodbye."],
    ]);
  });
});

describe("chat as a program", () => {
  test("carries lines, says goodbye and ends with 0 on SIGTERM", async () => {
    const program = await launchServer("chat");
    const [anna, bob] = [await Client.connect(program.port), await Client.connect(program.port)];
    anna.write("anna\n");
    expect(await anna.readLines(2)).toEqual([WELCOME, expect.stringMatching(/^Hello anna\./)]);
    bob.write("bob\nhello\n");
    expect(await anna.readLines(2)).toEqual(["* bob joined", "bob: hello"]);
    expect(await program.end("SIGTERM")).toEqual({ code: 0, err: "" });
    expect(await anna.readRest()).toBe("The chat closes. Goodbye.\r\n");
  });

  test("refuses a bad argument in one line", async () => {
    expect(await run("chat", "--prot", "1")).toEqual({
      code: 2,
      out: "",
      err: "chat: expected one of --port, --host, --help, got: --prot\n",
    });
  });
});
