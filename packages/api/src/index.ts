/** `@wheelhouse/api`: schemas of the HTTP API and the live socket, and a typed client. Runs in Node.js and in a browser. */

// Entities
export {
  WRITE_STATES,
  type Device,
  type DeviceKey,
  type Invitation,
  type LogEntry,
  type Marker,
  type Member,
  type Project,
  type ProjectDetails,
  type Session,
  type Token,
  type User,
  type Variable,
  type WebSession,
  type Write,
  type WriteState,
} from "./entities.ts";
export { ROLES, mayActAs, type Role } from "./roles.ts";
export { limitsOf } from "./variable-limits.ts";
export { DAY_MS, HOUR_MS } from "./spans.ts";

// HTTP
export { API_ERRORS, ApiError, errorBody, type ApiErrorCode } from "./errors.ts";
export { API_PREFIX, routes, type RouteName } from "./routes.ts";
export {
  DEFAULT_LIMIT,
  DEFAULT_POINTS,
  EXAMPLE_IDS,
  MAX_EXPIRES_IN_MS,
  MAX_LABEL_LENGTH,
  MAX_LIMIT,
  MAX_NAMED_DEVICES,
  MAX_POINTS,
  MAX_SEARCH_LENGTH,
  MAX_WAIT_MS,
  TAGS,
  type Access,
  type Example,
  type Route,
} from "./routes/route.ts";
export { MAX_PASSWORD_LENGTH, MIN_PASSWORD_LENGTH } from "./routes/accounts.ts";
export { DEFAULT_INVITATION_MS, MAX_INVITATION_MS } from "./routes/projects.ts";
export { DEFAULT_RESET_MS, MAX_RESET_MS } from "./routes/password-resets.ts";
export {
  EXPORT_FORMATS,
  EXPORT_KINDS,
  EXPORT_TYPES,
  type ExportFormat,
  type ExportKind,
} from "./routes/export.ts";
export { toOpenApi, type JsonSchema, type OpenApiDocument, type OpenApiOperation } from "./openapi.ts";
export {
  createApiClient,
  isLoggedIn,
  toAddress,
  type Answer,
  type ApiClient,
  type ApiClientOptions,
  type Request,
  type StreamRouteName,
} from "./client.ts";

// Live socket
export {
  createLiveSocket,
  toLiveLine,
  type LiveLine,
  type LiveLineEvents,
  type LiveSocket,
  type LiveSocketOptions,
  type Wanted,
} from "./live-socket.ts";
export { positionAfter } from "./live-position.ts";
export {
  LIVE_PATH,
  TOPICS,
  TOPIC_ACCESS,
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
