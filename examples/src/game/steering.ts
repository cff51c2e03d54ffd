/** What this game shows to Wheelhouse and lets it steer: one entry a variable. */

import {
  Rejection,
  reject,
  type Declaration,
  type Game,
  type JsonValue,
  type SetOutcome,
} from "@wheelhouse/sdk";

import { describe, type Play } from "./play.ts";
import { THEME_NAMES, isThemeName } from "./themes.ts";
import { FIELD, countBricks, type WorldEvent } from "./world.ts";

interface Variable {
  readonly declaration: Declaration;
  readonly read: (play: Play) => JsonValue;
  /** Absent for what can only be watched. Returns what was really applied. */
  readonly apply?: (play: Play, value: JsonValue) => SetOutcome;
}

export const VARIABLES: Readonly<Record<string, Variable>> = {
  "ball.speed": numeric(
    { min: 5, max: 80, step: 1, unit: "cells/s", group: "Ball", help: "How fast the ball flies." },
    (play) => play.world.tuning.ballSpeed,
    (play, value) => {
      play.world.tuning.ballSpeed = value;
    },
  ),
  "ball.color": textual(
    { kind: "color", group: "Ball", help: "Colour of the ball." },
    (play) => play.ballColor,
    (play, value) => {
      play.ballColor = value;
      return value;
    },
  ),
  "ball.x": watched("float", "Ball", (play) => round(play.world.ball.x), {
    unit: "cells",
    min: 0,
    max: FIELD.width,
  }),
  "ball.y": watched("float", "Ball", (play) => round(play.world.ball.y), { unit: "cells" }),
  "paddle.width": numeric(
    { min: 3, max: 30, step: 1, unit: "cells", group: "Paddle", help: "How wide the paddle is." },
    (play) => play.world.tuning.paddleWidth,
    (play, value) => {
      play.world.tuning.paddleWidth = value;
    },
  ),
  "paddle.x": watched("float", "Paddle", (play) => round(play.world.paddleX), {
    unit: "cells",
    min: 0,
    max: FIELD.width,
  }),
  "player.look-ahead": numeric(
    {
      min: 0,
      max: 3,
      step: 0.1,
      unit: "s",
      group: "Player",
      help: "How far ahead the player sees the ball. At 0 it only runs after it.",
    },
    (play) => play.strategy.lookAheadS,
    (play, value) => {
      play.strategy.lookAheadS = value;
    },
  ),
  "player.aggression": numeric(
    {
      min: 0,
      max: 1,
      step: 0.05,
      group: "Player",
      help: "How far off the paddle's middle the player hits, to aim at bricks.",
    },
    (play) => play.strategy.aggression,
    (play, value) => {
      play.strategy.aggression = value;
    },
  ),
  "game.paused": {
    declaration: { kind: "boolean", group: "Game", help: "Holds everything still." },
    read: (play) => play.isPaused,
    apply(play, value) {
      play.isPaused = value === true;
      return play.isPaused;
    },
  },
  "game.theme": textual(
    { kind: "enum", options: THEME_NAMES, group: "Game", help: "Colours of paddle and bricks." },
    (play) => play.theme,
    (play, value) => {
      if (!isThemeName(value)) return reject(`expected one of ${THEME_NAMES.join(", ")}, got: ${value}`);
      play.theme = value;
      return value;
    },
  ),
  "game.score": watched("integer", "Game", (play) => play.world.score),
  "game.lives": watched("integer", "Game", (play) => play.world.lives),
  "game.level": watched("integer", "Game", (play) => play.world.level),
  "game.bricks": watched("integer", "Game", (play) => countBricks(play.world.wall), { help: "Bricks left." }),
  "game.fps": watched("integer", "Game", (play) => play.stepsPerSecond, {
    unit: "1/s",
    help: "Steps simulated in the last second.",
  }),
};

/** Declares the variables and lets them be set; `onSet` is told what was really applied. */
export function offer(game: Game, play: Play, onSet: (name: string, value: JsonValue) => void): void {
  const declarations = Object.entries(VARIABLES).map(([name, { declaration, read, apply }]) => [
    name,
    { ...declaration, writable: apply !== undefined, value: read(play) },
  ]);
  game.declare(Object.fromEntries(declarations));
  for (const [name, { apply, read }] of Object.entries(VARIABLES)) {
    if (apply === undefined) continue;
    game.onSet(name, (value) => {
      const outcome = apply(play, value);
      if (!(outcome instanceof Rejection)) onSet(name, read(play));
      return outcome;
    });
  }
}

/** Makes a function that sends the values that changed since it was called last. */
export function reporter(game: Game, play: Play): () => void {
  const sent = new Map<string, JsonValue>();
  return () => {
    const changed = Object.entries(VARIABLES)
      .map(([name, { read }]) => [name, read(play)] as const)
      .filter(([name, value]) => sent.get(name) !== value);
    if (changed.length === 0) return;
    for (const [name, value] of changed) sent.set(name, value);
    game.send(Object.fromEntries(changed));
  };
}

export function logEvent(game: Game, event: WorldEvent): void {
  const { type, ...fields } = event;
  game.log(LEVELS[type], describe(event), fields);
}

const LEVELS = {
  row_cleared: "debug",
  level_cleared: "info",
  life_lost: "warn",
  game_over: "error",
  game_started: "info",
} as const;

function watched(
  kind: "float" | "integer",
  group: string,
  read: (play: Play) => number,
  more: Partial<Declaration> = {},
): Variable {
  return { declaration: { ...more, kind, group }, read };
}

/** A number that people set. What they give is brought into its limits. */
function numeric(
  declaration: Omit<Declaration, "kind"> & { readonly min: number; readonly max: number },
  read: (play: Play) => number,
  write: (play: Play, value: number) => void,
): Variable {
  return {
    declaration: { ...declaration, kind: "float" },
    read,
    apply(play, value) {
      const { min, max } = declaration;
      write(play, Math.min(Math.max(Number(value), min), max));
      return read(play);
    },
  };
}

/** A text that people set, of whichever kind. */
function textual(
  declaration: Declaration,
  read: (play: Play) => string,
  write: (play: Play, value: string) => SetOutcome,
): Variable {
  return {
    declaration,
    read,
    apply: (play, value) => (typeof value === "string" ? write(play, value) : reject("expected text")),
  };
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}
