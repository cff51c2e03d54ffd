/** `@wheelhouse/sdk`: what a TypeScript game links to be watched and steered. */

// Connecting
export { connect } from "./connect.ts";
export { OptionsError, parseTcp, type ConnectOptions } from "./options.ts";
export { type Game } from "./game.ts";
export { type GameEvents, type Listener } from "./listeners.ts";
export { type SessionStats as Stats, type Status } from "./session.ts";
export { StoppedError, type Problem, type ProblemCode } from "./problem.ts";

// What is sent
export { type Sendable, type SendableFields } from "./sendable.ts";

// Variables
export { DeclarationError, type Declaration } from "./declarations.ts";
export { Rejection, reject, type SetHandler, type SetOutcome, type TriggerHandler } from "./writes.ts";
export {
  isDeviceId,
  isDeviceKey,
  type JsonObject,
  type JsonValue,
  type KindName,
  type LogLevel,
} from "@wheelhouse/protocol";

// The world around it, to be replaced in tests
export { type Address, type Environment, type Link, type LinkEvents } from "./environment.ts";
export { nodeEnvironment } from "./node-environment.ts";

// Defaults
export {
  CLOSE_TIMEOUT_MS,
  DEFAULT_TCP,
  FIRST_RETRY_MS,
  LONGEST_RETRY_MS,
  MAX_BUFFERED_BYTES,
  MAX_BUFFERED_LINES,
} from "./limits.ts";
