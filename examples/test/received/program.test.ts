import { existsSync, readFileSync } from "node:fs";

import { describe, expect, test } from "vitest";

import { TOO_LONG } from "../../src/received/answer.ts";
import { FORMS } from "../../src/received/received.ts";
import { Client, launchServer, run } from "../serving.ts";

const ROUNDS = 100;
const FLOOD = Buffer.alloc(4_194_304);
/** Three quarters of what is sent in all, and three times what an idle program needs. */
const MAX_PEAK_MIB = 300;

/** The most memory that the process has had at a time. */
function peakMib(pid: number): number {
  const [, kib] = /^VmHWM:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, "utf8")) ?? [];
  return Number(kib) / 1_024;
}

describe.each(Object.keys(FORMS))("received as a program, as %s", (form) => {
  test("answers, and ends with 0 on SIGTERM while people are there", async () => {
    const program = await launchServer("received", "--form", form);
    const client = await Client.connect(program.port);
    client.write("hel");
    client.write("lo\r\n\nand");
    expect(await client.readLines(2)).toEqual(["Received: hello", "Received: "]);
    expect(await program.end("SIGTERM")).toEqual({ code: 0, err: "" });
    expect(await client.readRest()).toBe("");
  });

  test("answers who has sent the last line", async () => {
    const program = await launchServer("received", "--form", form);
    const client = await Client.connect(program.port);
    client.end("a\nb\nwithout an end");
    expect(await client.readRest()).toBe("Received: a\nReceived: b\n");
    expect(await program.end("SIGINT")).toEqual({ code: 0, err: "" });
  });

  test.skipIf(!existsSync("/proc/self/status"))(
    "refuses zeros again and again in little memory",
    async () => {
      const program = await launchServer("received", "--form", form);
      const telnet = await Client.connect(program.port);
      for (let round = 0; round < ROUNDS; round += 1) {
        const flood = await Client.connect(program.port);
        flood.write(FLOOD);
        expect(await flood.readLine()).toBe(TOO_LONG.trimEnd());
        telnet.write(`still here in round ${round}?\r\n`);
        expect(await telnet.readLine()).toBe(`Received: still here in round ${round}?`);
        await flood.destroy();
      }
      expect(peakMib(program.pid)).toBeLessThan(MAX_PEAK_MIB);
      expect(await program.end("SIGTERM")).toEqual({ code: 0, err: "" });
    },
  );
});

describe("received as a program", () => {
  test("refuses a form that there isn't, and an option", async () => {
    expect(await run("received", "--form", "thread")).toEqual({
      code: 2,
      out: "",
      err: "received: expected --form to be one of mailbox, recv, worker, task, got: thread\n",
    });
    expect(await run("received", "--host", "::1")).toMatchObject({ code: 2, out: "" });
  });

  test("hears RECEIVED_PORT", async () => {
    process.env["RECEIVED_PORT"] = "x";
    const { code, err } = await run("received").finally(() => delete process.env["RECEIVED_PORT"]);
    expect([code, err]).toEqual([
      2,
      "received: expected RECEIVED_PORT to be a whole number from 0 to 65535, got: x\n",
    ]);
  });

  test("tells with --help what it takes", async () => {
    const { code, out } = await run("received", "--help");
    expect(code).toBe(0);
    for (const [option, rest] of [
      ["--port N", "(1234, or RECEIVED_PORT)"],
      ["--ip H", "(127.0.0.1, or RECEIVED_IP)"],
      ["--form F", "(worker)"],
    ] as const)
      expect(out).toMatch(new RegExp(`${option} .*${rest.replaceAll(/[()]/g, "\\$&")}`));
  });
});
