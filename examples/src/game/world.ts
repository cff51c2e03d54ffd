/**
 * The world of the game: field, bricks, paddle, ball, lives. It knows no clock and draws nothing; the same seed and
 * the same steps make the same game. Lengths are in cells: a terminal column, or half a terminal row.
 */

import { COLUMNS, wallOf } from "./levels.ts";
import type { Random } from "./random.ts";

export const FIELD = { width: 60, height: 36 } as const;
export const BRICK = { width: FIELD.width / COLUMNS, height: 2, top: 4 } as const;
export const BALL_RADIUS = 0.5;
export const PADDLE = { top: 33, height: 1, speed: 40 } as const;
const LIVES = 3;
/** How long the ball rests on the paddle before it is served, and a finished game before the next. */
const SERVE_MS = 700;
const GAME_OVER_MS = 2_000;
/** The longest way the ball goes between two looks at what it hits: less than anything it can hit is thick. */
const STRIDE = 0.4;
/** Steepest bounce off the paddle's end, from the vertical. */
const STEEPEST = (60 * Math.PI) / 180;
/** No bounce is exact; else a ball could go the same way for ever. */
const JITTER = (4 * Math.PI) / 180;

export interface Ball {
  x: number;
  y: number;
  /** The direction it goes, of length 1. */
  dx: number;
  dy: number;
}

/** What can be changed while the game runs. */
export interface Tuning {
  /** Cells a second. */
  ballSpeed: number;
  /** Cells. */
  paddleWidth: number;
}

export interface World {
  readonly tuning: Tuning;
  ball: Ball;
  /** The middle of the paddle. */
  paddleX: number;
  /** Hits left, by row and column. */
  wall: number[][];
  level: number;
  score: number;
  lives: number;
  /** Time until the ball is served or the next game begins; 0 while the ball is in play. */
  pauseMs: number;
  /** Counts serves and returns: what the player decides, it decides once in each. */
  rally: number;
}

export type WorldEvent =
  | { readonly type: "row_cleared"; readonly row: number; readonly level: number }
  | { readonly type: "level_cleared"; readonly level: number; readonly score: number }
  | { readonly type: "life_lost"; readonly lives: number; readonly score: number }
  | { readonly type: "game_over"; readonly level: number; readonly score: number }
  | { readonly type: "game_started" };

export function createWorld(tuning: Tuning): World {
  const ball = { x: FIELD.width / 2, y: PADDLE.top - BALL_RADIUS, dx: 0, dy: -1 };
  return {
    tuning,
    ball,
    paddleX: FIELD.width / 2,
    wall: wallOf(1),
    level: 1,
    score: 0,
    lives: LIVES,
    pauseMs: SERVE_MS,
    rally: 0,
  };
}

export function countBricks(wall: readonly (readonly number[])[]): number {
  return wall.flat().filter((hits) => hits > 0).length;
}

/** Advances the world in place; the paddle moves towards `target`, as far as its speed lets it. */
export function step(world: World, dtMs: number, target: number, random: Random): WorldEvent[] {
  movePaddle(world, target, (PADDLE.speed * dtMs) / 1000);
  if (world.pauseMs > 0) return wait(world, dtMs, random);
  const events: WorldEvent[] = [];
  let way = (world.tuning.ballSpeed * dtMs) / 1000;
  for (; way > 0 && world.pauseMs === 0; way -= STRIDE) stride(world, Math.min(way, STRIDE), random, events);
  return events;
}

/** Where the middle of the paddle may be. */
export function clampPaddle(x: number, paddleWidth: number): number {
  return Math.min(Math.max(x, paddleWidth / 2), FIELD.width - paddleWidth / 2);
}

/** The direction in which a ball leaves the paddle that hits it `offset` from its middle: -1 left end, 1 right end. */
export function bounceOff(offset: number, jitter = 0): { readonly dx: number; readonly dy: number } {
  const angle = Math.min(Math.max(offset, -1), 1) * STEEPEST + jitter;
  return { dx: Math.sin(angle), dy: -Math.cos(angle) };
}

/**
 * Moves a ball one stride among the field's walls and the bricks, one axis after the other: what it would run into
 * turns it around and keeps it where it was, so it never is inside of anything. Calls `onHit` for each brick it
 * runs into, and says whether there was one.
 */
