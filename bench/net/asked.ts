/** The half of a child program: answers what its bench asks over the channel between them, and ends with it. */

/** What a bench asks of a child, and what it answers: values that a message can carry. */
export interface Question {
  readonly id: number;
  readonly ask: string;
  readonly with: unknown;
}

export interface Answer {
  readonly id: number;
  readonly answer?: unknown;
  readonly error?: string;
}

/** Answers each question by the function of its name; the first answer, unasked for, is `ready`. */
export function answerQuestions(
  ready: unknown,
  answers: Readonly<Record<string, (args: never) => unknown>>,
): void {
  // Whatever ends the bench ends its children too.
  process.once("disconnect", () => process.exit());
  process.on("message", (question: Question) => void answerOne(question, answers));
  say({ id: 0, answer: ready });
}

async function answerOne(
  { id, ask, with: args }: Question,
  answers: Readonly<Record<string, (args: never) => unknown>>,
): Promise<void> {
  try {
    say({ id, answer: await answers[ask]?.(args as never) });
  } catch (error) {
    say({ id, error: error instanceof Error ? (error.stack ?? error.message) : String(error) });
  }
}

function say(answer: Answer): void {
  process.send?.(answer);
}
