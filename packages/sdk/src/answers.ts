/** What a game answers to a write, and how that is sent. Pure. */

import { byteLength } from "./byte-length.ts";

/** What became of one variable: the value that holds now, as JSON text, and why the write was rejected if it was. */
export interface Result {
  readonly value?: string;
  readonly error?: string;
}

/** By the name of the variable. */
export type Results = ReadonlyMap<string, Result>;

export interface AnswerLines {
  readonly lines: readonly string[];
  /** What fits in no line, in words: the write is rejected instead. */
  readonly oversized: readonly string[];
}

/** As one line. Where that is too long, one for each variable. */
export function formatAnswer(id: number, results: Results, maxLineBytes: number): AnswerLines {
  const line = toLine(id, results);
  if (byteLength(line) <= maxLineBytes) return { lines: [line], oversized: [] };
  const lines: string[] = [];
  const oversized: string[] = [];
  for (const [name, result] of results) {
    const own = toLine(id, new Map([[name, result]]));
    const fits = byteLength(own) <= maxLineBytes;
    lines.push(fits ? own : toLine(id, new Map([[name, TOO_LONG]])));
    if (!fits) oversized.push(`the answer to a write of ${name}`);
  }
  return { lines, oversized };
}

const TOO_LONG: Result = { error: "the game's answer is longer than a line may be" };

function toLine(id: number, results: Results): string {
  const entries = Array.from(results, ([name, result]) => `${JSON.stringify(name)}:${toEntry(result)}`);
  return `{"type":"applied","id":${id},"results":{${entries.join(",")}}}\n`;
}

function toEntry({ value, error }: Result): string {
  const fields = [
    ...(error === undefined ? [] : [`"error":${JSON.stringify(error)}`]),
    ...(value === undefined ? [] : [`"value":${value}`]),
  ];
  return `{${fields.join(",")}}`;
}
