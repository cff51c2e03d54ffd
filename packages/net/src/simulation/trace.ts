/** What a simulated network tells of itself: enough to see what happened, and that two runs were the same. */

export interface LinkEvent {
  /** Counted from 1 in the order of connections. */
  readonly link: number;
  readonly side: "client" | "server" | "both";
  /** `received data`, `received fin`, `cut`, `closed`, … */
  readonly what: string;
  readonly bytes: number;
}

export interface NetworkEvent extends LinkEvent {
  /** Virtual time. */
  readonly atMs: number;
}
