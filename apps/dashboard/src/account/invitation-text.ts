/** What an invitation is to, in a sentence. Pure. */

import type { Role } from "@wheelhouse/api";
import type { InvitationRead } from "./use-invitation.ts";

/** What a role lets one do, as it goes on after "and may" or stands beside a choice. */
export const ROLE_TEXT: Readonly<Record<Role, string>> = {
  viewer: "watch",
  editor: "watch and change values",
  owner: "do everything, also invite others",
};

export function toInvitationText({ project, role, by }: InvitationRead): string {
  if (project === null) return `${by} invites you to this Wheelhouse. You get a project of your own.`;
  const article = role === "viewer" ? "a" : "an";
  return `${by} invites you to “${project.name}” as ${article} ${role}: you can ${ROLE_TEXT[role]}.`;
}
