/** The numbers of the wire. Each default stands here and nowhere else. */

/** Bytes of one line, its line feed included, once a connection is verified. */
export const MAX_LINE_BYTES = 65_536;
/** Bytes of one line before that; a longer one closes the connection. */
export const MAX_UNVERIFIED_LINE_BYTES = 4_096;
/** Time from the connection's start to a right key, in all. */
export const VERIFY_TIMEOUT_MS = 5_000;
/** Wrong keys on one connection; the last of them closes it. */
export const MAX_WRONG_KEYS = 3;
/**
 * Bytes of one change by a person: `{"name","type","value"}` of each variable as JSON in UTF-8, the type empty in dialect 2. Half
 * a line, so that it fits one in base64 too, and so does an answer that is written without spaces and needless escapes.
 */
export const MAX_CHANGE_BYTES = 32_768;
/** Lines of a device that may be unacknowledged before the server stops reading. */
export const WINDOW_LINES = 256;
/** Silence after which the server pings; after three times as long it closes. Dialect 2 only. */
export const HEARTBEAT_MS = 15_000;
/** A session silent for longer isn't resumed. */
export const SESSION_RESUME_MS = 24 * 60 * 60 * 1000;
/** A device's clock that is wrong by more is corrected by the difference. */
export const CLOCK_TOLERANCE_MS = 2_000;
/** Longest name of a variable and of a marker, in UTF-16 units. */
export const MAX_NAME_LENGTH = 200;
/** Longest `name`, `app`, `build` and `session` of a hello, in UTF-16 units. */
export const MAX_HELLO_TEXT_LENGTH = 200;
/** Tags of one device. */
export const MAX_TAGS = 32;
/** Longest tag, in UTF-16 units. */
export const MAX_TAG_LENGTH = 64;
/** How deep lists and objects may nest; much deeper ones would exhaust the stack of whoever writes them out again. */
export const MAX_JSON_DEPTH = 64;
/** A write that is still open after so long expires, unless whoever makes it says otherwise: 7 days. */
export const WRITE_EXPIRY_MS = 7 * 24 * 60 * 60 * 1000;
/** A change that presses a trigger expires after so long at the latest. */
export const TRIGGER_EXPIRY_MS = 10_000;
/** When a client comes back after `shutting_down` or `silent`. */
export const RETRY_AFTER_MS = 1_000;
