/**
 * The reading half of a socket: makes packets of what its stream brings, hands out as many as were asked for, and has
 * the peer wait while nobody asks. It is what the stream tells of everything.
 */

import { FramingError } from "../errors.ts";
import { wrong } from "../expectations.ts";
import { OVERLONG, type Frame, type Framer, type FramingFault } from "../framing/framer.ts";
import { isReset, type Stream, type StreamEvents } from "../network/network.ts";
import { Alarm } from "./alarm.ts";
import { PacketMessage, type ActiveMode, type ReceiveError, type SocketMessage } from "./messages.ts";
import { checkActive } from "./options.ts";
import type { Outgoing } from "./outgoing.ts";
import { PacketsEnd } from "./packets-end.ts";
import type { Socket } from "./socket.ts";

interface Receiver {
  /** 0 for the next packet. */
  readonly bytes: number;
  readonly resolve: (result: Buffer | ReceiveError) => void;
  /** Rings when it has waited long enough. */
  alarm: Alarm | undefined;
}

interface IncomingOptions {
  readonly stream: Stream;
  readonly outgoing: Outgoing;
  readonly active: ActiveMode;
  /** Milliseconds of the runtime's monotonic clock, whole ones. */
  readonly openedAt: number;
}

/** Chunks that may wait undelivered before the peer is made to wait. */
const HELD_CHUNKS = 1;
/** Packets that may wait in the owner's mailbox: with `active: true`, too, the peer has to wait for a slow owner. */
const MAX_UNTAKEN = 64;

export class Incoming implements StreamEvents {
  bytesRead = 0;
  packetsRead = 0;
  /** Whole milliseconds, which cost no memory of their own. */
  lastReadAt: number;
  readonly #socket: Socket;
  readonly #stream: Stream;
  readonly #outgoing: Outgoing;
  /** While it holds something; see {@link Framers}. */
  #framer: Framer | undefined = undefined;
  /** What told of the packet that was handed out last; no idle socket holds one. */
  #last: PacketMessage | undefined = undefined;
  #active: ActiveMode;
  #receiver: Receiver | undefined = undefined;
  #chunksHeld = 0;
  /** Packets that were told and whose turn hasn't come. */
  #untaken = 0;
  #reading = false;
  /** Nothing is handed out and nothing read while the stream is being encrypted. */
  #suspended = false;
  #end: PacketsEnd | undefined = undefined;

  constructor(socket: Socket, { stream, outgoing, active, openedAt }: IncomingOptions) {
    this.#socket = socket;
    this.#stream = stream;
    this.#outgoing = outgoing;
    this.#active = active;
    this.lastReadAt = openedAt;
  }

  // What is asked for

  get active(): ActiveMode {
    return this.#active;
  }

  setActive(mode: ActiveMode): void {
    checkActive(mode);
    if (typeof mode === "number") this.#addToCount(mode);
    else this.#active = mode;
    this.deliver();
  }

  /** As inet:setopts(3) has it: counts add up, and whoever ends at zero or below is passive and is told. */
  #addToCount(count: number): void {
    const left = (typeof this.#active === "number" ? this.#active : 0) + count;
    this.#active = left > 0 ? left : false;
    if (left <= 0) this.#socket.tell({ type: "passive", socket: this.#socket });
  }

  receive(bytes: number, timeoutMs: number): Promise<Buffer | ReceiveError> {
    this.#checkBytes(bytes);
    if (this.#active !== false || this.#receiver !== undefined) return Promise.resolve("active");
    return new Promise((resolve) => {
      this.#receiver = { bytes, resolve, alarm: undefined };
      this.deliver();
      if (this.#receiver === undefined || timeoutMs === Infinity) return;
      if (timeoutMs > 0) this.#receiver.alarm = this.#remind(timeoutMs);
      else this.#answer("timeout");
    });
  }

  #checkBytes(bytes: number): void {
    if (bytes === 0) return;
    const canTake = this.#toFramer().take !== undefined;
    if (canTake && Number.isSafeInteger(bytes) && bytes > 0) return;
    const right = canTake ? "a whole number from 0" : "0 where packets aren't raw";
    throw wrong("bytes", right, bytes);
  }

  #remind(timeoutMs: number): Alarm {
    const alarm = new Alarm(
      () => this.#socket.owner,
      () => this.#answer("timeout"),
    );
    alarm.set(timeoutMs);
    return alarm;
  }

  /** What isn't handed out yet is cut anew; amid a packet that is skipped nobody knows where. */
  reframe(): void {
    const rest = this.#takeFramed();
    if (rest === undefined) {
      this.#fail({ code: "malformed" });
      return;
    }
    this.#framer = undefined;
    for (const chunk of rest) this.#toFramer().push(chunk);
    this.deliver();
  }

