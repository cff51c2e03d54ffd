/** What a command has of the world around it: a place to print, a person to ask, the environment, a clock. */

export interface Terminal {
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Whether a person reads what is printed, rather than a program or a file. */
  readonly isTerminal: boolean;
  readonly hasColour: boolean;
  /** Prints to the output; resolves when there is room for more. */
  print(text: string): Promise<void>;
  /** Says a line beside the output, where it gets into no pipe. */
  say(line: string): void;
  /** All that is given on the input. */
  readInput(): Promise<string>;
  /** `undefined` where nobody can be asked. */
  readonly prompts: Prompts | undefined;
  /** Aborted when nothing more is wanted: interrupted, or whoever read the output is gone. */
  readonly ended: AbortSignal;
  now(): number;
}

/** Each throws a {@link CommandError} when the person gives up. */
export interface Prompts {
  text(question: string): Promise<string>;
  /** What is typed isn't shown. */
  password(question: string): Promise<string>;
  choose(question: string, choices: readonly Choice[]): Promise<string>;
}

export interface Choice {
  readonly value: string;
  readonly label: string;
}

/** Why {@link Terminal.ended} was aborted. */
export type EndReason = "interrupted" | "reader gone";
