/** What the client needs of the world around it. `node-environment.ts` is the real one; tests bring their own. */

export interface Environment {
  /** Milliseconds since 1970. */
  now(): number;
  /** Milliseconds since some fixed moment; never jumps. */
  monotonicMs(): number;
  /** At least 0, less than 1. */
  random(): number;
  /** Runs `task` once the event loop's current turn is over. */
  defer(task: () => void): void;
  /** Runs `task` once, after `delayMs`; the result cancels it. */
  after(delayMs: number, task: () => void): () => void;
  /** Opens a connection. Nothing is reported before this returns. */
  open(address: Address, events: LinkEvents): Link;
}

export interface Address {
  readonly host: string;
  readonly port: number;
}

/** One connection, as the client uses it. None of its methods throws, whatever state it is in. */
export interface Link {
  write(text: string): void;
  /** Ends it after what was written has left. */
  end(): void;
  /** Cuts it now. */
  destroy(): void;
}

export interface LinkEvents {
  opened(): void;
  /** Decoded text, cut wherever the network cut it. */
  received(text: string): void;
  /** It is over, or never came to be; told once. `reason` is a short text when there was an error. */
  closed(reason?: string): void;
}