  set maxPacketBytes(bytes: number) {
    if (this.#framer !== undefined) this.#framer.maxBytes = bytes;
  }

  #toFramer(): Framer {
    this.#framer ??= this.#socket.settings.framers.take();
    return this.#framer;
  }

  /** What was read and isn't handed out; `undefined` amid a packet that is skipped. */
  #takeFramed(): readonly Buffer[] | undefined {
    return this.#framer === undefined ? [] : this.#framer.takeRest();
  }

  // What the stream tells

  data(chunk: Buffer): void {
    this.#socket.owner.enter(this, chunk);
  }

  /** Within the event. */
  enter(chunk: Buffer): void {
    try {
      this.#hear(chunk);
    } catch (error) {
      this.#failWith(error);
    }
  }

  #hear(chunk: Buffer): void {
    this.lastReadAt = Math.floor(this.#socket.owner.now());
    this.bytesRead += chunk.length;
    if (this.#end?.discards === true) return;
    this.#toFramer().push(chunk);
    this.#chunksHeld += 1;
    this.deliver();
    // The chunk may be worked off within this burst, so the peer is stopped only when the next one comes on top.
    if (this.#chunksHeld > HELD_CHUNKS) this.#stopStream();
  }

  ended(): void {
    this.#endNow().byPeer = true;
    this.#deliverGuarded();
  }

  drained(): void {
    this.#outgoing.roomCame();
  }

  finished(): void {
    this.#socket.finished();
  }

  closed(error: Error | undefined): void {
    const end = this.#endNow();
    end.byPeer = true;
    end.error ??= error;
    this.#outgoing.streamClosed();
    this.#deliverGuarded();
  }

  /** No packet comes any more besides those that are held. */
  #endNow(): PacketsEnd {
    this.#end ??= new PacketsEnd();
    this.#end.isOver = true;
    return this.#end;
  }

  /** Where it is nobody's own doing that packets are handed out now. */
  #deliverGuarded(): void {
    try {
      this.deliver();
    } catch (error) {
      this.#failWith(error);
    }
  }

  /** A framing may be a program's own: a defect of it is its owner's, and not the network's that brought the bytes. */
  #failWith(error: unknown): void {
    this.#stopStream();
    this.#socket.failWith(error);
  }

  // Handing out

  /** Hands out as many packets as are asked for; reads on when none is left. */
  deliver(): void {
    while (this.#isAsked()) {
      const frame = this.#nextFrame();
      if (frame !== undefined) {
        this.#handOut(frame);
      } else if (this.#framer?.fault !== undefined && this.#end?.isFailed !== true) {
        this.#fail(this.#framer.fault);
      } else {
        this.#runDry();
        return;
      }
    }
  }

  /**
   * Puts the next packet that is held into the message that told of the one before, for an owner in `once` mode that goes on
   * without another message; `undefined` when there is none, `told` when a message says what is there instead.
   */
  takeHeld(message: PacketMessage): "taken" | "told" | undefined {
    if (this.#active !== false || this.#receiver !== undefined || this.#suspended) return undefined;
    const frame = this.#framer?.next();
    if (frame === undefined) return undefined;
    if (frame === OVERLONG) {
      this.#report("overlong", undefined);
      return "told";
    }
    this.packetsRead += 1;
    message.data = frame;
    return "taken";
  }

  /** What the data is a view into, if it is the packet that was handed out last. */
  memoryOf(data: unknown): ArrayBufferLike | undefined {
    return this.#last?.data === data ? this.#framer?.memory : undefined;
  }

  #isAsked(): boolean {
    if (this.#suspended) return false;
    return this.#receiver !== undefined || (this.#active !== false && this.#untaken < MAX_UNTAKEN);
  }

  /** The owner has got to a packet; when to all, more may come. */
  taken(): void {
    this.#untaken -= 1;
    if (this.#untaken === 0) this.#deliverGuarded();
  }

  #nextFrame(): Frame | undefined {
    const bytes = this.#receiver?.bytes ?? 0;
    return bytes === 0 ? this.#framer?.next() : this.#framer?.take?.(bytes);
  }

  #handOut(frame: Frame): void {
    if (frame === OVERLONG) {
      this.#report("overlong", undefined);
      return;
    }
    this.packetsRead += 1;
    if (this.#receiver !== undefined) this.#answerPacket(frame);
    else this.#tellPacket(new PacketMessage(this.#socket, frame));
    this.#countDown();
  }

  /** What was told before isn't the framer's last any more. */
  #answerPacket(packet: Buffer): void {
    this.#last = undefined;
    this.#answer(packet);
  }

  /** Of `"once"` there is only one at a time anyway. */
  #tellPacket(message: PacketMessage): void {
    this.#last = message;
    if (this.#active === "once") {
      this.#socket.tell(message);
    } else {
      this.#untaken += 1;
      this.#socket.tellTracked(message, this);
    }
  }

  #report(type: "overlong" | "malformed", fault: FramingFault | undefined): void {
    if (this.#receiver !== undefined) this.#answer(type);
    else this.#socket.tell({ type, socket: this.#socket, fault } as SocketMessage);
    this.#countDown();
  }

  #countDown(): void {
    if (this.#active === "once") this.#active = false;
    else if (typeof this.#active === "number") this.#addToCount(-1);
  }

  #answer(result: Buffer | ReceiveError): void {
    const receiver = this.#receiver;
    this.#receiver = undefined;
    receiver?.alarm?.clear();
    receiver?.resolve(result);
  }

  /** Nobody knows any more where a packet begins. */
  #fail(fault: FramingFault): void {
    if (this.#end?.isFailed === true) return;
    const end = this.#endNow();
    end.isFailed = true;
    end.error = new FramingError(fault);
    this.#stopStream();
    this.#report(fault.code === "too_large" ? "overlong" : "malformed", fault);
  }

  #runDry(): void {
    this.#chunksHeld = 0;
    this.#last = undefined;
    this.#giveFramerBack();
    if (this.#end?.isOver === true) {
      this.#tellEnd(this.#end);
    } else if (!this.#reading) {
      this.#reading = true;
      this.#stream.resume();
    }
  }

  #giveFramerBack(): void {
    const framer = this.#framer;
    if (framer !== undefined && this.#socket.settings.framers.takeBack(framer)) this.#framer = undefined;
  }

  /** After all data; once to an owner who hears messages, as often as asked to one who receives: a reset only once. */
  #tellEnd(end: PacketsEnd): void {
    const { error, byUs: stopped, isTold } = end;
    const reset = isReset(error);
    if (this.#receiver !== undefined) this.#answer(reset && !isTold ? "reset" : "closed");
    else if (!isTold) this.#socket.tell({ type: "closed", socket: this.#socket, error, reset, stopped });
    end.isTold = true;
  }

  // Its end, and encryption

  /** Reads no more from the network; packets that are held already are still delivered, and then `closed`. */
  stop(): void {
    if (this.isEnded) return;
    this.#endNow().byUs = true;
    this.#stopStream();
    this.deliver();
  }

  /** Drops what is held and what still comes (shutdown(2), SHUT_RD); the end of the connection is noticed all the same. */
  discard(): void {
    if (this.isEnded) return;
    this.#endNow().discards = true;
    this.#framer = undefined;
    this.#stream.resume();
    this.deliver();
  }

  /** The owner has given the socket away: who still waits for a packet on its behalf gets none. */
  handOver(): void {
    this.#answer("closed");
  }

  /** The owner wants to hear no more; who waits for a packet is told so. A framing of its own isn't asked for anything. */
  forsake(): void {
    this.#framer = undefined;
    this.#endNow().isTold = true;
    this.#suspended = false;
    this.#active = false;
    this.#answer("closed");
  }

  get isEnded(): boolean {
    return this.#end?.isOver === true;
  }

  /** Whether it was this side that ended it. */
  get isStopped(): boolean {
    return this.#end?.byUs === true;
  }

  /** Why it ended, where it wasn't orderly. */
  get error(): Error | undefined {
    return this.#end?.error;
  }

  /** After a stop: drops what still comes, and tells of the peer's end after all. */
  watchForEnd(): void {
    const end = this.#end;
    if (end?.byUs !== true) return;
    end.isOver = end.byPeer;
    end.byUs = end.isTold = false;
    end.discards = true;
    this.#active = "once";
    this.#reading = false;
    this.deliver();
  }

  get isSuspended(): boolean {
    return this.#suspended;
  }

  suspend(): void {
    this.#suspended = true;
    this.#stopStream();
  }

  /** What was read and the owner hasn't got to; `undefined` amid a packet that is skipped. */
  takeRest(): readonly Buffer[] | undefined {
    const rest = this.#takeFramed();
    return rest === undefined ? undefined : [...this.#socket.takeBackPackets(), ...rest];
  }

  /** Goes on with what the stream brings from here on. */
  goOn(): void {
    this.#suspended = false;
    this.#framer = undefined;
    this.deliver();
  }

  #stopStream(): void {
    if (!this.#reading) return;
    this.#reading = false;
    this.#stream.pause();
  }
}
