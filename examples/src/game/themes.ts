/** Colours of field and bricks, as `#rrggbb`. */

export interface Theme {
  readonly paddle: string;
  readonly frame: string;
  /** From the top row down; further rows have the last colour. */
  readonly bricks: readonly string[];
  /** A brick that takes more than one hit. */
  readonly hardBrick: string;
}

export const THEMES = {
  harbour: {
    paddle: "#d7dee8",
    frame: "#45525f",
    bricks: ["#2f6f8f", "#37829c", "#4596a6", "#5aa9ac", "#74bab0"],
    hardBrick: "#9aa7b4",
  },
  ember: {
    paddle: "#ead9cc",
    frame: "#5a4a42",
    bricks: ["#8f3b2f", "#a64f35", "#bb663d", "#cc8049", "#d99b5c"],
    hardBrick: "#b5a79c",
  },
  moss: {
    paddle: "#dde5d4",
    frame: "#4a5546",
    bricks: ["#3f6b45", "#507c4d", "#648d56", "#7a9e62", "#93ae72"],
    hardBrick: "#a5ab9c",
  },
} as const satisfies Record<string, Theme>;

export type ThemeName = keyof typeof THEMES;
export const THEME_NAMES = Object.keys(THEMES) as ThemeName[];

export function isThemeName(text: string): text is ThemeName {
  return Object.hasOwn(THEMES, text);
}
