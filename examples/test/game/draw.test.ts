import { stripVTControlCharacters } from "node:util";

import { expect, test } from "vitest";

import { PICTURE, drawPicture } from "../../src/game/draw.ts";
import { advance, createPlay } from "../../src/game/play.ts";

const CAPTION = { connection: "connected to here", isConnected: true, notice: "ball.speed = 12" };

test("a picture has the size it says it has, whatever happens in the game", () => {
  const play = createPlay(4);
  play.world.tuning.paddleWidth = 30;
  for (let made = 0; made < 3_000; made++) {
    advance(play);
    if (made % 50 > 0) continue;
    const rows = drawPicture(play, CAPTION, "true").map(stripVTControlCharacters);
    expect(rows).toHaveLength(PICTURE.rows);
    expect(rows.slice(1, -3).every((row) => row.length === PICTURE.columns)).toBe(true);
    expect(rows.every((row) => row.length <= 80)).toBe(true);
  }
});

test("field, facts, settings, connection and notice are there", () => {
  const rows = drawPicture(createPlay(1), CAPTION, "256").map(stripVTControlCharacters);
  expect(rows[0]).toBe(" breakout   level 1   score     0   bricks 30   ♥♥♥   ");
  expect(rows[4]).toBe(`│${"█████ ".repeat(10)}│`);
  expect(rows[18]).toBe(
    `│${" ".repeat(26)}${"▄".repeat(4)}█${"▄".repeat(3)}${" ".repeat(26)}│`.replace("█", "▀"),
  );
  expect(rows.slice(-3)).toEqual([
    " ball.speed 30  paddle.width 8  look-ahead 1.2  aggression 0.6",
    " ● connected to here",
    " ▸ ball.speed = 12",
  ]);
});

test("colours are named as the terminal knows them", () => {
  const play = createPlay(1);
  play.ballColor = "#f00";
  expect(drawPicture(play, CAPTION, "true").join("")).toContain("38;2;255;0;0m");
  expect(drawPicture(play, CAPTION, "256").join("")).toContain("38;5;196m");
});
