/** A device at the other end of a simulated connection: what it says, what it is told, when it breaks. */

import type { SimulatedPeer } from "@wheelhouse/net/simulation";

export class SimulatedDevice {
  readonly #peer: SimulatedPeer;

  constructor(peer: SimulatedPeer) {
    this.#peer = peer;
  }

  /** Whether the server has ended the connection. */
  get isClosed(): boolean {
    return this.#peer.isEnded || this.#peer.isClosed;
  }

  /** Whether the server has read all that was sent. */
  get isRead(): boolean {
    return this.#peer.unreadBytes === 0;
  }

  /** Sends lines in one chunk; the line feeds are added. */
  send(...lines: readonly string[]): void {
    this.write(lines.map((line) => `${line}\n`).join(""));
  }

  /** Sends one chunk as it is. */
  write(text: string): void {
    this.#peer.send(text);
  }

  /** Sends no more, and still reads. */
  end(): void {
    this.#peer.stayHalfOpen();
    this.#peer.end();
  }

  /** The connection breaks. */
  cut(): void {
    this.#peer.reset();
  }

  /** What the server has said since this was asked last, without line feeds. */
  take(): readonly string[] {
    return this.#peer.takeLines();
  }
}
