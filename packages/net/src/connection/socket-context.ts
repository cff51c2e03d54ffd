/** The context of a connection's process with its socket; between packets it decides whether the next one may come. */

import type { ExitReason, LabelledRef, Ref, Timer } from "@wheelhouse/actors";
import { SendTimeoutError, TlsError } from "../errors.ts";
import { tell, type TimeoutKind } from "../events.ts";
import {
  expectAddress,
  expectMilliseconds,
  expectMillisecondsFromZero,
  expectOptions,
  oneOf,
  type Checks,
} from "../expectations.ts";
import type { TlsInfo, TlsOptions, TlsServerOptions } from "../network/tls.ts";
import { SocketInfo, type ActiveMode, type PacketMessage, type ReceiveError } from "../socket/messages.ts";
import { transfer, type TransferResult } from "../socket/open.ts";
import { SOCKET_CHECKS } from "../socket/options.ts";
import type { SendResult, Sendable } from "../socket/outgoing.ts";
import type { SecureOptions, Socket } from "../socket/socket.ts";
import type { ConnectionSettings } from "./connection.ts";
import type { ConnectionChanges } from "./context.ts";
import type { ConnectionPlace } from "./place.ts";
import type { ProxyHeader } from "./proxy-header.ts";
import { SocketVerbs } from "./socket-verbs.ts";
import { nextCheck, timesOf, type Times } from "./times.ts";

/** A cast to itself: to look whether the peer has been silent for too long, or the connection is too old. */
export const CHECK_TIMES = "net:checkTimes";

const CHANGE_CHECKS: Checks<ConnectionChanges> = { ...SOCKET_CHECKS, readTimeoutMs: expectMilliseconds };
/** How long a read time-out holds. */
const expectLasting = oneOf("always", "once");

/** Before its listener's. */
const UNATTACHED = timesOf(Infinity);

/** What is to be called when the process ends: at most one of the handlers that tell of a connection's end. */
export type Ending =
  | { readonly call: "closed" }
  | { readonly call: "error"; readonly error: Error }
  | { readonly call: "timeout"; readonly which: TimeoutKind };

/** `init`: the handler's isn't done; `handshake`: the peer isn't ready; `open`: packets may come. */
type Phase = "init" | "handshake" | "open";

export class SocketContext extends SocketVerbs {
  phase: Phase = "init";
  /** How the connection ended, where it wasn't by this side's wish. */
  ending: Ending | undefined = undefined;
  /** A handler has been told of the end already. */
  toldOfEnd = false;
  /** The listener drains, with that to say. */
  notice: { readonly notice: unknown } | undefined = undefined;
  /** This side has asked for the end. */
  isStopping = false;
  proxied: ProxyHeader | undefined = undefined;
  /** A packet has come. */
  heard = false;

  #place: ConnectionPlace | undefined = undefined;
  #mode: ActiveMode = "once";
  #listenersTls: TlsServerOptions | undefined = undefined;
  #paused = false;
  /** A packet is being handled. */
  #handling = false;
  /** The last packet is handled, and the next one hasn't been asked for. */
  #due = false;
  /** When the last packet was handled, in whole milliseconds, which cost no memory of their own. */
  #readyAtMs = 0;
  #times: Times = UNATTACHED;
  #check: Timer | undefined = undefined;

  /** @internal */
  attach(socket: Socket, place: ConnectionPlace, settings: ConnectionSettings): void {
    this.ownSocket = socket;
    this.#place = place;
    this.#mode = settings.active;
    this.#listenersTls = settings.tls;
    this.#times = settings.times;
  }

  // Packets

