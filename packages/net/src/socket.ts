/** `@wheelhouse/net/socket`: the layer under the listener, for programs that own their sockets themselves. */

// Ways to a socket
export { accept, adopt, connect, listen, transfer, type TransferResult } from "./socket/open.ts";
export { ListenInfo, ListenSocket, type ListenMessage } from "./socket/listen-socket.ts";

// Sockets
export {
  Socket,
  type SecureOptions,
  type SendFileOptions,
  type SocketOwner,
  type SocketStats,
} from "./socket/socket.ts";
export {
  SocketInfo,
  type ActiveMode,
  type ReceiveError,
  type SocketClosed,
  type SocketMessage,
} from "./socket/messages.ts";
export { type SendResult, type Sendable } from "./socket/outgoing.ts";

// What they can be told
export {
  BACKLOG,
  CONNECT_TIMEOUT_MS,
  HANDSHAKE_TIMEOUT_MS,
  HIGH_WATERMARK_BYTES,
  KEEP_ALIVE_MS,
  MAX_PACKET_BYTES,
  MAX_UNSENT_BYTES,
  SEND_TIMEOUT_MS,
  type ConnectOptions,
  type ListenOptions,
  type SocketOptions,
  type SocketSettings,
} from "./socket/options.ts";
export {
  type TlsClientOptions,
  type TlsIdentity,
  type TlsInfo,
  type TlsOptions,
  type TlsServerOptions,
} from "./network/tls.ts";

// Framing
export { defineFramer } from "./framing/define-framer.ts";
export {
  OVERLONG,
  type Frame,
  type Framer,
  type FramerFactory,
  type FramerOptions,
  type FramingFault,
  type Overlong,
} from "./framing/framer.ts";
export { MAX_DELIMITER_BYTES, type Delimiter, type Packet } from "./framing/packet.ts";
export { type LengthPrefix } from "./framing/length-prefix.ts";
export { type Scan } from "./framing/scan-framer.ts";

// What goes wrong
export {
  ConnectError,
  FramingError,
  ListenError,
  SendFileError,
  SendTimeoutError,
  TlsError,
  type ConnectErrorCode,
  type ListenErrorCode,
  type TlsErrorCode,
} from "./errors.ts";

// The network beneath
export {
  NetworkPort,
  formatEndpoint,
  isReset,
  type Descriptors,
  type Endpoint,
  type ListenRequest,
  type ListeningPort,
  type Network,
  type Stream,
  type StreamEvents,
  type StreamOptions,
  type Taken,
  type Watermarks,
} from "./network/network.ts";
