import { expect, test } from "vitest";

import { advance, createPlay } from "../../src/game/play.ts";

const SEEDS = [1, 2, 3, 4, 5];
const MINUTES = 4;

/** Plays until the first of these events; how many seconds of the game that took. */
function secondsUntil(type: "level_cleared" | "life_lost", seed: number, lookAheadS: number): number {
  const play = createPlay(seed);
  play.strategy.lookAheadS = lookAheadS;
  for (let made = 0; made < MINUTES * 60 * 60; made++) {
    if (advance(play).some((event) => event.type === type)) return made / 60;
  }
  return Number.POSITIVE_INFINITY;
}

test("who looks far ahead clears the first level without losing a life", () => {
  for (const seed of SEEDS) {
    const cleared = secondsUntil("level_cleared", seed, 2.5);
    expect(cleared).toBeLessThan(MINUTES * 60);
    expect(secondsUntil("life_lost", seed, 2.5)).toBeGreaterThan(cleared);
  }
});

test("who doesn't look ahead loses a life before anything is cleared", () => {
  for (const seed of SEEDS) {
    const lost = secondsUntil("life_lost", seed, 0);
    expect(lost).toBeLessThan(60);
    expect(secondsUntil("level_cleared", seed, 0)).toBeGreaterThan(lost);
  }
});

test("who aims clears the first level sooner, over all", () => {
  const total = (aggression: number) =>
    SEEDS.map((seed) => {
      const play = createPlay(seed);
      play.strategy.aggression = aggression;
      let made = 0;
      while (made < MINUTES * 3_600 && !advance(play).some(({ type }) => type === "level_cleared")) made++;
      return made;
    }).reduce((sum, steps) => sum + steps, 0);
  expect(total(1)).toBeLessThan(total(0));
});
