/** An invitation behind the secret of its link, if it still holds. */

import type { Verbs } from "@wheelhouse/actors";
import type { InvitationRecord, ProjectRecord, UserRecord } from "@wheelhouse/storage";
import { Store } from "../store/store.ts";
import { hashToken } from "./secrets.ts";

export interface ValidInvitation {
  readonly record: InvitationRecord;
  readonly by: UserRecord;
  /** `undefined` for one to the installation. */
  readonly project: ProjectRecord | undefined;
}

/** One that has expired, or whose maker doesn't own the project any more, holds no longer. */
export async function findInvitation(
  ctx: Pick<Verbs, "call" | "wallClock">,
  secret: string,
): Promise<ValidInvitation | undefined> {
  const record = await ctx.call(Store, "invitation", hashToken(secret));
  if (record === undefined || record.expiresAt <= ctx.wallClock()) return undefined;
  const by = await ctx.call(Store, "userById", record.by);
  if (by === undefined) return undefined;
  if (record.project === null) return { record, by, project: undefined };
  const memberships = await ctx.call(Store, "memberships", by.id);
  const owned = memberships.find(({ project, role }) => project.id === record.project && role === "owner");
  return owned === undefined ? undefined : { record, by, project: owned.project };
}
