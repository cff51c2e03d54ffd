/** The numbers of the client itself. What the wire fixes stands in `@wheelhouse/protocol`. */

/** Where a server listens for devices unless told otherwise. */
export const DEFAULT_TCP = "127.0.0.1:6667";
/** Unacknowledged lines that are held; beyond it the oldest are dropped and counted. */
export const MAX_BUFFERED_LINES = 10_000;
/** Bytes of unacknowledged lines that are held; beyond it the oldest are dropped and counted. */
export const MAX_BUFFERED_BYTES = 16 * 1024 * 1024;
/** How long `close` waits for what is still unacknowledged. */
export const CLOSE_TIMEOUT_MS = 2_000;
/** How long the polite end of a connection may take after `bye`, before it is cut. */
export const GOODBYE_TIMEOUT_MS = 500;

/** The first wait before connecting again; it doubles with each attempt that fails. */
export const FIRST_RETRY_MS = 200;
/** The longest wait before connecting again that the client chooses itself. */
export const LONGEST_RETRY_MS = 5_000;
/** The longest `retryAfterMs` that is honoured. */
export const LONGEST_RETRY_AFTER_MS = 5 * 60 * 1000;
/** Time for a connection to open, and again for its `welcome`. */
export const HANDSHAKE_TIMEOUT_MS = 10_000;
/** Time for a server that said it ends the connection to do so. */
export const DRAIN_TIMEOUT_MS = 10_000;
/** A server silent for so many heartbeats, though pinged after the first, is taken for dead. */
export const SILENT_HEARTBEATS = 3;

/** Log entries or values of one tick that are collected before a line is made without waiting for its end. */
export const MAX_BATCH_ITEMS = 1_000;
/** Variables whose values couldn't be sent, and that this isn't told of again. */
export const MAX_TOLD_NAMES = 1_000;
/** Ids of writes whose answers are remembered, to answer a repeated one without applying it again. */
export const REMEMBERED_WRITES = 1_000;
/** Characters of one line of the server; a longer one isn't Wheelhouse and ends the connection. */
export const MAX_SERVER_LINE_LENGTH = 4 * 1024 * 1024;
