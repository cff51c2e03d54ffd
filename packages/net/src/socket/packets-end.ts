/** How the packets of a socket end; there is one from the moment on that anything of it is known. */

export class PacketsEnd {
  /** No packet comes besides those that are held. */
  isOver = false;
  /** The peer ended it, or the connection broke. */
  byPeer = false;
  /** It was this side that ended it. */
  byUs = false;
  /** What still comes is dropped. */
  discards = false;
  /** What came doesn't follow the framing. */
  isFailed = false;
  /** Why, where it wasn't orderly. */
  error: Error | undefined = undefined;
  /** The owner has been told. */
  isTold = false;
}
