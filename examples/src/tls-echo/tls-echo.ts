/** TLS echo: lines come back as they are, encrypted from the first byte or from `STARTTLS` on. */

import { defineSupervisor, processName } from "@wheelhouse/actors";
import {
  Listener,
  defineConnection,
  formatEndpoint,
  type ConnectionContext,
  type ListenerProtocol,
  type TlsServerOptions,
} from "@wheelhouse/net";

import { isProblem, type ListenArguments } from "../arguments.ts";
import { listenerProgram, netcat, serve, type Server } from "../serve.ts";
import { readIdentity } from "./identity.ts";

export interface TlsEchoArguments extends ListenArguments {
  readonly tls: TlsServerOptions;
  readonly fromTheFirstByte: boolean;
}

type TlsEchoContext = ConnectionContext<{}, TlsServerOptions>;

const TlsEcho = defineConnection<{}, TlsServerOptions, TlsServerOptions>({
  name: "TlsEcho",
  init: (_, tls) => tls,
  data(ctx, line) {
    if (ctx.tls === undefined && line.toString().trimEnd() === "STARTTLS") return upgrade(ctx);
    ctx.send(line);
  },
  // A crash report may be read by many, so it shows no key.
  format: () => "certificate and key",
  formatArgs: (message, args) => (message === "init" ? ["certificate and key"] : args),
});

/** Whatever the peer sends before it has shaken hands is part of the handshake, so that nobody can slip in a line. */
async function upgrade(ctx: TlsEchoContext): Promise<void> {
  ctx.send("OK\n");
  await ctx.secure(ctx.state);
}

export const TlsEchoListener = processName<ListenerProtocol>("tls-echo");

export const TlsEchoApp = defineSupervisor<TlsEchoArguments>(
  "TlsEchoApp",
  ({ host, port, tls, fromTheFirstByte }) => ({
    children: [
      Listener.child(
        { host, port, packet: "line", handler: TlsEcho.with(tls), ...(fromTheFirstByte ? { tls } : {}) },
        { name: TlsEchoListener },
      ),
    ],
  }),
);

const SERVER: Server<TlsEchoArguments> = {
  name: "tls-echo",
  summary: "Lines come back as they are, encrypted from the first byte or from STARTTLS on.",
  listens: { port: 7443 },
  options: { tls: { type: "boolean" }, cert: { type: "string" }, key: { type: "string" } },
  help: `  --cert FILE   the certificate, PEM (required)
  --key FILE    its key, PEM (required)
  --tls         encrypt from the first byte, without waiting for STARTTLS
`,
  read(where, given) {
    const identity = readIdentity(given);
    if (isProblem(identity)) return identity;
    return { ...where, tls: { role: "server", ...identity }, fromTheFirstByte: given["tls"] === true };
  },
  program: listenerProgram(TlsEchoApp, TlsEchoListener),
  tryWith: (local, { fromTheFirstByte }) =>
    fromTheFirstByte ? `openssl s_client -quiet -connect ${formatEndpoint(local)}` : netcat(local),
};

export function run(args: readonly string[]): Promise<void> {
  return serve(SERVER, args);
}
