/** What our server's connections do, by name. */

import { defineConnection, type ConnectionHandler } from "@wheelhouse/net";

const Echo = defineConnection({
  name: "Echo",
  data(ctx, line) {
    ctx.send(line);
  },
});

/** Echoes, and lets a line over the limit pass by. */
const Skipping = defineConnection({
  name: "Skipping",
  data(ctx, line) {
    ctx.send(line);
  },
  overlong() {},
});

/** Sent at once by a pushing connection, and how often. */
const PUSHED = Buffer.from(`${"x".repeat(16_383)}\n`);
const PUSH_EVERY_MS = 2;
/** What a peer asks for to be pushed to, whether it reads or not. */
const ASKED_FOR = "push\n";

interface PushingProtocol {
  casts: { push(): void };
}

/** Echoes; a peer that asks for it is sent more and more instead, whatever it reads. */
const Pushing = defineConnection<PushingProtocol>({
  name: "Pushing",
  data(ctx, line) {
    if (line.equals(Buffer.from(ASKED_FOR))) ctx.cast(ctx.self, "push");
    else ctx.send(line);
  },
  casts: {
    push(ctx) {
      if (ctx.send(PUSHED) === "sent") ctx.after(PUSH_EVERY_MS, "push");
    },
  },
});

export type HandlerName = "echo" | "skipping" | "pushing";

export const HANDLERS: Readonly<Record<HandlerName, ConnectionHandler>> = {
  echo: Echo.with(),
  skipping: Skipping.with(),
  pushing: Pushing.with(),
};
