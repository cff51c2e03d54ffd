/** Text of devices and people as a terminal may have it: what would steer the terminal is spelled out. Pure. */

/** Controls of both kinds, and what turns the direction of writing around. */
const STEERING = /[\p{Cc}\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\u2028\u2029]/gu;
const SHORT: Readonly<Record<string, string>> = { "\n": "\\n", "\r": "\\r", "\t": "\\t" };

/** The text on one line, with nothing in it that moves the cursor, colours what follows, or hides. */
export function toVisible(text: string): string {
  return text.replaceAll(STEERING, (character) => SHORT[character] ?? toEscape(character));
}

/** The same for text of many lines, whose breaks and tabs stay. */
export function toVisibleLines(text: string): string {
  return text.replaceAll(STEERING, (character) => (character in SHORT ? character : toEscape(character)));
}

/** JSON on one line; what JSON itself lets through is escaped too, so it is the same JSON. */
export function toJsonLine(value: unknown): string {
  return JSON.stringify(value).replaceAll(STEERING, toEscape);
}

function toEscape(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`;
}
