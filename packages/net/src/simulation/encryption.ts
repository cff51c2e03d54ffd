/** What lies between a stream's bytes and its program's once it is secured: a handshake, then records. */

import { TlsError } from "../errors.ts";
import type { Endpoint } from "../network/network.ts";
import type { TlsInfo, TlsOptions } from "../network/tls.ts";
import { Handshake } from "./handshake.ts";
import { Records } from "./records.ts";

const NOTHING = Buffer.alloc(0);

export interface EncryptedStream {
  readonly remote: Endpoint;
  /** Sends it as it is. */
  send(bytes: Uint8Array): void;
  destroy(): void;
}

export class Encryption {
  /** What was agreed on. Fails with a `TlsError`; the stream is destroyed then. */
  readonly info: Promise<TlsInfo>;
  readonly #handshake: Handshake;
  readonly #records = new Records();
  #isShaking = true;
  /** Records that came together with the last of the handshake. */
  #rest: Buffer = NOTHING;

  constructor(options: TlsOptions, stream: EncryptedStream) {
    let agree = (_info: TlsInfo): void => {};
    let fail = (_error: TlsError): void => {};
    this.info = new Promise((resolve, reject) => {
      agree = resolve;
      fail = reject;
    });
    this.#handshake = new Handshake(options, {
      send: (bytes) => stream.send(bytes),
      agreed: (info, rest) => {
        this.#isShaking = false;
        this.#rest = rest;
        agree(info);
      },
      failed: (error) => {
        this.#isShaking = false;
        stream.destroy();
        fail(new TlsError(stream.remote, error));
      },
    });
  }

  /** @param held what was read before, which is part of the handshake. */
  begin(held: readonly Buffer[]): void {
    this.#handshake.begin();
    for (const chunk of held) this.#handshake.push(chunk);
  }

  get isShaking(): boolean {
    return this.#isShaking;
  }

  /** Whether `open` has something to say without more bytes. */
  get hasRest(): boolean {
    return this.#rest.length > 0;
  }

  /** What it says to the program: nothing, while hands are shaken. `undefined` when it isn't encrypted. */
  open(chunk: Buffer): Buffer | undefined {
    if (!this.#isShaking) {
      const rest = this.#rest;
      this.#rest = NOTHING;
      return this.#records.open(rest.length === 0 ? chunk : Buffer.concat([rest, chunk]));
    }
    this.#handshake.push(chunk);
    return NOTHING;
  }

  seal(chunks: readonly Uint8Array[]): readonly Uint8Array[] {
    return this.#records.seal(chunks);
  }

  /** The connection has ended; a handshake that isn't over fails. */
  ended(): void {
    this.#handshake.ended();
  }
}
