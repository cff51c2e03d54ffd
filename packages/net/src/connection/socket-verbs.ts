/** What a connection's context does by asking its socket, and nobody else. */

import { ProcessContext } from "@wheelhouse/actors";
import type { Endpoint } from "../network/network.ts";
import type { TlsInfo } from "../network/tls.ts";
import type { SendFileOptions, Socket, SocketStats } from "../socket/socket.ts";

export abstract class SocketVerbs extends ProcessContext {
  /** Where each packet's way leads past, the field itself is asked: V8 calls the getter, which costs a line of many 2 ns. */
  protected ownSocket: Socket | undefined = undefined;

  get socket(): Socket {
    if (this.ownSocket === undefined)
      throw new Error("expected the connection's process to be started by a listener");
    return this.ownSocket;
  }

  get local(): Endpoint {
    return this.socket.local;
  }

  get remote(): Endpoint {
    return this.socket.remote;
  }

  get tls(): TlsInfo | undefined {
    return this.socket.tls;
  }

  get stats(): SocketStats {
    return this.socket.stats;
  }

  get writable(): boolean {
    return this.socket.writable;
  }

  drained(): Promise<"drained" | "closed"> {
    return this.socket.drained();
  }

  sendFile(path: string, options?: SendFileOptions): Promise<number | "closed"> {
    return this.socket.sendFile(path, options);
  }

  shutdownWrite(): void {
    this.socket.shutdown("write");
  }
}
