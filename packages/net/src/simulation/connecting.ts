/** A connection being made: asked for, asked for again when nobody answers, refused, or given up in the end. */

import type { Endpoint } from "../network/network.ts";
import { networkError } from "./network-error.ts";
import type { Agenda } from "./agenda.ts";
import type { Link } from "./link.ts";
import type { SimulatedStream } from "./simulated-stream.ts";

/** After how long the kernel asks for the first time again; each time twice as long (RFC 6298). */
export const FIRST_RETRY_MS = 1_000;
/** When the kernel gives up (tcp(7), tcp_syn_retries of 6). */
export const CONNECT_GIVE_UP_MS = 127_000;

/** What becomes of asking once. */
export type Answer = Link | "refused" | "silence";

export interface ConnectRequest {
  readonly to: Endpoint;
  readonly timeoutMs: number;
  /** Arrives there, after its time on the way. */
  readonly ask: () => Answer;
  /** How long asking, or a refusal, is on its way. */
  readonly delayMs: () => number;
  readonly connected: (stream: SimulatedStream, link: Link) => void;
  readonly failed: (error: Error) => void;
}

export class Connecting {
  readonly #agenda: Agenda;
  readonly #request: ConnectRequest;
  readonly #cancelTimeout: () => void;
  #retryMs = FIRST_RETRY_MS;
  #link: Link | undefined;
  #over = false;

  constructor(agenda: Agenda, request: ConnectRequest) {
    this.#agenda = agenda;
    this.#request = request;
    const timeoutMs = Math.min(request.timeoutMs, CONNECT_GIVE_UP_MS);
    this.#cancelTimeout = agenda.after(timeoutMs, () => this.#fail("ETIMEDOUT", "nobody has answered"));
    this.#ask();
  }

  /** Nobody wants it any more. */
  abandon(): void {
    if (this.#over) return;
    this.#over = true;
    this.#cancelTimeout();
    this.#link?.client.destroy();
  }

  #ask(): void {
    this.#agenda.after(this.#request.delayMs(), () => {
      if (!this.#over) this.#answered(this.#request.ask());
    });
  }

  #answered(answer: Answer): void {
    if (answer === "silence") {
      this.#agenda.after(this.#retryMs, () => this.#ask());
      this.#retryMs *= 2;
    } else if (answer === "refused") {
      this.#agenda.after(this.#request.delayMs(), () => this.#refused());
    } else {
      this.#link = answer;
      answer.accepted = () => this.#connected(answer);
    }
  }

  #connected(link: Link): void {
    if (this.#over) return;
    this.#over = true;
    this.#cancelTimeout();
    this.#request.connected(link.client, link);
  }

  #refused(): void {
    if (this.#request.to.path === undefined) this.#fail("ECONNREFUSED", "nobody listens there");
    else this.#fail("ENOENT", "nobody listens there");
  }

  #fail(code: string, why: string): void {
    if (this.#over) return;
    this.abandon();
    this.#request.failed(networkError(code, why));
  }
}
