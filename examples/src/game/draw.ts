/** Pictures of the game as rows of text with ANSI colours: two cells, one above the other, in each character. Pure. */

import type { Play } from "./play.ts";
import { THEMES, type Theme } from "./themes.ts";
import { BRICK, FIELD, PADDLE, countBricks } from "./world.ts";

/** What stands around the field. */
export interface Caption {
  readonly connection: string;
  readonly isConnected: boolean;
  /** What was set from outside a moment ago; empty when nothing was. */
  readonly notice: string;
}

/** Characters that a picture needs. */
export const PICTURE = { columns: FIELD.width + 2, rows: FIELD.height / 2 + 6 } as const;

/** `colors` is how many the terminal knows: as many as 24 bits, or 256. */
export function drawPicture(play: Play, caption: Caption, colors: "true" | "256"): string[] {
  const theme: Theme = THEMES[play.theme];
  const paint = (text: string, color: string) => `${foreground(color, colors)}${text}${RESET}`;
  const edge = paint("│", theme.frame);
  const cells = paintCells(play, theme);
  const rows: string[] = [];
  for (let y = 0; y < FIELD.height; y += 2) {
    rows.push(`${edge}${drawRow(cells[y] ?? [], cells[y + 1] ?? [], colors)}${RESET}${edge}`);
  }
  return [
    drawHeadline(play, paint),
    paint(`╭${"─".repeat(FIELD.width)}╮`, theme.frame),
    ...rows,
    paint(`╰${"─".repeat(FIELD.width)}╯`, theme.frame),
    drawSettings(play, paint),
    drawConnection(caption, paint),
    caption.notice === "" ? "" : ` ${paint(`▸ ${caption.notice}`, STEERED)}`,
  ];
}

type Paint = (text: string, color: string) => string;

const RESET = "\x1b[0m";
const BRIGHT = "#e4e9ef";
const DIM = "#7d8996";
const GOOD = "#6fbf8b";
const WAITING = "#d9a95c";
const STEERED = "#ffd75f";

function drawHeadline({ world, isPaused }: Play, paint: Paint): string {
  const lives = `${"♥".repeat(world.lives)}${"·".repeat(Math.max(0, 3 - world.lives))}`;
  const facts = [
    `${paint("level", DIM)} ${paint(String(world.level), BRIGHT)}`,
    `${paint("score", DIM)} ${paint(String(world.score).padStart(5), BRIGHT)}`,
    `${paint("bricks", DIM)} ${paint(String(countBricks(world.wall)).padStart(2), BRIGHT)}`,
    paint(lives, world.lives > 1 ? BRIGHT : WAITING),
  ];
  const state = isPaused ? paint("paused", STEERED) : world.lives === 0 ? paint("game over", WAITING) : "";
  return ` ${paint("breakout", BRIGHT)}   ${facts.join("   ")}   ${state}`;
}

function drawSettings({ world, strategy }: Play, paint: Paint): string {
  const settings = [
    ["ball.speed", world.tuning.ballSpeed],
    ["paddle.width", world.tuning.paddleWidth],
    ["look-ahead", strategy.lookAheadS],
    ["aggression", strategy.aggression],
  ] as const;
  const texts = settings.map(
    ([name, value]) => `${paint(name, DIM)} ${paint(String(+value.toFixed(2)), BRIGHT)}`,
  );
  return ` ${texts.join("  ")}`;
}

function drawConnection({ connection, isConnected }: Caption, paint: Paint): string {
  return ` ${paint(isConnected ? "●" : "○", isConnected ? GOOD : WAITING)} ${paint(connection, DIM)}`;
}

type Cells = (string | undefined)[][];

function paintCells({ world, ballColor }: Play, theme: Theme): Cells {
  const cells: Cells = Array.from({ length: FIELD.height }, () => Array.from({ length: FIELD.width }));
  for (const [row, bricks] of world.wall.entries()) {
    for (const [column, hits] of bricks.entries()) {
      if (hits === 0) continue;
      const color = hits > 1 ? theme.hardBrick : (theme.bricks[row] ?? theme.bricks.at(-1) ?? theme.paddle);
      // The last column of each brick stays dark, so that neighbours can be told apart.
      const box = {
        x: column * BRICK.width,
        y: BRICK.top + row * BRICK.height,
        width: BRICK.width - 1,
        height: BRICK.height,
      };
      fill(cells, box, color);
    }
  }
  const { paddleX, tuning, ball } = world;
  const left = Math.round(paddleX - tuning.paddleWidth / 2);
  fill(
    cells,
    { x: left, y: PADDLE.top, width: Math.round(tuning.paddleWidth), height: PADDLE.height },
    theme.paddle,
  );
  fill(cells, { x: Math.floor(ball.x), y: Math.floor(ball.y), width: 1, height: 1 }, ballColor);
  return cells;
}

interface Box {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

function fill(cells: Cells, { x, y, width, height }: Box, color: string): void {
  for (const row of cells.slice(Math.max(y, 0), y + height))
    row.fill(color, Math.max(x, 0), Math.min(x + width, row.length));
}

/** Colours are named only where they change. */
function drawRow(
  upper: readonly (string | undefined)[],
  lower: readonly (string | undefined)[],
  colors: "true" | "256",
): string {
  let text = "";
  let before = "";
  for (const [x, top] of upper.entries()) {
    const [style, character] = drawPair(top, lower[x], colors);
    text += style === before ? character : `${RESET}${style}${character}`;
    before = style;
  }
  return text;
}

function drawPair(
  top: string | undefined,
  bottom: string | undefined,
  colors: "true" | "256",
): readonly [string, string] {
  if (top === undefined && bottom === undefined) return ["", " "];
  if (bottom === undefined) return [foreground(top ?? "", colors), "▀"];
  if (top === undefined) return [foreground(bottom, colors), "▄"];
  if (top === bottom) return [foreground(top, colors), "█"];
  return [foreground(top, colors) + background(bottom, colors), "▀"];
}

function foreground(color: string, colors: "true" | "256"): string {
  return `\x1b[38;${colorCode(color, colors)}m`;
}

function background(color: string, colors: "true" | "256"): string {
  return `\x1b[48;${colorCode(color, colors)}m`;
}

function colorCode(color: string, colors: "true" | "256"): string {
  const digits = color.length < 6 ? color.slice(1).replaceAll(/./g, "$&$&") : color.slice(1, 7);
  const [red, green, blue] = [0, 2, 4].map((start) =>
    Number.parseInt(digits.slice(start, start + 2), 16),
  ) as [number, number, number];
  if (colors === "true") return `2;${red};${green};${blue}`;
  const [r, g, b] = [red, green, blue].map((part) => Math.round((part / 255) * 5)) as [
    number,
    number,
    number,
  ];
  return `5;${16 + 36 * r + 6 * g + b}`;
}
