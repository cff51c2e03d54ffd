/** Which session a device may go on with. */

import type { SessionOpening, Time } from "../ports.ts";

/** What decides it, as an adapter finds it stored. */
export interface ResumableSession {
  readonly project: string;
  readonly device: string;
  /** When it was last opened, stored to or closed. */
  readonly seenAt: Time;
  readonly endedForGood: boolean;
}

export function mayResume(session: ResumableSession, opening: SessionOpening): boolean {
  return (
    session.project === opening.project &&
    session.device === opening.device &&
    !session.endedForGood &&
    session.seenAt >= opening.resumeAfter
  );
}

/** Why a session ended whose end nobody could tell: the server was killed, or couldn't store it. */
export const SERVER_ENDED = "server ended";
export const CONNECTION_LOST = "connection lost";
