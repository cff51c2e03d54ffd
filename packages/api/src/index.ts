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
  type Role,
  type Session,
  type Token,
  type User,
  type Variable,
  type WebSession,
  type Write,
  type WriteState,
} from "./entities.ts";

// HTTP
export { API_ERRORS, ApiError, errorBody, type ApiErrorCode } from "./errors.ts";
export { API_PREFIX, routes, type RouteName } from "./routes.ts";
export {
  DEFAULT_LIMIT,
  DEFAULT_POINTS,
  EXAMPLE_IDS,
  MAX_EXPIRES_IN_MS,
  MAX_LIMIT,
  MAX_NAMED_DEVICES,
  MAX_POINTS,
  MAX_WAIT_MS,
  TAGS,
  type Access,
  type Example,
  type Route,
} from "./routes/route.ts";
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
  type LiveLine,
  type LiveLineEvents,
  type LiveSocket,
  type LiveSocketOptions,
  type Wanted,
} from "./live-socket.ts";
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
