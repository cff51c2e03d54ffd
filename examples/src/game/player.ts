/** Who plays: looks ahead to where the ball comes down and goes there, so that it bounces towards the bricks. Pure. */

import { COLUMNS } from "./levels.ts";
import type { Random } from "./random.ts";
import { BALL_RADIUS, FIELD, PADDLE, bounceOff, moveBall, type Ball, type World } from "./world.ts";

/** How well it plays. */
export interface Strategy {
  /** How far into the future it sees the ball, in seconds. At 0 it only runs after it. */
  lookAheadS: number;
  /** How far off the paddle's middle it dares to hit in order to aim, 0 to 1. */
  aggression: number;
}

/** What the player has in mind; made anew for each rally. */
export interface Player {
  rally: number;
  /** Where on the paddle the ball shall hit: -1 left end, 1 right end. Unknown until it sees where the ball lands. */
  aim: number | undefined;
  /** How far beside it misjudges the ball this time, in cells. */
  error: number;
}

/** Misjudgement at its most, in cells. */
const CLUMSINESS = 0.8;
/** The longest way a prediction goes in one stride. */
const STRIDE = 0.4;
/** Aims that it weighs against each other. */
const AIMS = [-0.8, -0.6, -0.4, -0.2, 0, 0.2, 0.4, 0.6, 0.8] as const;
/** How far it follows a shot in its mind, in cells. */
const SHOT_LENGTH = 90;
/** How much of the way to a ball that it only runs after it wants to go in one step. */
const HASTE = 0.04;

export function createPlayer(): Player {
  return { rally: -1, aim: undefined, error: 0 };
}

/** Where the middle of the paddle should be. */
export function decide(player: Player, world: World, strategy: Strategy, random: Random): number {
  if (player.rally !== world.rally) {
    Object.assign(player, { rally: world.rally, aim: undefined, error: (random() * 2 - 1) * CLUMSINESS });
  }
  if (world.pauseMs > 0) return world.paddleX;
  const landing = predictLanding(world, strategy.lookAheadS);
  if (landing === undefined) return follow(world);
  player.aim ??= chooseAim(world, landing, strategy.aggression);
  return landing - (player.aim * world.tuning.paddleWidth) / 2 + player.error;
}

/** Where the ball reaches the height of the paddle, if it does so in the time that is looked ahead. */
export function predictLanding(world: World, lookAheadS: number): number | undefined {
  const ball = { ...world.ball };
  const wall = world.wall.map((row) => [...row]);
  for (let way = lookAheadS * world.tuning.ballSpeed; way > 0; way -= STRIDE) {
    moveBall(ball, STRIDE, wall, (row, column) => weaken(wall, row, column));
    if (ball.dy > 0 && ball.y + BALL_RADIUS >= PADDLE.top) return ball.x;
  }
  return undefined;
}

/** Runs after a ball that comes down, a little late; else waits in the middle. */
function follow({ ball, paddleX }: World): number {
  const goal = ball.dy > 0 ? ball.x : FIELD.width / 2;
  return paddleX + (goal - paddleX) * HASTE;
}

/** The aim, among those it dares, whose shot meets a brick soonest; the ones nearer to the middle win a tie. */
function chooseAim(world: World, landing: number, aggression: number): number {
  const dared = AIMS.map((aim) => aim * aggression).sort((left, right) => Math.abs(left) - Math.abs(right));
  const ways = dared.map((aim) =>
    wayToBrick(world.wall, { x: landing, y: PADDLE.top - BALL_RADIUS, ...bounceOff(aim) }),
  );
  return dared[ways.indexOf(Math.min(...ways))] ?? 0;
}

function wayToBrick(wall: readonly (readonly number[])[], ball: Ball): number {
  for (let way = 0; way < SHOT_LENGTH; way += STRIDE) {
    if (moveBall(ball, STRIDE, wall, () => undefined)) return way;
  }
  return SHOT_LENGTH;
}

function weaken(wall: number[][], row: number, column: number): void {
  const bricks = wall[row];
  if (bricks !== undefined && column < COLUMNS) bricks[column] = (bricks[column] ?? 0) - 1;
}
