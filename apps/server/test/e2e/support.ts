/** A real browser, and real programs beside it: the server and the example game as processes of their own. */

import { spawn, type ChildProcess } from "node:child_process";
import { existsSync } from "node:fs";
import { delimiter, join } from "node:path";
import { fileURLToPath } from "node:url";
import { chromium, type Browser, type BrowserContextOptions, type Page } from "playwright-core";
import { afterEach } from "vitest";
import { temporaryFolder } from "../support.ts";

const ROOT = fileURLToPath(new URL("../../../../", import.meta.url));

/** Where the machine's Chromium is; `undefined` where it has none. */
export function findChromium(): string | undefined {
  const folders = ["/usr/bin", ...(process.env["PATH"] ?? "").split(delimiter)];
  const names = ["chromium", "chromium-browser", "google-chrome"];
  return folders
    .flatMap((folder) => names.map((name) => join(folder, name)))
    .find((path) => existsSync(path));
}

/** The browser alone: it asks nobody but the page's server for anything. */
export function launchBrowser(executablePath: string): Promise<Browser> {
  const quiet = [
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
  ];
  return chromium.launch({
    executablePath,
    args: ["--no-sandbox", "--disable-gpu", "--disable-quic", ...quiet],
  });
}

export interface WatchedPage {
  readonly page: Page;
  /** What the browser complained about: errors on its console, exceptions, violations of the page's policy. */
  readonly complaints: readonly string[];
}

/** A page in a browser of its own, as far as cookies go. */
export async function openWatchedPage(
  browser: Browser,
  options: BrowserContextOptions = {},
): Promise<WatchedPage> {
  const context = await browser.newContext({
    viewport: { width: 1280, height: 800 },
    colorScheme: "dark",
    ...options,
  });
  context.setDefaultTimeout(15_000);
  const page = await context.newPage();
  const complaints: string[] = [];
  page.on("console", (message) => {
    if (message.type() === "error" || message.type() === "warning")
      complaints.push(`${message.text()} (${message.location().url})`);
  });
  page.on("pageerror", (error) => complaints.push(error.stack ?? error.message));
  await page.exposeFunction("complain", (text: string) => void complaints.push(text));
  await page.addInitScript(`document.addEventListener("securitypolicyviolation", (event) => {
    complain("policy: " + event.violatedDirective + " " + event.blockedURI);
  })`);
  cleanups.push(() => context.close());
  return { page, complaints };
}

const cleanups: (() => Promise<unknown>)[] = [];

afterEach(async () => {
  for (const cleanup of cleanups.splice(0).toReversed()) await cleanup();
});

/** A program of this repository as a process, ended after the test. */
export interface Program {
  /** Resolves with the first match in what it has printed or prints. */
  printed(pattern: RegExp): Promise<RegExpExecArray>;
  /** Ends it at once, without a chance to do anything. */
  kill(): Promise<void>;
}

export function runProgram(file: string, args: readonly string[]): Program {
  const child = spawn(process.execPath, ["--conditions=source", join(ROOT, file), ...args], {
    stdio: ["ignore", "pipe", "pipe"],
  });
  const output = new Output(child);
  const program: Program = {
    printed: (pattern) => output.find(pattern),
    async kill() {
      child.kill("SIGKILL");
      await output.ended;
    },
  };
  cleanups.push(() => program.kill());
  return program;
}

/** What a process prints, to be waited for. */
class Output {
  readonly ended: Promise<void>;
  #text = "";
  #isOver = false;
  #onMore: (() => void)[] = [];

  constructor(child: ChildProcess) {
    for (const stream of [child.stdout, child.stderr]) {
      stream?.setEncoding("utf8").on("data", (text: string) => {
        this.#text += text;
        this.#tell();
      });
    }
    this.ended = new Promise((resolve) => {
      child.once("close", () => {
        this.#isOver = true;
        this.#tell();
        resolve();
      });
    });
  }

  async find(pattern: RegExp): Promise<RegExpExecArray> {
    for (;;) {
      const match = pattern.exec(this.#text);
      if (match !== null) return match;
      if (this.#isOver)
        throw new Error(`expected ${String(pattern)} in what it printed, got:\n${this.#text}`);
      await new Promise<void>((resolve) => this.#onMore.push(resolve));
    }
  }

  #tell(): void {
    for (const resolve of this.#onMore.splice(0)) resolve();
  }
}

/** A server as a process; `again` starts it anew on the same ports and data. */
export interface ServerProgram extends Program {
  readonly address: string;
  readonly tcpPort: number;
  again(): Promise<ServerProgram>;
}

/** With settings beside those that a test always makes. */
export async function runServer(...settings: readonly string[]): Promise<ServerProgram> {
  return runServerOn("127.0.0.1:0", "127.0.0.1:0", await temporaryFolder(), settings);
}

async function runServerOn(
  http: string,
  tcp: string,
  data: string,
  settings: readonly string[],
): Promise<ServerProgram> {
  const own = ["--http", http, "--tcp", tcp, "--data", data];
  const program = runProgram("apps/server/src/main.ts", [...own, ...settings]);
  const [, address = ""] = await program.printed(/page +(http:\/\/\S+)/);
  const [, tcpAddress = ""] = await program.printed(/devices +(\S+)/);
  return {
    ...program,
    address,
    tcpPort: Number(tcpAddress.split(":").at(-1)),
    again: () => runServerOn(address.replace("http://", ""), tcpAddress, data, settings),
  };
}
