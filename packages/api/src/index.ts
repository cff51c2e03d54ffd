/** `@wheelhouse/api`: schemas of the HTTP API and the live socket, and a typed client. Runs in Node.js and in a browser. */

// Entities
export {
  WRITE_STATES,
  type Device,
  type DeviceKey,
  type LogEntry,
  type Project,
  type Role,
  type User,
  type Variable,
  type Write,
  type WriteState,
} from "./entities.ts";

// HTTP
export { API_ERRORS, ApiError, errorBody, type ApiErrorCode } from "./errors.ts";
export {
  API_PREFIX,
  DEFAULT_LIMIT,
  DEFAULT_POINTS,
  MAX_LIMIT,
  MAX_POINTS,
  MAX_WAIT_MS,
  routes,
  type Route,
  type RouteName,
} from "./routes.ts";
export {
  createApiClient,
  type Answer,
  type ApiClient,
  type ApiClientOptions,
  type Request,
} from "./client.ts";

// Live socket
export {
  LIVE_PATH,
  TOPICS,
  clientMessage,
  serverMessage,
  type Changes,
  type ClientMessage,
  type LiveMessage,
  type Position,
  type Snapshot,
  type Subscribe,
  type Topic,
} from "./live.ts";
