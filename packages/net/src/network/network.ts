/** What the socket layer needs of a network. The real one is `node-network.ts`; a runtime may be given another. */

import type { PortKey } from "@wheelhouse/actors";
import type { TlsInfo, TlsOptions } from "./tls.ts";

/** One end of a connection, or a place to listen at. */
export interface Endpoint {
  /** A name or an address; empty for a Unix socket. */
  readonly host: string;
  /** 0 for a Unix socket, or, to listen, for any free port. */
  readonly port: number;
  /** Of a Unix socket; a client's own end has none, and is empty then. */
  readonly path?: string;
}

/** What a stream tells. `closed` comes exactly once, last. */
export interface StreamEvents {
  data(chunk: Buffer): void;
  /** The peer sends no more. */
  ended(): void;
  /** What is unsent has fallen to the low watermark or below; told at least when `write` had said `false`. */
  drained(): void;
  /** After `end`: all that was written, and FIN, is the network's. Not told where it breaks before. */
  finished?(): void;
  /** With an error where the stream broke: {@link isReset} tells a reset from the rest. */
  closed(error: Error | undefined): void;
}

/** Bytes that may be unsent: above `high` a writer should wait, until they have fallen to `low`. */
export interface Watermarks {
  readonly highBytes: number;
  readonly lowBytes: number;
}

/** What may be changed of an open stream. Whatever is left out stays as it is. */
export interface StreamOptions {
  /** Sends small writes at once rather than gathering them (tcp(7), TCP_NODELAY). */
  readonly noDelay?: boolean;
  /** Silence after which the kernel asks whether the peer is still there; `Infinity` never asks. */
  readonly keepAliveMs?: number;
  readonly watermarks?: Watermarks;
}

/** What a peer has taken of what was written; not exact where only the kernel's own room tells of it, in large steps. */
export interface Taken {
  readonly bytes: number;
  readonly isExact: boolean;
}

/** Who has a stream that was accepted and that nobody owns yet. */
export interface Keeper {
  /** From here on somebody else closes it. */
  taken(stream: Stream): void;
}

/** One connection, not reading until `start`. */
export interface Stream {
  /** @internal Who offers it; `adopted` when somebody has made a socket of it who was offered it. */
  keeper?: Keeper | "adopted" | undefined;
  readonly local: Endpoint;
  readonly remote: Endpoint;
  /** Begins to tell `events`, still without reading; from then on nobody else who was told before. */
  start(events: StreamEvents): void;
  resume(): void;
  pause(): void;
  setOptions(options: StreamOptions): void;
  /** Writes all of it in one system call where it can; `false` when more than the high watermark is unsent. */
  write(chunks: readonly Uint8Array[]): boolean;
  /** Bytes written that haven't left yet. */
  readonly unsentBytes: number;
  /** For looks now and then at a peer that seems to take nothing: the machine may have to be asked. */
  taken(): Promise<Taken>;
  /** Sends FIN after what was written. */
  end(): void;
  /**
   * With `end`: drops what still comes, and everything when the peer has taken nothing of what was written for so long, then
   * with a reset; or, when the network has all of it, hasn't closed for so long.
   */
  linger(ms: number): void;
  /** Has `closed` told if the connection has broken, without reading: who doesn't read isn't told of it otherwise. */
  look(): void;
  /** Drops everything; with a reset where the network can. */
  destroy(): void;
  /**
   * Goes on encrypted (RFC 8446), as server or as client. It must be paused; what is unsent leaves before. `held` is what was
   * read and not used: it is part of the handshake, and never counts as data. The same events go on, with what was decrypted.
   *
   * @throws TlsError when the handshake fails; the stream is destroyed then.
   */
  secure(options: TlsOptions, held: readonly Buffer[]): Promise<TlsInfo>;
}

export interface ListeningPort {
  readonly local: Endpoint;
  /** Takes no more connections; those that are open live on. Resolves when the address is free again. */
  close(): Promise<void>;
}

export interface ListenRequest extends Endpoint {
  /** Connections the kernel holds that weren't taken yet. */
  readonly backlog: number;
  readonly keepAliveMs: number;
  readonly noDelay: boolean;
  /** Whether several processes may listen there at a time, where the platform can (socket(7), SO_REUSEPORT). */
  readonly reusePort: boolean;
  connection(stream: Stream): void;
  /** The listening port broke. */
  failed(error: Error): void;
}

/** How many files and sockets a program has open, and may have. */
export interface Descriptors {
  readonly open: number;
  readonly limit: number;
}

/** What connections are made of: the machine's network, or a simulated one. */
export interface Network {
  /** @throws ListenError */
  listen(request: ListenRequest): Promise<ListeningPort>;
  /** @throws ConnectError, also when nobody has answered after `timeoutMs`. */
  connect(to: Endpoint, timeoutMs: number): Promise<Stream>;
  /** The bytes of a file from `from` on, `bytes` of them or all, in pieces. */
  readFile(path: string, from: number, bytes: number | undefined): AsyncIterable<Uint8Array>;
  /** `undefined` where the platform doesn't say. */
  descriptors(): Descriptors | undefined;
}

/** The network of a runtime's processes. Default: the machine's. */
export const NetworkPort: PortKey<Network> = { port: "network" };

/** Whether a stream's error says that the peer reset it, rather than that something else broke. */
export function isReset(error: unknown): boolean {
  return error instanceof Error && "code" in error && (error.code === "ECONNRESET" || error.code === "EPIPE");
}

/** As people write it: `127.0.0.1:80`, `[::1]:80`, or the path of a Unix socket. */
export function formatEndpoint({ host, port, path }: Endpoint): string {
  if (path !== undefined) return path === "" ? "a Unix socket" : path;
  return host.includes(":") ? `[${host}]:${port}` : `${host}:${port}`;
}
