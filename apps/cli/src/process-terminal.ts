/** The terminal that this process runs in. */

import { text as readAll } from "node:stream/consumers";
import { promisify } from "node:util";
import { isCancel, password, select, text } from "@clack/prompts";
import { CommandError, EXIT } from "./errors.ts";
import type { EndReason, Prompts, Terminal } from "./terminal.ts";
import { toVisible } from "./visible.ts";

/** What is used of a process. */
export interface Streams {
  readonly stdin: NodeJS.ReadStream;
  readonly stdout: NodeJS.WriteStream;
  readonly stderr: NodeJS.WriteStream;
  readonly env: Readonly<Record<string, string | undefined>>;
}

export function processTerminal({ stdin, stdout, stderr, env }: Streams): Terminal {
  const ended = new AbortController();
  const end = (reason: EndReason): void => ended.abort(reason);
  const write = promisify((text: string, done: (error?: Error | null) => void) => stdout.write(text, done));
  process.once("SIGINT", () => end("interrupted"));
  // Each failed write is told twice: to who waits for it, and here, where nobody listening would end the process.
  stdout.on("error", () => undefined);
  stderr.on("error", () => undefined);
  return {
    environment: env,
    isTerminal: stdout.isTTY,
    hasColour: stdout.isTTY && !env["NO_COLOR"] && env["TERM"] !== "dumb",
    async print(text) {
      try {
        await write(text);
      } catch (error) {
        // `head` takes its lines and goes.
        if ((error as NodeJS.ErrnoException).code === "EPIPE") end("reader gone");
        throw error;
      }
    },
    say: (line) => void stderr.write(`${toVisible(line)}\n`),
    readInput: () => readAll(stdin),
    prompts: stdin.isTTY && stderr.isTTY ? createPrompts(stdin, stderr) : undefined,
    ended: ended.signal,
    now: () => Date.now(),
  };
}

/** Asks beside the output, which may go into a pipe. */
export function createPrompts(input: NodeJS.ReadStream, output: NodeJS.WriteStream): Prompts {
  const asking = (question: string) => ({ input, output, withGuide: false, message: toVisible(question) });
  return {
    text: async (question) => expectAnswer(await text({ ...asking(question), validate })),
    // Without a mark for each character: how long it is says something too.
    password: async (question) => expectAnswer(await password({ ...asking(question), validate, mask: "" })),
    async choose(question, choices) {
      const options = choices.map(({ value, label }) => ({ value, label: toVisible(label) }));
      return expectAnswer(await select({ ...asking(question), options }));
    },
  };
}

function validate(answer: string | undefined): string | undefined {
  return answer === undefined || answer === "" ? "Type something, or give up with Ctrl-C." : undefined;
}

function expectAnswer(answer: string | symbol): string {
  if (isCancel(answer)) throw new CommandError("", EXIT.interrupted);
  return answer as string;
}
