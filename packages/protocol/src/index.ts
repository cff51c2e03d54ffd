/** `@wheelhouse/protocol`: the lines a device and the server exchange, and which log entries a search finds. Pure; runs in Node.js and in a browser. */

// What both dialects share
export { CODES, refuse, type Code, type CodeRule, type ComeBack, type Refusal } from "./codes.ts";
export {
  CLOCK_TOLERANCE_MS,
  HEARTBEAT_MS,
  MAX_HELLO_TEXT_LENGTH,
  MAX_JSON_DEPTH,
  MAX_CHANGE_BYTES,
  MAX_LINE_BYTES,
  MAX_NAME_LENGTH,
  MAX_TAGS,
  MAX_TAG_LENGTH,
  MAX_UNVERIFIED_LINE_BYTES,
  MAX_WRONG_KEYS,
  RETRY_AFTER_MS,
  SESSION_RESUME_MS,
  TRIGGER_EXPIRY_MS,
  VERIFY_TIMEOUT_MS,
  WINDOW_LINES,
  WRITE_EXPIRY_MS,
} from "./limits.ts";
export { anonymousDeviceId, isDeviceId, isDeviceKey } from "./identity.ts";

// Log entries
export { LOG_LEVELS, levelRank, parseLogLevel, type LogLevel } from "./log-level.ts";
export { foldCase, toLogMatcher, toTextMatcher, type LogSearch, type SearchedEntry } from "./log-search.ts";

// Variables
export {
  MAX_SET_DEPTH,
  KIND_NAMES,
  fitValue,
  formatValue,
  inferKind,
  isKindName,
  kindOf,
  valuesEqual,
  type Fits,
  type KindName,
  type Unfit,
} from "./kinds/index.ts";
export { type Kind, type Limits, type Misfit } from "./kinds/kind.ts";
export {
  NAME_RULE,
  isVariableName,
  parseDeclaration,
  type DeclarationProblem,
  type DeclaredVariable,
  type VariableDeclaration,
} from "./declaration.ts";

// Dialect 1
export {
  VERIFIED_LINE,
  claimedKey,
  formatError,
  formatPush,
  isDialect1,
  kindOfType,
  parseDialect1,
  type Dialect1Log,
  type Dialect1Message,
  type Dialect1Variable,
} from "./dialect1.ts";

// Dialect 2
export {
  PROTOCOL_VERSION,
  formatMessage,
  isDialect2,
  parseDeviceMessage,
  parseServerMessage,
  type AppliedLine,
  type AppliedResult,
  type DeviceMessage,
  type ErrorMessage,
  type Hello,
  type LogEntryLine,
  type LogsLine,
  type MarkerLine,
  type ServerMessage,
  type SetMessage,
  type VariablesLine,
  type Welcome,
} from "./dialect2.ts";

// JSON
export {
  isJsonObject,
  isWritableJson,
  jsonEqual,
  nestsWithin,
  parseJson,
  showValue,
  type JsonObject,
  type JsonValue,
} from "./json.ts";
