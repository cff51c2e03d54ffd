import { start, type Application, type RuntimeEvent } from "@wheelhouse/actors";
import { afterEach, beforeEach, describe, expect, test } from "vitest";

import { ChatApp, ChatListener, Lobby } from "../../src/chat/chat.ts";
import { Client, launchServer, run } from "../serving.ts";

let app: Application;
let port: number;
let crashes: RuntimeEvent[];

beforeEach(async () => {
  app = await start(ChatApp, { host: "127.0.0.1", port: 0 });
  ({ port } = (await app.call(ChatListener, "info")).local);
  crashes = [];
  app.runtime.on((event) => {
    if (event.type === "crash") crashes.push(event);
  });
});

afterEach(async () => {
  await app.stop();
  expect(app.runtime.processes()).toEqual([]);
});

/** Somebody in the room, who has heard the welcome. */
async function enter(name: string): Promise<Client> {
  const client = await Client.connect(port);
  expect(await client.readLine()).toBe("Welcome. What is your name?");
  client.write(`${name}\r\n`);
  expect(await client.readLine()).toMatch(new RegExp(`^Hello ${name}\\.`));
  return client;
}

/** Resolves when something holds that a process's end brings about. */
function untilEvent(type: RuntimeEvent["type"], label: string): Promise<void> {
  return new Promise((resolve) => {
    const stop = app.runtime.on((event) => {
      if (event.type !== type || !("process" in event) || event.process.label !== label) return;
      stop();
      resolve();
    });
  });
}

