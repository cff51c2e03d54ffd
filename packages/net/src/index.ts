/** `@wheelhouse/net`: a TCP server with one supervised process for each connection. */

// Listening
export { Listener, type ListenerChildOptions } from "./listener/listener.ts";
export {
  DRAIN_TIMEOUT_MS,
  MAX_CONNECTIONS,
  READ_TIMEOUT_MS,
  type ListenerOptions,
} from "./listener/options.ts";
export { type ListenerInfo, type ListenerProtocol } from "./listener/acceptor.ts";
export { BACKLOG, MAX_PACKET_BYTES, MAX_UNSENT_BYTES } from "./socket/open.ts";

// Connections
export {
  defineConnection,
  type Connection,
  type ConnectionDefinition,
  type ConnectionHandler,
} from "./connection/connection.ts";
export { type ConnectionContext } from "./connection/context.ts";

// What goes wrong, what is told
export { ConnectError, ListenError, type ListenErrorCode } from "./errors.ts";
export { type ConnectionEvent } from "./events.ts";
export { type Endpoint } from "./network/network.ts";
