/** What comes before a connection's own packets: a proxy's header, and the encryption. One time for both. */

import {
  ProxyHeaderParser,
  MAX_V1_BYTES,
  V2_PREFIX_BYTES,
  v2RestBytes,
  type ProxyHeader,
} from "./proxy-header.ts";
import type { ConnectionSettings } from "./connection.ts";
import type { ConnectionPlace } from "./place.ts";
import type { SocketContext } from "./socket-context.ts";

/** False when it failed: the process ends then. */
export async function shakeHands(
  ctx: SocketContext,
  settings: ConnectionSettings,
  place: ConnectionPlace,
): Promise<boolean> {
  const deadline = ctx.now() + settings.handshakeTimeoutMs;
  if (place.proxied && !(await hearProxy(ctx, settings, place, deadline))) return false;
  if (settings.tls === undefined || !settings.tlsAtOnce) return true;
  const timeoutMs = Math.max(1, deadline - ctx.now());
  const secured = await ctx.secure(settings.tls, { timeoutMs });
  return secured !== "failed";
}

async function hearProxy(
  ctx: SocketContext,
  { socket: options }: ConnectionSettings,
  place: ConnectionPlace,
  deadline: number,
): Promise<boolean> {
  // A header of version 1 is read as a line, with a limit of its own.
  const { maxPacketBytes } = ctx.socket.settings;
  const header = await new HeaderReader(ctx, deadline).read();
  if (typeof header === "string") return fail(ctx, header);
  ctx.proxied = header;
  const refusal = place.comesFrom(header.source?.host ?? "");
  if (refusal !== undefined) return fail(ctx, refusal);
  ctx.socket.setOptions({ packet: options.packet ?? "raw", maxPacketBytes });
  return true;
}

function fail(ctx: SocketContext, why: string): false {
  ctx.tellHandshakeFailed("proxy_header", why);
  ctx.stop({ shutdown: `proxy header: ${why}` });
  return false;
}

/** Reads exactly the header, and nothing of what comes after it. Its length is known by its kind, or told in it. */
class HeaderReader {
  readonly #ctx: SocketContext;
  readonly #deadline: number;
  readonly #parser = new ProxyHeaderParser();

  constructor(ctx: SocketContext, deadline: number) {
    this.#ctx = ctx;
    this.#deadline = deadline;
  }

  async read(): Promise<ProxyHeader | string> {
    const first = await this.#receive(1);
    if (typeof first === "string") return first;
    this.#parser.push(first);
    return first[0] === 13 ? this.#readV2(first) : this.#readV1();
  }

  async #readV1(): Promise<ProxyHeader | string> {
    this.#ctx.socket.setOptions({ packet: "line", maxPacketBytes: MAX_V1_BYTES - 1 });
    const line = await this.#receive(0);
    return typeof line === "string" ? line : this.#parse(line);
  }

  async #readV2(first: Buffer): Promise<ProxyHeader | string> {
    const more = await this.#receive(V2_PREFIX_BYTES - first.length);
    if (typeof more === "string") return more;
    // The beginning is looked at before so many bytes are waited for as it says.
    const early = this.#parser.push(more);
    if (early.type !== "more") return early.type === "header" ? early.header : early.why;
    const rest = await this.#receive(v2RestBytes(Buffer.concat([first, more])));
    return typeof rest === "string" ? rest : this.#parse(rest);
  }

  #parse(bytes: Buffer): ProxyHeader | string {
    const parsed = this.#parser.push(bytes);
    if (parsed.type === "header") return parsed.header;
    return parsed.type === "malformed" ? parsed.why : "cut off";
  }

  #receive(bytes: number): Promise<Buffer | string> {
    return this.#ctx.socket.recv(bytes, Math.max(1, this.#deadline - this.#ctx.now()));
  }
}
