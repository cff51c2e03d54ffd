/** What people write, made fit to be shown to others. Pure. */

/** Controls, line separators, and marks that reverse what follows: none may reach somebody else's terminal. */
const UNSHOWABLE = /[\p{Cc}\p{Zl}\p{Zp}\u202a-\u202e\u2066-\u2069]/gu;
const NAME = /^[A-Za-z0-9_-]{1,20}$/;

/** A line as text; what isn't UTF-8 becomes a replacement character. */
export function toText(line: Buffer): string {
  return line.toString("utf8").replaceAll(UNSHOWABLE, "").trim();
}

export function isName(text: string): boolean {
  return NAME.test(text);
}
