/** How far a subscription to the live socket has got. Pure. */

import type { LiveMessage, Position } from "./live.ts";

/**
 * Where to go on after a message, given where one was before; `undefined` for the beginning. A snapshot of the same data
 * folder moves nothing: what was stored meanwhile comes after it.
 */
export function positionAfter(before: Position | undefined, message: LiveMessage): Position | undefined {
  switch (message.type) {
    case "snapshot":
      return before?.epoch === message.epoch ? before : { epoch: message.epoch, offset: message.offset };
    case "changes":
      return before && { ...before, offset: Math.max(before.offset, message.offset) };
    case "reload":
      return undefined;
    case "error":
      return before;
  }
}
