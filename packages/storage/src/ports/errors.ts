/** Why a call failed where its caller wasn't wrong. */

/** Asked after it was closed. */
export class StorageClosedError extends Error {
  override readonly name = "StorageClosedError";
  readonly code = "storage_closed";
}

/** The engine couldn't store: disk full, file gone, thread ended. The same call may work later. */
export class StorageFailedError extends Error {
  override readonly name = "StorageFailedError";
  readonly code = "storage_failed";
}

/** Of pages that together are to be everything: what comes next was dropped since the page before. */
export class DroppedSinceError extends Error {
  override readonly name = "DroppedSinceError";
  readonly code = "dropped_since";
}

/** The data folder can't be used: not writable, held by another server, of a newer version, or not of one piece. */
export class StorageUnusableError extends Error {
  override readonly name = "StorageUnusableError";
  readonly code = "storage_unusable";
}
