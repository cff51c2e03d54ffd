/** The span of time that `--since` and `--until` say. */

import type { Terminal } from "./terminal.ts";
import { readMoment } from "./times.ts";

export interface SpanOptions {
  readonly since?: string;
  readonly until?: string;
}

/** As the API has it; both ends are included. */
export interface Span {
  readonly from?: number;
  readonly to?: number;
}

export function readSpan(terminal: Terminal, { since, until }: SpanOptions): Span {
  const now = terminal.now();
  return {
    ...(since === undefined ? {} : { from: readMoment("--since", since, now) }),
    ...(until === undefined ? {} : { to: readMoment("--until", until, now) }),
  };
}
