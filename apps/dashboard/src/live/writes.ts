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
  if (known === null || write.id !== known.id) return known === null || write.id > known.id;
  if (isFinal(write.state) !== isFinal(known.state)) return isFinal(write.state);
  return write.updatedAt >= known.updatedAt;
}

/**
 * The answer's writes in full, until the socket tells of them. It doesn't say when they were made, and this page's clock
 * is another than the server's: they are older than anything the socket tells.
 */
export function toWrite({ device, answer }: ChangeResult, by: string): readonly Write[] {
  return answer.writes.map((result) => ({
    ...result,
    set: answer.set,
    device,
    from: null,
    by,
    createdAt: 0,
    updatedAt: 0,
    expiresAt: null,
  }));
}