  /** @internal The peer is ready, and times begin: a handler may receive from its first moment on. */
  opens({ firstPacketTimeoutMs, maxLifeMs }: ConnectionSettings): void {
    this.phase = "open";
    if (firstPacketTimeoutMs === Infinity && maxLifeMs === Infinity) return;
    const nowMs = this.now();
    this.#times = {
      ...this.#times,
      firstPacketUntilMs: nowMs + firstPacketTimeoutMs,
      lifeUntilMs: nowMs + maxLifeMs,
    };
  }

  /** @internal The first packet may come; how long a handler took before isn't the peer's delay. */
  beginToRead({ firstPacketTimeoutMs }: ConnectionSettings): void {
    if (firstPacketTimeoutMs !== Infinity)
      this.#times = { ...this.#times, firstPacketUntilMs: this.now() + firstPacketTimeoutMs };
    this.#isReady();
    this.armCheck();
    if (this.#mode === "once") this.askForNext();
    else if (this.#paused) this.#due = true;
    else this.socket.setActive(this.#mode);
  }

  /** @internal */
  handlesPacket(): void {
    this.#handling = true;
    this.#hears();
  }

  /** @internal Whether the message holds the next packet now; `told` when another message tells of it. */
  takeHeld(message: PacketMessage): "taken" | "told" | undefined {
    const socket = this.ownSocket as Socket;
    if (this.#mode !== "once" || this.#paused || !socket.writable || !this.goesOn()) return undefined;
    const next = socket.takeHeld(message);
    if (next === "taken") this.#hears();
    return next;
  }

  /** @internal No packet is being handled, and the next one is asked for. */
  waits(): void {
    this.#handling = false;
  }

  /** Asks for the next packet. While the peer doesn't read what it was sent, nothing more is read from it either. */
  askForNext(): void {
    this.#handling = false;
    this.#isReady();
    if (this.#mode !== "once") return;
    // Once the listener drains nothing more is read, and what has come is handled whether the peer reads or not.
    this.#due = this.#paused || (!this.socket.writable && this.notice === undefined);
    if (!this.#due) this.socket.setActive("once");
  }

  /** Asks for it if that was put off. */
  askIfDue(): void {
    if (this.#due && !this.#handling) this.askForNext();
  }

  pause(): void {
    if (this.#paused) return;
    this.#paused = true;
    const { active } = this.socket;
    if (active === false) return;
    this.#due = true;
    if (this.#mode !== "once") this.#mode = active;
    this.socket.setActive(false);
  }

  resume(): void {
    if (!this.#paused) return;
    this.#paused = false;
    if (this.#mode === "once") return this.askIfDue();
    if (this.#due && this.phase === "open") this.socket.setActive(this.#mode);
    this.#due = false;
    this.#isReady();
  }

  /** @internal Nobody asks for packets, so the end of them isn't told either. */
  get isPassive(): boolean {
    return this.#mode !== "once" && this.socket.active === false;
  }

  setOptions(options: ConnectionChanges): void {
    // Before anything is changed: a wrong one changes nothing.
    expectOptions(options, CHANGE_CHECKS);
    const { active, readTimeoutMs, ...changes } = options;
    if (Object.keys(changes).length > 0) this.socket.setOptions(changes);
    if (readTimeoutMs !== undefined) this.setReadTimeout(readTimeoutMs);
    if (active !== undefined) this.#setActive(active);
  }

  #setActive(mode: ActiveMode): void {
    const before = this.#mode;
    this.#mode = mode;
    if (this.phase !== "open") return;
    if (this.#paused) {
      this.#addWhilePaused(before, mode);
    } else if (mode !== "once") {
      // A number adds to what is left of one before, but there is nothing to add to a single packet.
      if (before === "once" && typeof mode === "number") this.socket.setActive(false);
      this.socket.setActive(mode);
    } else if (!this.#handling) {
      this.askForNext();
    } else {
      this.socket.setActive(false);
    }
  }

  /** What was left of a number when the pause began isn't lost. */
  #addWhilePaused(before: ActiveMode, mode: ActiveMode): void {
    const isSum = typeof before === "number" && typeof mode === "number";
    const sum = isSum ? before + mode : mode;
    this.#mode = typeof sum === "number" && sum <= 0 ? false : sum;
    this.#due = this.#mode !== false;
    // At zero it is told so.
    if (typeof sum === "number" && sum <= 0) this.socket.setActive(sum);
  }

  /** Who receives doesn't hear of its times as of messages, so it is here that they hold. */
  async recv(bytes = 0, timeoutMs = this.readTimeoutMs): Promise<Buffer | ReceiveError> {
    expectMillisecondsFromZero("timeoutMs", timeoutMs);
    const untilMs = this.#untilMs;
    // Most have no such time, and a look at the clock would cost them something.
    const leftMs = untilMs === Infinity ? Infinity : untilMs - this.now();
    const result = leftMs > 0 ? await this.socket.recv(bytes, Math.min(timeoutMs, leftMs)) : "timeout";
    if (typeof result !== "string") {
      this.#hears();
    } else if (result === "timeout" && this.now() >= this.#untilMs) {
      return this.#outOfTime();
    } else if (result === "closed" || result === "reset") {
      this.endsAsRead(this.socket.readError, result === "reset");
    }
    this.#isReady();
    return result;
  }

  #outOfTime(): "closed" {
    const which = this.timedOut();
    if (which !== undefined) {
      this.tellTimeout(which);
      this.endByTime(which);
    }
    return "closed";
  }

  /** @internal No packet comes any more: by the peer's wish, or because something broke. Our own wish ends nothing here. */
  endsAsRead(error: Error | undefined, reset: boolean): void {
    if (this.isStopping || this.socket.hasStoppedReading) return;
    if (error instanceof SendTimeoutError) {
      this.tellTimeout("send");
      this.endByTime("send");
    } else if (error !== undefined || reset) {
      const cause = error ?? new Error("the peer reset the connection");
      this.ending = { call: "error", error: cause };
      this.stop({ shutdown: cause });
    } else {
      this.ending = { call: "closed" };
      this.stop("normal");
    }
  }

  /** @internal */
  endByTime(which: TimeoutKind): void {
    this.ending = { call: "timeout", which };
    this.stop({ shutdown: `${which.replace("_", " ")} timeout` });
  }

  /** @internal Nothing more is read from who stays once it was told of the end, so its silence isn't counted; its break is noticed. */
  stays(): void {
    this.pause();
    this.socket.watchForEnd();
  }

  // Times

  get readTimeoutMs(): number {
    return this.#times.readOnceMs ?? this.#times.readMs;
  }

  setReadTimeout(ms: number, lasts: "always" | "once" = "always"): void {
    expectMilliseconds("readTimeoutMs", ms);
    expectLasting("lasts", lasts);
    this.#times = { ...this.#times, [lasts === "once" ? "readOnceMs" : "readMs"]: ms };
    this.#isReady();
    if (this.phase === "open") this.armCheck();
  }

  /** @internal What time has run out, if any. */
  timedOut(): TimeoutKind | undefined {
    const { firstPacketUntilMs, lifeUntilMs } = this.#times;
    const nowMs = this.now();
    if (nowMs >= lifeUntilMs) return "life";
    if (!this.heard && nowMs >= firstPacketUntilMs) return "first_packet";
    if (nowMs < this.#silentSinceMs + this.readTimeoutMs) return undefined;
    this.#endReadOnce();
    this.#isReady();
    return "read";
  }

  /** @internal One timer for all of its times: at the first that may run out, it looks. */
  armCheck(): void {
    if (this.#check !== undefined) this.cancel(this.#check);
    const untilMs = Math.min(this.#silentSinceMs + this.readTimeoutMs, this.#untilMs);
    this.#check = untilMs === Infinity ? undefined : this.after(nextCheck(untilMs - this.now()), CHECK_TIMES);
  }

  /** Till when it may live, or may be without a packet. */
  get #untilMs(): number {
    const { firstPacketUntilMs, lifeUntilMs } = this.#times;
    return this.heard ? lifeUntilMs : Math.min(lifeUntilMs, firstPacketUntilMs);
  }

  #hears(): void {
    this.heard = true;
    if (this.#times.readOnceMs !== undefined) this.#endReadOnce();
  }

  #endReadOnce(): void {
    this.#times = { ...this.#times, readOnceMs: undefined };
  }

  #isReady(): void {
    this.#readyAtMs = Math.floor(this.now());
  }

  /** Since when it is the peer's turn: neither a slow handler nor a pause of ours is the peer's silence. */
  get #silentSinceMs(): number {
    return this.#paused ? this.now() : Math.max(this.#readyAtMs, this.socket.lastReadAt);
  }

  // The socket's verbs

  send(data: Sendable): SendResult {
    const socket = this.ownSocket ?? this.socket;
    const result = socket.send(data);
    if (result === "full" && socket.settings.whenFull === "close")
      this.stop({ shutdown: "the peer doesn't read" });
    return result;
  }

  close(): void {
    this.stop("normal");
  }

  abort(): void {
    this.socket.abort();
    this.stop("normal");
  }

  override stop(reason?: ExitReason): void {
    this.isStopping = true;
    super.stop(reason);
  }

  async secure(
    options: TlsOptions | undefined = this.#listenersTls,
    limits?: SecureOptions,
  ): Promise<TlsInfo | "failed"> {
    if (options === undefined) throw new Error("expected the listener's option tls to be given, got: none");
    try {
      return await this.socket.secure(options, limits);
    } catch (error) {
      if (!(error instanceof TlsError)) throw error;
      this.tellHandshakeFailed("tls", error.code);
      this.ending = { call: "error", error };
      this.stop({ shutdown: error });
      return "failed";
    }
  }

  transfer(to: Ref): TransferResult {
    const { socket } = this;
    expectAddress("the new owner", to);
    if (this.isSelf(to)) return transfer(this, socket, to);
    // Before the packets that wait, if it will be handed over: nobody else tells the new owner of its socket.
    if (socket.owner === this && !socket.isForsaken) this.inform(to, SocketInfo, { type: "handed", socket });
    const result = transfer(this, socket, to);
    if (result !== "transferred") return result;
    // Between packets it is only for this handler's sake that none is asked for.
    const isBetween = this.#mode === true || (this.#mode === "once" && (this.#handling || this.#due));
    if (isBetween && !this.#paused) socket.setActive(this.#mode);
    this.toldOfEnd = true;
    this.stop("normal");
    return result;
  }

  /** @internal */
  override release(reason: ExitReason): void {
    super.release(reason);
    this.#place?.release(reason);
  }

  uncount(): void {
    this.#place?.uncount();
  }

  // What the listener and its events are told

  /** @internal Told in `init`, it is done when that is. */
  beginToDrain(): void {
    if (this.phase === "handshake" || this.socket.isSecuring) this.socket.abort();
    else if (this.phase === "open") this.socket.stopReading();
  }

  /** @internal */
  tellTimeout(which: TimeoutKind): void {
    const { remote } = this.socket;
    tell(this, { type: "net:connection_timeout", ref: this.self as LabelledRef, remote, which });
  }

  /** @internal */
  tellHandshakeFailed(step: "proxy_header" | "tls", why: string): void {
    const { remote } = this.socket;
    tell(this, { type: "net:handshake_failed", ref: this.self as LabelledRef, remote, step, why });
  }
}
