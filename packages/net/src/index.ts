/** `@wheelhouse/net`: a TCP server with one supervised process for each connection. */

// Listening
export { Listener, type ListenerChildOptions } from "./listener/listener.ts";
export {
  ACTIVE,
  DRAIN_STAGGER_MS,
  DRAIN_TIMEOUT_MS,
  MAX_CONNECTIONS,
  MAX_WAITING,
  READ_TIMEOUT_MS,
  RESERVED_DESCRIPTORS,
  TLS_FROM,
  WAIT_TIMEOUT_MS,
  type ListenerChanges,
  type ListenerOptions,
  type TlsFrom,
  type ProxyProtocolOptions,
} from "./listener/options.ts";
export {
  type ConnectionInfo,
  type DrainOptions,
  type Drained,
  type ListenerInfo,
  type ListenerProtocol,
  type ListenerStatus,
} from "./listener/listener-protocol.ts";
export { type Alarm } from "./listener/alarms.ts";
export { KeyedBuckets, TokenBucket, type Rate } from "./listener/rate.ts";
export {
  BACKLOG,
  HANDSHAKE_TIMEOUT_MS,
  HIGH_WATERMARK_BYTES,
  KEEP_ALIVE_MS,
  MAX_PACKET_BYTES,
  MAX_UNSENT_BYTES,
  SEND_TIMEOUT_MS,
  type ListenOptions,
  type SocketOptions,
  type SocketSettings,
} from "./socket/options.ts";
export { type ActiveMode, type ReceiveError } from "./socket/messages.ts";
export {
  type TlsClientOptions,
  type TlsIdentity,
  type TlsInfo,
  type TlsOptions,
  type TlsServerOptions,
} from "./network/tls.ts";

// Connections
export {
  defineConnection,
  type Connection,
  type ConnectionCallContext,
  type ConnectionDefinition,
  type ConnectionHandler,
} from "./connection/connection.ts";
export { type ConnectionChanges, type ConnectionContext } from "./connection/context.ts";
export { type ProxyExtra, type ProxyHeader } from "./connection/proxy-header.ts";
export { type TransferResult } from "./socket/open.ts";
export { type SendResult, type Sendable } from "./socket/outgoing.ts";
export { type SecureOptions, type SendFileOptions, type SocketStats } from "./socket/socket.ts";

// Framing
export { defineFramer } from "./framing/define-framer.ts";
export { type Delimiter, type Packet } from "./framing/packet.ts";

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

// What is told, and who listens to it
export {
  isNetEvent,
  type ConnectionEnded,
  type ConnectionStarted,
  type LimitReached,
  type NetEvent,
  type RefusalReason,
  type TimeoutKind,
} from "./events.ts";
export {
  NET_LOG_LEVEL,
  formatNetEvent,
  logNetEvents,
  type NetLogLevel,
  type NetLogOptions,
} from "./observers/log.ts";
export { NetMetrics, type EndKind, type NetMetricsSnapshot } from "./observers/metrics.ts";
export { formatEndpoint, type Endpoint } from "./network/network.ts";
export { TrustedAddresses, isAddressOrRange, plainAddress } from "./listener/trusted-addresses.ts";
