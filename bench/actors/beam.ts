/** The same programs on Erlang/OTP: `measured.erl`, compiled when first needed, each measurement in a virtual machine of its own. */

import { execFile } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { otpRelease } from "../otp-differential/play-there.ts";

const execute = promisify(execFile);
const PROGRAMS = fileURLToPath(new URL("measured.erl", import.meta.url));

export interface Beam {
  /** What a function of `measured.erl` measures, done `count` times: numbers, in its own units. */
  measure(name: string, count: number): Promise<readonly number[]>;
}

/** Runs `use` with the BEAM, or without one and a line about it where there is no `erl`. */
export async function withBeam<T>(use: (beam: Beam | undefined) => Promise<T>): Promise<T> {
  if ((await otpRelease()) === undefined) {
    console.log("the BEAM's half is skipped: there is no erl on the path");
    return use(undefined);
  }
  const folder = await mkdtemp(join(tmpdir(), "actors-bench-"));
  try {
    await execute("erlc", ["-o", folder, PROGRAMS]);
    return await use({ measure: (name, count) => measure(folder, name, count) });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** On one scheduler: this runtime has one thread too. */
async function measure(folder: string, name: string, count: number): Promise<readonly number[]> {
  const expression = `measured:main(${name}, ${count}), halt().`;
  const flags = ["+S", "1:1", "+P", "1000000", "-noshell", "-pa", folder, "-eval", expression];
  const { stdout } = await execute("erl", flags, { cwd: folder });
  return stdout.trim().split(" ").map(Number);
}
