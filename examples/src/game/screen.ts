/** The terminal while the game is drawn on it, and putting it back as it was. */

import type { WriteStream } from "node:tty";

const ENTER = "\x1b[?1049h\x1b[?25l\x1b[2J";
const LEAVE = "\x1b[0m\x1b[?25h\x1b[?1049l";
const TRUE_COLOR_BITS = 24;

export class Screen {
  readonly #terminal: WriteStream;
  #shown: readonly string[] = [];
  #isOpen = false;

  constructor(terminal: WriteStream) {
    this.#terminal = terminal;
  }

  get colors(): "true" | "256" {
    return this.#terminal.getColorDepth() === TRUE_COLOR_BITS ? "true" : "256";
  }

  open(): void {
    this.#isOpen = true;
    this.#terminal.write(ENTER);
    this.#terminal.on("resize", this.#redraw);
    // Whatever ends the process, the terminal must be usable after it.
    process.on("exit", this.#restore);
  }

  /** Shows rows of text; only those that changed are written. */
  show(rows: readonly string[], needed: { readonly columns: number; readonly rows: number }): void {
    const { columns, rows: lines } = this.#terminal;
    const fits = columns >= needed.columns && lines >= needed.rows;
    const visible = fits
      ? rows
      : [
          `this terminal has ${columns} × ${lines} characters;`,
          `the game needs ${needed.columns} × ${needed.rows}`,
        ];
    if (visible.length !== this.#shown.length) this.#redraw();
    const changes = visible.map((row, index) =>
      row === this.#shown[index] ? "" : `\x1b[${index + 1};1H${row}\x1b[0m\x1b[K`,
    );
    this.#shown = visible;
    const text = changes.join("");
    if (text !== "") this.#terminal.write(text);
  }

  close(): void {
    this.#terminal.off("resize", this.#redraw);
    process.off("exit", this.#restore);
    this.#restore();
  }

  #redraw = (): void => {
    this.#shown = [];
    this.#terminal.write("\x1b[2J");
  };

  #restore = (): void => {
    if (!this.#isOpen) return;
    this.#isOpen = false;
    this.#terminal.write(LEAVE);
  };
}
