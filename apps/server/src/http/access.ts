/** Who may call which route: decided by the route's own rule, before anything else of it is looked at. Pure. */

import { ApiError, mayActAs, type Access, type Route } from "@wheelhouse/api";
import { roleIn, type Visitor } from "../accounts/visitor.ts";

/**
 * Lets a visitor through or refuses.
 *
 * @throws ApiError
 */
export function checkAccess(
  route: Pick<Route, "access" | "selfAccess" | "notByToken">,
  visitor: Visitor | undefined,
  params: { readonly project?: string; readonly user?: string },
): void {
  const { notByToken } = route;
  const access = accessFor(route, visitor, params.user);
  if (access === "anyone") return;
  if (visitor === undefined) throw new ApiError("unauthenticated", "expected a session: log in first");
  if (notByToken === true && visitor.by === "token")
    throw new ApiError("forbidden", "expected a session: a token can't do this");
  if (access === "account") return;
  if (access === "admin") {
    if (!visitor.isAdmin) throw new ApiError("forbidden", "only the admin of this installation may do this");
    return;
  }
  const role = roleIn(visitor, params.project ?? "");
  // A project of others looks like one that isn't there.
  if (role === undefined) throw new ApiError("not_found", "no such project");
  if (!mayActAs(role, access))
    throw new ApiError("forbidden", `expected the role ${access} or more, got: ${role}`);
}

/** What members do to themselves may take less; but a token that is limited doesn't act for all of its maker. */
function accessFor(
  { access, selfAccess }: Pick<Route, "access" | "selfAccess">,
  visitor: Visitor | undefined,
  user: string | undefined,
): Access {
  const isSelf = visitor !== undefined && !visitor.isLimited && visitor.user.id === user;
  return selfAccess !== undefined && isSelf ? selfAccess : access;
}