describe("chat", () => {
  test("what one says, everybody else hears, with either end of line", async () => {
    const anna = await enter("anna");
    const bob = await enter("bob");
    expect(await anna.readLine()).toBe("* bob joined");
    const carl = await enter("carl");
    expect(await anna.readLine()).toBe("* carl joined");
    expect(await bob.readLine()).toBe("* carl joined");
    anna.write("hello\r\nare you there?\n");
    for (const other of [bob, carl])
      expect(await other.readLines(2)).toEqual(["anna: hello", "anna: are you there?"]);
    bob.write("yes\n");
    expect(await anna.readLine()).toBe("bob: yes");
    expect(await carl.readLine()).toBe("bob: yes");
  });

  test("asks again for a name that is bad or taken, also in other letters", async () => {
    await enter("anna");
    const client = await Client.connect(port);
    client.write("not a name\n/who\nANNA\n\nbob\n");
    expect(await client.readLines(5)).toEqual([
      "Welcome. What is your name?",
      "A name is 1 to 20 letters, digits, _ or -. What is your name?",
      "A name is 1 to 20 letters, digits, _ or -. What is your name?",
      "Somebody here is called ANNA already. What is your name?",
      "Hello bob. What you write, everybody hears; /help tells what else there is.",
    ]);
  });

  test("who hasn't said a name hears nothing and is heard by nobody", async () => {
    const anna = await enter("anna");
    const nameless = await Client.connect(port);
    nameless.write("* somebody joined\n");
    expect(await nameless.readLines(2)).toHaveLength(2);
    anna.write("hello\n/who\n");
    expect(await anna.readLine()).toBe("anna");
    nameless.write("/quit\n");
    expect(await nameless.readRest()).toBe("Goodbye.\r\n");
  });

  test("/who, /help, and what isn't a command", async () => {
    const bob = await enter("bob");
    await enter("anna");
    expect(await bob.readLine()).toBe("* anna joined");
    bob.write("/who\n/help\n/dance\n");
    expect(await bob.readLines(5)).toEqual([
      "anna, bob",
      "/who   tells who is here",
      "/quit  leaves",
      "/help  shows this",
      "There is no /dance; /help tells what there is.",
    ]);
  });

  test("/quit says goodbye, and the name is free again", async () => {
    const anna = await enter("anna");
    const bob = await enter("bob");
    expect(await anna.readLine()).toBe("* bob joined");
    bob.write("/quit\nnever heard\n");
    expect(await bob.readRest()).toBe("Goodbye.\r\n");
    expect(await anna.readLine()).toBe("* bob left");
    await enter("bob");
    expect(await anna.readLine()).toBe("* bob joined");
  });

  test("who hangs up or crashes has left too", async () => {
    const anna = await enter("anna");
    const bob = await enter("bob");
    await bob.destroy();
    expect(await anna.readLines(2)).toEqual(["* bob joined", "* bob left"]);
    const started = untilEvent("process_started", "ChatConnection");
    const carl = await enter("carl");
    await started;
    const connection = app.runtime.processes().at(-1);
    if (connection !== undefined) app.runtime.exit(connection, "kill");
    expect(await carl.readRest()).toBe("");
    expect(await anna.readLines(2)).toEqual(["* carl joined", "* carl left"]);
  });

  test("nobody's escapes reach anybody else's terminal", async () => {
    const anna = await enter("anna");
    const bob = await enter("bob");
    bob.write("\u001b]0;mine\u0007\u001b[2Jhello\n");
    expect(await anna.readLines(2)).toEqual(["* bob joined", "bob: ]0;mine[2Jhello"]);
  });

  test("a line over 1 KiB is answered and heard by nobody", async () => {
    const anna = await enter("anna");
    const bob = await enter("bob");
    bob.write(`${"x".repeat(1_024)}\n${"y".repeat(1_023)}\n`);
    expect(await bob.readLine()).toBe("That line was too long, so nobody heard it.");
    expect(await anna.readLines(2)).toEqual(["* bob joined", `bob: ${"y".repeat(1_023)}`]);
  });

  test("who doesn't read is cut off, and holds up nobody", async () => {
    const slow = await enter("slow");
    slow.pause();
    const anna = await enter("anna");
    const bob = await enter("bob");
    expect(await anna.readLine()).toBe("* bob joined");
    const lines = `${"x".repeat(1_000)}\n`.repeat(100);
    let rounds = 0;
    // The kernel takes some megabytes before anything waits here.
    for (let line = ""; line !== "* slow left" && rounds < 1_000; rounds += 1) {
      anna.write(lines);
      for (let index = 0; index < 100 && line !== "* slow left"; index += 1) line = await bob.readLine();
    }
    expect(rounds).toBeLessThan(1_000);
    expect(await app.call(Lobby, "who")).toEqual(["anna", "bob"]);
    expect(crashes).toEqual([]);
  });

  test("a room that crashes ends everybody cleanly, and the next one is empty", async () => {
    const anna = await enter("anna");
    const listensAgain = untilEvent("process_started", "chat");
    const room = app.whereis(Lobby);
    if (room !== undefined) app.runtime.exit(room, "kill");
    expect(await anna.readRest()).toBe("The chat closes. Goodbye.\r\n");
    await listensAgain;
    ({ port } = (await app.call(ChatListener, "info")).local);
    await enter("anna");
    expect(await app.call(Lobby, "who")).toEqual(["anna"]);
    expect(crashes).toEqual([]);
  });

  test("says goodbye when it stops", async () => {
    const anna = await enter("anna");
    await app.stop();
    expect(await anna.readRest()).toBe("The chat closes. Goodbye.\r\n");
  });
});

describe("chat as a program", () => {
  test("says goodbye and ends with 0 on SIGTERM", async () => {
    const program = await launchServer("chat");
    const client = await Client.connect(program.port);
    expect(await client.readLine()).toBe("Welcome. What is your name?");
    expect(await program.end("SIGTERM")).toEqual({ code: 0, err: "" });
    expect(await client.readRest()).toBe("The chat closes. Goodbye.\r\n");
  });

  test("refuses a bad argument in one line", async () => {
    expect(await run("chat", "--prot", "1")).toEqual({
      code: 2,
      out: "",
      err: "chat: expected one of --port, --host, --help, got: --prot\n",
    });
  });
});
