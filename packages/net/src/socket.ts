/** `@wheelhouse/net/socket`: the layer under the listener, for programs that own their sockets themselves. */

export {
  BACKLOG,
  KEEP_ALIVE_MS,
  ListenInfo,
  ListenSocket,
  MAX_PACKET_BYTES,
  MAX_UNSENT_BYTES,
  accept,
  connect,
  listen,
  type ListenMessage,
  type ListenOptions,
  type OpenOptions,
} from "./socket/open.ts";
export {
  Socket,
  SocketInfo,
  type ActiveMode,
  type ReceiveError,
  type SocketMessage,
  type SocketStats,
} from "./socket/socket.ts";
export { ConnectError, ListenError, type ListenErrorCode } from "./errors.ts";
export {
  NetworkPort,
  type Endpoint,
  type Network,
  type Stream,
  type StreamEvents,
} from "./network/network.ts";
