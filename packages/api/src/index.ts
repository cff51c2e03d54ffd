/** `@wheelhouse/api`: schemas of the HTTP API and the live socket, and a typed client. Runs in Node.js and in a browser. */

// Entities
export {
  WRITE_STATES,
  type Device,
  type DeviceKey,
  type Invitation,
  type LogEntry,
  type Member,
  type Project,
  type ProjectDetails,
  type Role,
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
  MAX_LIMIT,
  MAX_POINTS,
  MAX_WAIT_MS,
  TAGS,
  type Access,
  type Example,
  type Route,
} from "./routes/route.ts";
export { toOpenApi, type JsonSchema, type OpenApiDocument, type OpenApiOperation } from "./openapi.ts";
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
