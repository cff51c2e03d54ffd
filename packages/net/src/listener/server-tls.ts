/** A listener's certificate and key, as each of its connections is given them. */

import { isDeepStrictEqual } from "node:util";
import { prepareServer } from "../network/tls-contexts.ts";
import type { TlsServerOptions } from "../network/tls.ts";
import type { ListenerOptions } from "./options.ts";

const known = new WeakMap<object, TlsServerOptions>();

/**
 * The same object for the same options, however often others are changed: sessions hold only where they began. It is a
 * copy, so that it stays what was checked, and options that somebody has written new certificates into are new ones.
 *
 * @throws RangeError that names a certificate or key that can't be used.
 */
export function toServerTls(tls: NonNullable<ListenerOptions["tls"]>): TlsServerOptions {
  const before = known.get(tls);
  const copy: TlsServerOptions = structuredClone({ ...tls, role: "server" });
  if (isDeepStrictEqual(before, copy)) return before as TlsServerOptions;
  prepareServer("tls", copy);
  known.set(tls, copy);
  return copy;
}
