import fc from "fast-check";
import { expect, test } from "vitest";

import { wallOf } from "../../src/game/levels.ts";
import { createPlay, advance, type Play } from "../../src/game/play.ts";
import {
  BALL_RADIUS,
  FIELD,
  PADDLE,
  brickAt,
  countBricks,
  createWorld,
  touchesPaddle,
} from "../../src/game/world.ts";

function simulate(play: Play, seconds: number, afterStep: () => void): void {
  for (let made = 0; made < seconds * 60; made++) {
    advance(play);
    afterStep();
  }
}

test("the same seed makes the same game, another seed another", () => {
  const course = (seed: number) => {
    const play = createPlay(seed);
    const places: number[] = [];
    simulate(play, 20, () => places.push(play.world.ball.x, play.world.ball.y));
    return places;
  };
  expect(course(7)).toEqual(course(7));
  expect(course(7)).not.toEqual(course(8));
});

test("the ball stays in the field and out of bricks and paddle, however it is tuned", () => {
  fc.assert(
    fc.property(
      fc.nat(1_000_000),
      fc.integer({ min: 1, max: 5 }),
      fc.integer({ min: 5, max: 80 }),
      fc.integer({ min: 3, max: 30 }),
      fc.double({ min: 0, max: 3, noNaN: true }),
      fc.double({ min: 0, max: 1, noNaN: true }),
      (seed, level, ballSpeed, paddleWidth, lookAheadS, aggression) => {
        const play = createPlay(seed);
        Object.assign(play.world, { level, wall: wallOf(level) });
        Object.assign(play.world.tuning, { ballSpeed, paddleWidth });
        Object.assign(play.strategy, { lookAheadS, aggression });
        const { world } = play;
        simulate(play, 10, () => {
          const { ball, wall, paddleX } = world;
          const isInside =
            ball.x >= BALL_RADIUS &&
            ball.x <= FIELD.width - BALL_RADIUS &&
            ball.y >= BALL_RADIUS &&
            ball.y <= FIELD.height + BALL_RADIUS + 1;
          if (!isInside) throw new Error(`outside at ${ball.x}, ${ball.y}`);
          if (brickAt(wall, ball.x, ball.y) !== undefined)
            throw new Error(`in a brick at ${ball.x}, ${ball.y}`);
          if (ball.dy > 0 && touchesPaddle(world)) throw new Error(`in the paddle at ${ball.x}, ${ball.y}`);
          if (paddleX < paddleWidth / 2 || paddleX > FIELD.width - paddleWidth / 2)
            throw new Error(`paddle at ${paddleX}`);
        });
      },
    ),
    { numRuns: 60 },
  );
});

test("a ball that gets past the paddle got past beside it", () => {
  fc.assert(
    fc.property(fc.nat(1_000_000), fc.integer({ min: 5, max: 80 }), (seed, ballSpeed) => {
      const play = createPlay(seed);
      play.world.tuning.ballSpeed = ballSpeed;
      play.strategy.lookAheadS = 0.2;
      const { world } = play;
      const middle = PADDLE.top + PADDLE.height / 2;
      // Both move within the step in which one passes the other.
      const blurred = (PADDLE.speed + ballSpeed) / 60;
      let before = world.ball.y;
      simulate(play, 10, () => {
        const { ball, paddleX, tuning } = world;
        const hasPassed = before < middle && ball.y >= middle;
        if (hasPassed && Math.abs(ball.x - paddleX) < tuning.paddleWidth / 2 - blurred)
          throw new Error(`through the paddle at ${ball.x}, paddle at ${paddleX}`);
        before = ball.y;
      });
    }),
    { numRuns: 60 },
  );
});

test("a lost ball costs a life, the last one ends the game, and the next one begins from the start", () => {
  const play = createPlay(1);
  Object.assign(play.world.tuning, { ballSpeed: 60, paddleWidth: 3 });
  play.strategy.lookAheadS = 0;
  const types: string[] = [];
  for (let made = 0; made < 60 * 120 && !types.includes("game_started"); made++)
    types.push(...advance(play).map(({ type }) => type));
  expect(types.filter((type) => type === "life_lost")).toHaveLength(3);
  expect(types.slice(-2)).toEqual(["game_over", "game_started"]);
  expect(play.world).toMatchObject({ lives: 3, level: 1, score: 0 });
  expect(countBricks(play.world.wall)).toBe(countBricks(createWorld(play.world.tuning).wall));
});

test("a paused game stands still", () => {
  const play = createPlay(1);
  simulate(play, 2, () => undefined);
  play.isPaused = true;
  const before = structuredClone(play.world);
  simulate(play, 2, () => undefined);
  expect(play.world).toEqual(before);
});
