/** Which role is more. Pure. */

import type { RoleName } from "../ports.ts";

const RANKS: readonly RoleName[] = ["viewer", "editor", "owner"];

export function higherRole(role: RoleName, other: RoleName | undefined): RoleName {
  return other !== undefined && RANKS.indexOf(other) > RANKS.indexOf(role) ? other : role;
}
