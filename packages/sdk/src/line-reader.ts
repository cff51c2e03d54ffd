/** Cuts the server's text into lines, wherever the network cut it. */

export class LineReader {
  readonly #maxLength: number;
  #rest = "";

  constructor(maxLength: number) {
    this.#maxLength = maxLength;
  }

  /** The lines that `text` completes, without their ends and without empty ones; `"too_long"` when one grows beyond bounds. */
  push(text: string): readonly string[] | "too_long" {
    const lines = (this.#rest + text).split("\n");
    this.#rest = lines.pop() ?? "";
    if (this.#rest.length > this.#maxLength) return "too_long";
    return lines.map((line) => line.trim()).filter((line) => line !== "");
  }
}
