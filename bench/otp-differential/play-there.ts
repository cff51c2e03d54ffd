/** Plays supervisor scripts on Erlang/OTP: all of them in one virtual machine, by `player.erl` beside this file. */

import { execFile } from "node:child_process";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { toErlang, type Script } from "./script.ts";

const execute = promisify(execFile);
/** A virtual machine that takes longer hangs. */
const MOST_MS = 120_000;
const PLAYER = fileURLToPath(new URL("player.erl", import.meta.url));

/** The release that is on the path: `25`; `undefined` if there is none. */
export async function otpRelease(): Promise<string | undefined> {
  try {
    return await evaluate("io:put_chars(erlang:system_info(otp_release)), halt().", []);
  } catch {
    return undefined;
  }
}

/** The lines of each script. */
export async function playThere(scripts: readonly Script[]): Promise<readonly (readonly string[])[]> {
  const folder = await mkdtemp(join(tmpdir(), "otp-differential-"));
  try {
    await execute("erlc", ["-o", folder, PLAYER]);
    await writeFile(join(folder, "scripts"), toErlang(scripts));
    await evaluate('player:main("scripts", "lines"), halt().', ["-pa", folder], folder);
    const blocks = (await readFile(join(folder, "lines"), "utf8")).split("\n\n");
    return blocks.slice(0, scripts.length).map((block) => block.split("\n"));
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** With one scheduler, signals arrive in the order they were sent. */
async function evaluate(expression: string, options: readonly string[], cwd = tmpdir()): Promise<string> {
  const all = ["+S", "1:1", "-noshell", ...options, "-eval", expression];
  return (await execute("erl", all, { cwd, timeout: MOST_MS })).stdout;
}
