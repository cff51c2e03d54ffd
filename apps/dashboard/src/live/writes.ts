/** Which of two writes of a variable the page believes. Pure. */

import type { Answer, Write, WriteState } from "@wheelhouse/api";

/** What a change made on this page was answered with. */
export interface ChangeResult {
  readonly device: string;
  readonly answer: Answer<"changeVariables">;
}

/** Whether nothing more will happen to a write in that state. */
export function isFinal(state: WriteState): boolean {
  return state !== "pending" && state !== "sent";
}

/** A newer write always; the same write unless that would take it back (what was stored while away comes in order, after the snapshot). */
export function isNewer(write: Write, known: Write | null): boolean {
  if (known === null || write.id > known.id) return true;
  if (write.id < known.id || write.updatedAt < known.updatedAt) return false;
  return isFinal(write.state) || !isFinal(known.state);
}

/** The answer's writes in full, until the socket tells of them. */
export function toWrite({ device, answer }: ChangeResult, by: string, at: number): readonly Write[] {
  return answer.writes.map((result) => ({
    ...result,
    set: answer.set,
    device,
    from: null,
    by,
    createdAt: at,
    updatedAt: at,
  }));
}
