/**
 * One connection's place in its listener's ledger: tells of its beginning and its end, each once, and keeps nothing else. Its
 * end is that of its process; what it sent last may leave only then, and it counts against the limits for so long (as under
 * OTP, where the process lives until gen_tcp:close/1 has sent what was queued).
 */

import type { Context, ExitReason, LabelledRef } from "@wheelhouse/actors";
import { DrainInfo } from "../connection/connection.ts";
import type { ConnectionPlace, ConnectionProcess } from "../connection/place.ts";
import { tell, type LimitReached } from "../events.ts";
import type { PartingWatcher, Socket } from "../socket/socket.ts";
import type { Ledger } from "./ledger.ts";
import type { ConnectionInfo } from "./listener-protocol.ts";
import { plainAddress } from "./trusted-addresses.ts";

export class Place implements ConnectionPlace, PartingWatcher {
  readonly proxied: boolean;
  address: string;
  counted = true;
  isToldOfDrain = false;
  readonly #ledger: Ledger;
  #ctx: ConnectionProcess | undefined = undefined;
  #socket: Socket | undefined = undefined;
  /** `finished`: nothing is left to be sent. `free`: nothing is left at all. */
  #phase: "taken" | "finished" | "free" = "taken";

  constructor(ledger: Ledger, address: string, proxied: boolean) {
    this.#ledger = ledger;
    this.address = address;
    this.proxied = proxied;
  }

  get ref(): LabelledRef | undefined {
    return this.#ctx?.self as LabelledRef | undefined;
  }

  get stats(): Socket["stats"] | undefined {
    return this.#socket?.stats;
  }

  begin(ctx: ConnectionProcess, socket: Socket): boolean {
    const ledger = this.#ledger;
    if (this.#phase === "free") return false;
    this.#ctx = ctx;
    this.#socket = socket;
    tell(ctx, {
      type: "net:connection_started",
      ref: ctx.self as LabelledRef,
      listener: ledger.local,
      local: socket.local,
      remote: socket.remote,
    });
    ledger.begun(ctx);
    if (ledger.draining !== undefined) this.tellDrain(ctx, ledger.draining.notice);
    return ledger.draining?.isOver !== true;
  }

  /** Whether it is told now, once for all drains. Who is still in its handshake has nothing to end by itself. */
  tellDrain(teller: Pick<Context, "inform">, notice: unknown): boolean {
    if (this.#ctx === undefined || this.isToldOfDrain) return false;
    this.isToldOfDrain = true;
    teller.inform(this.#ctx.self, DrainInfo, notice);
    // A handler that waits for its peer hears no message; it hears this.
    this.#ctx.beginToDrain();
    return true;
  }

  comesFrom(address: string): LimitReached | undefined {
    if (this.#ctx === undefined) return undefined;
    const from = this.address;
    this.address = plainAddress(address);
    return this.counted ? this.#ledger.limits.rename(from, this.address, this.#ctx.now()) : undefined;
  }

  uncount(): void {
    if (!this.counted || this.#ctx === undefined) return;
    this.counted = false;
    this.#ledger.uncounted += 1;
    this.#ledger.limits.leave(this.address);
    this.#ledger.roomMade();
  }

  get hasBegun(): boolean {
    return this.#socket !== undefined;
  }

  abandon(): void {
    if (!this.hasBegun) this.#free();
  }

  /** Its process has ended. A socket that was given to somebody else is no concern of this listener's any more. */
  release(reason: ExitReason): void {
    const ctx = this.#ctx;
    if (ctx === undefined) return;
    const socket = this.#socket as Socket;
    this.#tellEnd(ctx, socket, reason);
    this.#ctx = undefined;
    if (!this.counted) this.#ledger.uncounted -= 1;
    const parting = socket.owner.self === ctx.self ? socket.watchParting(this) : "gone";
    if (parting === "gone") return this.#free();
    this.#ledger.closes(this);
    if (parting === "finished") this.finished();
  }

  /** Nothing is left to be sent, and whatever else is to come is the network's. */
  finished(): void {
    if (this.#phase !== "taken") return;
    this.#ledger.finishes(this);
    this.#phase = "finished";
  }

  gone(): void {
    this.#free();
  }

  /** Whether it counts against the limits now. */
  get isInside(): boolean {
    return this.counted && this.#phase === "taken";
  }

  /** Closes the socket of a process that has ended; whether that is a loss to the peer. */
  cut(): boolean {
    const socket = this.#socket as Socket;
    const hasUnsent = socket.unsentBytes > 0;
    socket.cutShort();
    return hasUnsent;
  }

  #free(): void {
    if (this.#phase === "free") return;
    this.#ledger.left(this);
    this.#phase = "free";
  }

  #tellEnd(ctx: ConnectionProcess, { local, remote, stats }: Socket, reason: ExitReason): void {
    const ledger = this.#ledger;
    const { bytesRead, bytesWritten, packetsRead, packetsWritten, ageMs } = stats;
    ledger.ended += 1;
    tell(ctx, {
      type: "net:connection_ended",
      ref: ctx.self as LabelledRef,
      listener: ledger.local,
      local,
      remote,
      reason,
      durationMs: ageMs,
      bytesRead,
      bytesWritten,
      packetsRead,
      packetsWritten,
    });
  }

  get info(): ConnectionInfo | undefined {
    if (this.#ctx === undefined || this.#socket === undefined) return undefined;
    const { local, remote, stats } = this.#socket;
    return {
      ref: this.#ctx.self,
      local,
      remote,
      address: this.address,
      counted: this.counted,
      openMs: stats.ageMs,
      stats,
    };
  }
}
