/** The address of a page that takes a secret. Pure. */

import type { FastifyRequest } from "fastify";
import type { Config } from "../config.ts";
import { isSecure } from "./security.ts";

/** What follows `#` stays in the browser: no server's log and no `Referer` has it. */
export function toSecretLink(
  { headers }: Pick<FastifyRequest, "headers">,
  config: Pick<Config, "publicUrl" | "tlsCert">,
  path: "/invite" | "/reset-password",
  secret: string,
): string {
  const scheme = isSecure(headers.host, config) ? "https" : "http";
  return `${config.publicUrl?.origin ?? `${scheme}://${headers.host}`}${path}#${secret}`;
}
