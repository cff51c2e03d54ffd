/** What the socket layer needs of a network. The real one is `node-network.ts`; a runtime may be given another. */

import type { PortKey } from "@wheelhouse/actors";

export interface Endpoint {
  readonly host: string;
  readonly port: number;
}

/** What a stream tells. `closed` comes exactly once, last. */
export interface StreamEvents {
  data(chunk: Buffer): void;
  /** The peer sends no more. */
  ended(): void;
  /** What was written has left; told at least when `write` had said `false`. */
  drained(): void;
  /** With an error where the stream broke. */
  closed(error: Error | undefined): void;
}

/** One connection, not reading until `start`. */
export interface Stream {
  readonly local: Endpoint;
  readonly remote: Endpoint;
  /** Begins to tell `events`, still without reading. */
  start(events: StreamEvents): void;
  resume(): void;
  pause(): void;
  /** Writes all of it in one system call where it can; `false` when more than the high watermark is unsent. */
  write(chunks: readonly Uint8Array[]): boolean;
  /** Bytes written that haven't left yet. */
  readonly unsentBytes: number;
  /** Sends FIN after what was written. */
  end(): void;
  /** After `end`: drops what still comes, and everything when the peer hasn't closed within so long. */
  linger(ms: number): void;
  /** Drops everything; with a reset where the network can. */
  destroy(): void;
}

export interface ListeningPort {
  readonly local: Endpoint;
  /** Takes no more connections; those that are open live on. */
  close(): void;
}

export interface ListenRequest {
  readonly host: string;
  /** 0 for any that is free. */
  readonly port: number;
  /** Connections the kernel holds that weren't taken yet. */
  readonly backlog: number;
  readonly keepAliveMs: number;
  connection(stream: Stream): void;
  /** The listening port broke. */
  failed(error: Error): void;
}

export interface Network {
  /** @throws ListenError */
  listen(request: ListenRequest): Promise<ListeningPort>;
  /** @throws ConnectError */
  connect(to: Endpoint): Promise<Stream>;
}

/** The network of a runtime's processes. Default: the machine's. */
export const NetworkPort: PortKey<Network> = { port: "network" };
