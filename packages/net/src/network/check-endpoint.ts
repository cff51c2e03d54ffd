/** Whether something can be connected to, as far as that can be said without trying. Pure. */

import { expectOptions, socketPath, text, whole, type Checks } from "../expectations.ts";
import type { Endpoint } from "./network.ts";

const PORT_CHECKS: Checks<Endpoint> = {
  host: text("a name or an address"),
  port: whole(1, 65_535),
  path: socketPath("the path of a Unix socket"),
};

/** Beside a path the rest doesn't matter. */
const PATH_CHECKS: Checks<Endpoint> = { ...PORT_CHECKS, host: () => {}, port: () => {} };

/** @throws RangeError */
export function checkEndpoint(to: Endpoint): void {
  const { path }: Partial<Endpoint> = Object(to);
  if (path === undefined) expectOptions(to, PORT_CHECKS, { path: "endpoint", required: ["host", "port"] });
  else expectOptions(to, PATH_CHECKS, { path: "endpoint" });
}
