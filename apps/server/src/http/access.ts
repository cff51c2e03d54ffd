/** Who may call which route. A route that is missing here doesn't compile. */

import type { Role, RouteName } from "@wheelhouse/api";

/** `anyone` needs no session, `account` any session, a role that role or more in the route's project. */
export type Access = "anyone" | "account" | Role;

export const ACCESS: Readonly<Record<RouteName, Access>> = {
  installation: "anyone",
  register: "anyone",
  logIn: "anyone",
  logOut: "account",
  me: "account",
  deviceKeys: "editor",
  createDeviceKey: "owner",
  revokeDeviceKey: "owner",
  devices: "viewer",
  device: "viewer",
  variables: "viewer",
  changeVariables: "editor",
  history: "viewer",
  writes: "viewer",
  logs: "viewer",
};
