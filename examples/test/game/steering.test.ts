import { beforeEach, describe, expect, test } from "vitest";

import {
  Rejection,
  type Declaration,
  type Game,
  type JsonObject,
  type JsonValue,
  type SetHandler,
} from "@wheelhouse/sdk";

import { advance, createPlay, type Play } from "../../src/game/play.ts";
import { VARIABLES, logEvent, offer, reporter } from "../../src/game/steering.ts";

let play: Play;
let sent: JsonObject[];
let logged: unknown[];
let declared: Readonly<Record<string, Declaration>>;
let handlers: Map<string, SetHandler>;
let notices: string[];
let game: Game;

beforeEach(() => {
  play = createPlay(1);
  sent = [];
  logged = [];
  handlers = new Map();
  notices = [];
  game = {
    declare: (variables: typeof declared) => void (declared = variables),
    onSet: (name: string, handler: SetHandler) => void handlers.set(name, handler),
    send: (values: JsonObject) => void sent.push(values),
    log: (...entry: unknown[]) => void logged.push(entry),
  } as unknown as Game;
  offer(game, play, (name, value) => notices.push(`${name} = ${JSON.stringify(value)}`));
});

test("what is declared writable can be set, and nothing else", () => {
  const writable = Object.keys(declared).filter((name) => declared[name]?.writable === true);
  expect(writable).toEqual([...handlers.keys()]);
  expect(writable).toEqual([
    "ball.speed",
    "ball.color",
    "paddle.width",
    "player.look-ahead",
    "player.aggression",
    "game.paused",
    "game.theme",
  ]);
});

describe("setting", () => {
  test.each<[string, JsonValue, JsonValue]>([
    ["ball.speed", 12, 12],
    ["ball.speed", 1_000, 80],
    ["paddle.width", 1, 3],
    ["player.look-ahead", 0, 0],
    ["player.aggression", 0.25, 0.25],
    ["game.paused", true, true],
    ["game.theme", "ember", "ember"],
    ["ball.color", "#00ff00", "#00ff00"],
  ])("%s to %j makes it %j", (name, value, applied) => {
    expect(handlers.get(name)?.(value)).toEqual(applied);
    expect(VARIABLES[name]?.read(play)).toEqual(applied);
    expect(notices).toEqual([`${name} = ${JSON.stringify(applied)}`]);
  });

  test("a theme there isn't is rejected, and nobody is told that it was set", () => {
    expect(handlers.get("game.theme")?.("plaid")).toBeInstanceOf(Rejection);
    expect(play.theme).toBe("harbour");
    expect(notices).toEqual([]);
  });
});

test("only what changed is reported", () => {
  const report = reporter(game, play);
  report();
  report();
  play.world.score = 10;
  report();
  expect(sent).toHaveLength(2);
  expect(Object.keys(sent[0] ?? {})).toEqual(Object.keys(VARIABLES));
  expect(sent[1]).toEqual({ "game.score": 10 });
});

test("a faster ball goes further, a wider paddle is wider", () => {
  const way = (speed: number) => {
    const other = createPlay(1);
    other.world.tuning.ballSpeed = speed;
    for (let made = 0; made < 50; made++) advance(other);
    return Math.abs(other.world.ball.y - 32.5);
  };
  expect(way(60)).toBeGreaterThan(way(10) * 3);
});

test("a lost life is a warning with its facts", () => {
  logEvent(game, { type: "life_lost", lives: 2, score: 40 });
  expect(logged).toEqual([["warn", "life lost, 2 left", { lives: 2, score: 40 }]]);
});
