/** A failed call in words for a person. Pure. */

import { ApiError } from "@wheelhouse/api";

export interface RefusalText {
  readonly message: string;
  /** The form field that the message belongs beside. */
  readonly field: string | undefined;
}

export function toRefusalText(error: unknown): RefusalText {
  if (!(error instanceof ApiError))
    return { message: "The server can't be reached. Is it running?", field: undefined };
  return { message: toSentence(error.message), field: error.field };
}

function toSentence(text: string): string {
  const capital = text.charAt(0).toUpperCase() + text.slice(1);
  return /[.!?…]$/.test(capital) ? capital : `${capital}.`;
}