export function moveBall(
  ball: Ball,
  length: number,
  wall: readonly (readonly number[])[],
  onHit: (row: number, column: number) => void,
): boolean {
  const x = ball.x + ball.dx * length;
  const besides = brickAt(wall, x, ball.y);
  if (besides !== undefined || x < BALL_RADIUS || x > FIELD.width - BALL_RADIUS) ball.dx = -ball.dx;
  else ball.x = x;
  const y = ball.y + ball.dy * length;
  const above = brickAt(wall, ball.x, y);
  if (above !== undefined || y < BALL_RADIUS) ball.dy = -ball.dy;
  else ball.y = y;
  if (besides !== undefined) onHit(besides.row, besides.column);
  if (above !== undefined && above.row * COLUMNS + above.column !== indexOf(besides))
    onHit(above.row, above.column);
  return besides !== undefined || above !== undefined;
}

/** A brick that a ball at this place would touch. */
export function brickAt(
  wall: readonly (readonly number[])[],
  x: number,
  y: number,
): { readonly row: number; readonly column: number } | undefined {
  for (const cornerY of [y - BALL_RADIUS, y + BALL_RADIUS]) {
    for (const cornerX of [x - BALL_RADIUS, x + BALL_RADIUS]) {
      const row = Math.floor((cornerY - BRICK.top) / BRICK.height);
      const column = Math.floor(cornerX / BRICK.width);
      if ((wall[row]?.[column] ?? 0) > 0) return { row, column };
    }
  }
  return undefined;
}

/** Whether a ball at this place touches the paddle. */
export function touchesPaddle({ ball, paddleX, tuning }: World): boolean {
  return (
    ball.y + BALL_RADIUS > PADDLE.top &&
    ball.y - BALL_RADIUS < PADDLE.top + PADDLE.height &&
    Math.abs(ball.x - paddleX) < tuning.paddleWidth / 2 + BALL_RADIUS
  );
}

function indexOf(brick: { readonly row: number; readonly column: number } | undefined): number {
  return brick === undefined ? -1 : brick.row * COLUMNS + brick.column;
}

function movePaddle(world: World, target: number, reach: number): void {
  const way = Math.min(Math.max(target - world.paddleX, -reach), reach);
  world.paddleX = clampPaddle(world.paddleX + way, world.tuning.paddleWidth);
  if (world.pauseMs > 0) world.ball.x = world.paddleX;
}

function wait(world: World, dtMs: number, random: Random): WorldEvent[] {
  world.pauseMs = Math.max(0, world.pauseMs - dtMs);
  if (world.pauseMs > 0) return [];
  if (world.lives === 0) {
    Object.assign(world, { ...createWorld(world.tuning), rally: world.rally });
    return [{ type: "game_started" }];
  }
  Object.assign(world.ball, bounceOff((random() - 0.5) * 0.8));
  world.rally++;
  return [];
}

function stride(world: World, length: number, random: Random, events: WorldEvent[]): void {
  const { ball } = world;
  moveBall(ball, length, world.wall, (row, column) => hitBrick(world, row, column, events));
  if (countBricks(world.wall) === 0) return clearLevel(world, events);
  if (ball.dy > 0 && touchesPaddle(world)) returnBall(world, random);
  else if (ball.y - BALL_RADIUS > FIELD.height) loseLife(world, events);
}

function returnBall(world: World, random: Random): void {
  const { ball, paddleX, tuning } = world;
  const offset = (ball.x - paddleX) / (tuning.paddleWidth / 2);
  Object.assign(ball, bounceOff(offset, (random() - 0.5) * JITTER));
  ball.y = PADDLE.top - BALL_RADIUS;
  world.rally++;
}

function hitBrick(world: World, row: number, column: number, events: WorldEvent[]): void {
  const bricks = world.wall[row];
  if (bricks === undefined) return;
  const hits = (bricks[column] ?? 0) - 1;
  bricks[column] = hits;
  world.score += hits === 0 ? 10 : 5;
  if (bricks.every((left) => left === 0))
    events.push({ type: "row_cleared", row: row + 1, level: world.level });
}

function clearLevel(world: World, events: WorldEvent[]): void {
  world.score += 100;
  events.push({ type: "level_cleared", level: world.level, score: world.score });
  world.level++;
  world.wall = wallOf(world.level);
  rest(world, SERVE_MS);
}

function loseLife(world: World, events: WorldEvent[]): void {
  world.lives--;
  events.push({ type: "life_lost", lives: world.lives, score: world.score });
  if (world.lives === 0) events.push({ type: "game_over", level: world.level, score: world.score });
  rest(world, world.lives === 0 ? GAME_OVER_MS : SERVE_MS);
}

/** The ball lies on the paddle. */
function rest(world: World, pauseMs: number): void {
  world.ball = { x: world.paddleX, y: PADDLE.top - BALL_RADIUS, dx: 0, dy: -1 };
  world.pauseMs = pauseMs;
}
