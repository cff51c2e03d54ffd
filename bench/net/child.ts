/** Programs beside this one, each held to one core, and ended by their ids whatever becomes of the bench. */

import { execFile, execFileSync, spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import type { Answer, Question } from "./asked.ts";

/** Servers have one core and the load another, so that neither takes the other's time. */
export const SERVER_CORE = 0;
export const LOAD_CORE = 1;

/** A child that takes longer for its answer hangs. */
const MOST_MS = 600_000;

export interface ChildOptions {
  readonly core: number;
  readonly args?: readonly string[];
  readonly nodeFlags?: readonly string[];
  /** Besides this program's own. */
  readonly environment?: Readonly<Record<string, string>>;
  /** Most file descriptors it may have, set by a shell before it begins. */
  readonly descriptors?: number;
}

const living = new Set<ChildProcess>();
process.once("exit", endAll);
// By way of an exit, so that whoever has left something else behind hears of it too.
process.once("SIGINT", () => process.exit(130));
process.once("SIGTERM", () => process.exit(143));

function endAll(): void {
  for (const child of living) child.kill("SIGKILL");
}

/** Whether programs can be held to a core here. */
export const canPin = hasProgram("taskset", ["--version"]);

/** The command, held to one core where that is possible. */
export function pinned(core: number, command: readonly string[]): readonly string[] {
  return canPin ? ["taskset", "-c", String(core), ...command] : command;
}

export function spawnChild(
  command: readonly string[],
  stdio: ("ignore" | "inherit" | "pipe" | "ipc")[],
  environment: Readonly<Record<string, string>> = {},
): ChildProcess {
  const [program = "", ...args] = command;
  const child = spawn(program, args, { stdio, env: { ...process.env, ...environment } });
  living.add(child);
  child.once("exit", () => living.delete(child));
  return child;
}

/** Ends it and waits until it has ended. */
export async function endChild(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = once(child, "exit");
  child.kill("SIGKILL");
  await ended;
}

/** A program of this folder that answers questions (`asked.ts`). */
export class Child {
  readonly #child: ChildProcess;
  readonly #waiting = new Map<number, (answer: Answer) => void>();
  #lastId = 0;

  /** Starts it; resolves with what it said when it was ready, too. */
  static async start(file: string, options: ChildOptions): Promise<{ child: Child; ready: unknown }> {
    const child = new Child(file, options);
    try {
      return { child, ready: await child.#answer(0) };
    } catch (error) {
      await child.end();
      throw error;
    }
  }

  private constructor(
    file: string,
    { core, args = [], nodeFlags = [], environment, descriptors }: ChildOptions,
  ) {
    const path = fileURLToPath(new URL(file, import.meta.url));
    const node = [process.execPath, "--conditions=source", ...nodeFlags, path, ...args];
    const limited =
      descriptors === undefined ? node : ["sh", "-c", `ulimit -n ${descriptors}; exec "$@"`, "sh", ...node];
    this.#child = spawnChild(pinned(core, limited), ["ignore", "inherit", "inherit", "ipc"], environment);
    this.#child.on("message", (answer: Answer) => this.#waiting.get(answer.id)?.(answer));
    this.#child.once("exit", (code, signal) => {
      for (const [id, tell] of this.#waiting) tell({ id, error: `${file} has ended: ${code ?? signal}` });
    });
  }

  get pid(): number {
    return this.#child.pid ?? 0;
  }

  async ask<R>(ask: string, args?: unknown): Promise<R> {
    const id = (this.#lastId += 1);
    const answered = this.#answer(id);
    this.#child.send({ id, ask, with: args } satisfies Question);
    return (await answered) as R;
  }

  #answer(id: number): Promise<unknown> {
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => this.#waiting.get(id)?.({ id, error: "no answer in time" }), MOST_MS);
      this.#waiting.set(id, ({ answer, error }) => {
        clearTimeout(timer);
        this.#waiting.delete(id);
        if (error === undefined) resolve(answer);
        else reject(new Error(error));
      });
    });
  }

  end(): Promise<void> {
    return endChild(this.#child);
  }
}

/** Whether a program is on the path. */
export function hasProgram(program: string, args: readonly string[]): boolean {
  try {
    execFileSync(program, args, { stdio: "ignore" });
    return true;
  } catch {
    return false;
  }
}

/** Most file descriptors that a child's limit can be raised to. */
export function hardDescriptorLimit(): string {
  return execFileSync("sh", ["-c", "ulimit -Hn"], { encoding: "utf8" }).trim();
}

/** The memory of any process that is resident. */
export async function residentBytesOf(pid: number): Promise<number> {
  const { stdout } = await promisify(execFile)("ps", ["-o", "rss=", "-p", String(pid)]);
  return Number(stdout) * 1_024;
}
