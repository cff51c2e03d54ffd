/** What stores and is compared: a program with a process, and the time it takes when nobody asks it for anything. */

import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import { rmSync } from "node:fs";
import { mkdtemp } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { endChild } from "../net/child.ts";
import { familyTimeMs } from "./load/family.ts";

export interface Stored {
  readonly name: string;
  readonly pid: number;
  /** Ended, and its data removed. */
  end(): Promise<void>;
}

const LOOK_EVERY_MS = 200;
const MOST_LOOKS = 600;
/** Looks in a row at which it had hardly worked. */
const QUIET_LOOKS = 3;
const QUIET_MS = 20;

/** Waits until it rests: what it works later, on an index or a vacuum, is its own and no other's. Gives that time. */
export async function untilQuiet(pid: number): Promise<number> {
  const begun = familyTimeMs(pid);
  let before = begun;
  for (let looks = 0, quiet = 0; looks < MOST_LOOKS && quiet < QUIET_LOOKS; looks += 1) {
    await wait(LOOK_EVERY_MS);
    const now = familyTimeMs(pid);
    quiet = now - before <= QUIET_MS ? quiet + 1 : 0;
    before = now;
  }
  return Math.max(0, before - begun);
}

/** Whoever takes longer for its end is ended. */
const MOST_END_MS = 20_000;

/** Asks a program to end, and ends it if it doesn't. */
export async function endPolitely(child: ChildProcess, signal: "SIGTERM" | "SIGINT"): Promise<void> {
  if (child.exitCode === null && child.signalCode === null) {
    const ended = once(child, "exit");
    child.kill(signal);
    await Promise.race([ended, wait(MOST_END_MS, undefined, { ref: false })]);
  }
  await endChild(child);
}

export interface Folder {
  readonly path: string;
  remove(): void;
}

/** A folder for data on the disk of temporary files, which a bench that is interrupted takes with it. */
export async function makeFolder(name: string): Promise<Folder> {
  const path = await mkdtemp(join(tmpdir(), `${name}-bench-`));
  // Whoever writes there may be just ending.
  const removeNow = () => rmSync(path, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
  process.once("exit", removeNow);
  const remove = () => {
    process.off("exit", removeNow);
    removeNow();
  };
  return { path, remove };
}
