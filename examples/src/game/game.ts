/** The game as a program: arguments, clock, terminal, signals, and the connection to Wheelhouse. */

import { connect, type Game, type JsonValue, type Problem, type Status } from "@wheelhouse/sdk";

import { HELP, parseArguments, type GameArguments } from "./arguments.ts";
import { PICTURE, drawPicture, type Caption } from "./draw.ts";
import { STEP_MS, advance, createPlay, describe, type Play } from "./play.ts";
import { Screen } from "./screen.ts";
import { logEvent, offer, reporter } from "./steering.ts";
import type { WorldEvent } from "./world.ts";

const BUILD = "1.0";
/** Steps between two pictures, and between two reports of what changed. */
const STEPS_PER_PICTURE = 2;
const STEPS_PER_REPORT = 4;
/** After a longer halt of the process the game doesn't hurry to catch up. */
const MAX_STEPS_AT_ONCE = 6;
const NOTICE_MS = 4_000;
const SIGNALS = ["SIGINT", "SIGTERM", "SIGHUP"] as const;

/** Plays until a signal or a final refusal ends it; `process.exitCode` says which. */
export async function run(args: readonly string[]): Promise<void> {
  const parsed = parseArguments(args);
  if (parsed === "help") {
    process.stdout.write(HELP);
  } else if ("problem" in parsed) {
    process.stderr.write(`game: ${parsed.problem}\n`);
    process.exitCode = 2;
  } else {
    await playUntilEnd(parsed);
  }
}

async function playUntilEnd(args: GameArguments): Promise<void> {
  const { key, tcp, device } = args;
  const seed = args.seed ?? Date.now() % 1_000_000;
  const play = createPlay(seed);
  const game = connect({
    key,
    tcp,
    device,
    name: "Breakout",
    app: "breakout",
    build: BUILD,
    tags: ["example"],
  });
  const show = args.draw && process.stdout.isTTY ? onScreen(play, args) : onLines();
  const ended = untilEnd(game);

  game.on("status", (status) => show.status(status));
  offer(game, play, (name, value) => {
    show.notice(`${name} = ${showValue(value)}`);
    game.log("info", `${name} was set`, { value });
  });
  game.log("info", "a new game begins", { seed });
  const stopClock = startClock(
    play,
    reporter(game, play),
    (event) => {
      show.event(event);
      logEvent(game, event);
    },
    () => show.picture(),
  );

  const problem = await ended;
  stopClock();
  show.end();
  await game.close();
  if (problem === undefined) return;
  process.stderr.write(`game: ${explain(problem, args)}\n`);
  process.exitCode = 1;
}

/** Resolves with the problem that stopped the connection for good, or with nothing on a signal. */
function untilEnd(game: Game): Promise<Problem | undefined> {
  return new Promise((resolve) => {
    for (const signal of SIGNALS) process.once(signal, () => resolve(undefined));
    game.on("error", (problem) => {
      if (problem.final) resolve(problem);
    });
  });
}

function explain({ code, message }: Problem, { key, device }: GameArguments): string {
  if (code === "unauthorized")
    return `the server doesn't know the device key ${key} given with --key (${message})`;
  if (code === "replaced")
    return `another program connected as the device ${device}; give this one another --device`;
  return `the server ended the connection for good: ${code}: ${message}`;
}

/** Makes steps as time passes; the result stops it. */
function startClock(
  play: Play,
  report: () => void,
  onEvent: (event: WorldEvent) => void,
  drawPictureNow: () => void,
): () => void {
  let steps = 0;
  let madeMs = performance.now();
  let second = { beganMs: madeMs, steps: 0 };
  const timer = setInterval(() => {
    const nowMs = performance.now();
    const due = Math.floor((nowMs - madeMs) / STEP_MS);
    madeMs = due > MAX_STEPS_AT_ONCE ? nowMs : madeMs + due * STEP_MS;
    for (let made = 0; made < Math.min(due, MAX_STEPS_AT_ONCE); made++) {
      for (const event of advance(play)) onEvent(event);
      steps++;
      if (steps % STEPS_PER_REPORT === 0) report();
    }
    if (due > 0 && steps % STEPS_PER_PICTURE < due) drawPictureNow();
    if (nowMs - second.beganMs < 1_000) return;
    play.stepsPerSecond = Math.round(((steps - second.steps) * 1_000) / (nowMs - second.beganMs));
    second = { beganMs: nowMs, steps };
  }, STEP_MS / 2);
  return () => clearInterval(timer);
}

/** How a run is shown to who started it. */
interface Show {
  status(status: Status): void;
  notice(text: string): void;
  event(event: WorldEvent): void;
  picture(): void;
  end(): void;
}

function onScreen(play: Play, { tcp, device }: GameArguments): Show {
  const screen = new Screen(process.stdout);
  let caption: Caption = { connection: "connecting…", isConnected: false, notice: "" };
  let noticeUntilMs = 0;
  screen.open();
  return {
    status(status) {
      const isConnected = status === "connected";
      caption = {
        ...caption,
        isConnected,
        connection: isConnected ? `connected to ${tcp} as ${device}` : "reconnecting…",
      };
    },
    notice(text) {
      caption = { ...caption, notice: `steered from Wheelhouse: ${text}` };
      noticeUntilMs = performance.now() + NOTICE_MS;
    },
    event: () => undefined,
    picture() {
      if (performance.now() > noticeUntilMs) caption = { ...caption, notice: "" };
      screen.show(drawPicture(play, caption, screen.colors), PICTURE);
    },
    end: () => screen.close(),
  };
}

function onLines(): Show {
  const print = (text: string) => void process.stdout.write(`${text}\n`);
  return {
    status(status) {
      if (status === "connected") print("connected");
      if (status === "waiting") print("reconnecting…");
    },
    notice: (text) => print(`steered from Wheelhouse: ${text}`),
    event(event) {
      if (event.type !== "row_cleared") print(describe(event));
    },
    picture: () => undefined,
    end: () => undefined,
  };
}

function showValue(value: JsonValue): string {
  return typeof value === "string" ? value : JSON.stringify(value);
}
