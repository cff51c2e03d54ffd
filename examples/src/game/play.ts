/** One running game: the world, who plays it, and what can be set while it runs. No clock, no terminal, no network. */

import { createPlayer, decide, type Player, type Strategy } from "./player.ts";
import { seededRandom, type Random } from "./random.ts";
import type { ThemeName } from "./themes.ts";
import { createWorld, step, type World, type WorldEvent } from "./world.ts";

export const STEP_MS = 1000 / 60;

export interface Play {
  readonly world: World;
  readonly strategy: Strategy;
  readonly player: Player;
  readonly random: Random;
  isPaused: boolean;
  theme: ThemeName;
  ballColor: string;
  /** Steps made in the last second. */
  stepsPerSecond: number;
}

export function createPlay(seed: number): Play {
  return {
    world: createWorld({ ballSpeed: 30, paddleWidth: 8 }),
    strategy: { lookAheadS: 1.2, aggression: 0.6 },
    player: createPlayer(),
    random: seededRandom(seed),
    isPaused: false,
    theme: "harbour",
    ballColor: "#ffd75f",
    stepsPerSecond: 0,
  };
}

/** One step of {@link STEP_MS}. */
export function advance({ world, player, strategy, random, isPaused }: Play): WorldEvent[] {
  if (isPaused) return [];
  return step(world, STEP_MS, decide(player, world, strategy, random), random);
}

/** An event in words, for the terminal and for the log. */
export function describe(event: WorldEvent): string {
  switch (event.type) {
    case "row_cleared":
      return `row ${event.row} of level ${event.level} cleared`;
    case "level_cleared":
      return `level ${event.level} cleared, score ${event.score}`;
    case "life_lost":
      return `life lost, ${event.lives} left`;
    case "game_over":
      return `game over in level ${event.level}, score ${event.score}`;
    case "game_started":
      return "a new game begins";
  }
}
