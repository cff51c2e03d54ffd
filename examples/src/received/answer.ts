/** The one thing that the four forms have in common: what they answer. Pure. */

const PREFIX = Buffer.from("Received: ");
const LINE_FEED = 10;
const CARRIAGE_RETURN = 13;

/** Its line feed included. */
export const MAX_LINE_BYTES = 65_536;

/** Whoever sends more is told so, and the connection closes: what follows isn't the beginning of a line. */
export const TOO_LONG = `Refused: a line may have ${MAX_LINE_BYTES} bytes\n`;

/** The line's bytes as they came, whatever they mean, with one newline in place of its `\n` or `\r\n`. */
export function answerTo(line: Buffer): readonly Uint8Array[] {
  return [PREFIX, line.subarray(0, endOf(line)), NEWLINE];
}

const NEWLINE = Buffer.of(LINE_FEED);

function endOf(line: Buffer): number {
  const end = line.length - 1;
  return line[end - 1] === CARRIAGE_RETURN ? end - 1 : end;
}
