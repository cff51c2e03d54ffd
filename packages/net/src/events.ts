/** What listeners tell the runtime's listeners, beside the runtime's own events. */

import type { Endpoint } from "./network/network.ts";

export type ConnectionEvent =
  | { readonly type: "net:connection_refused"; readonly remote: Endpoint; readonly why: "max_connections" }
  /** A listener has ended; `cut` connections hadn't by the deadline. */
  | { readonly type: "net:drained"; readonly connections: number; readonly cut: number };
