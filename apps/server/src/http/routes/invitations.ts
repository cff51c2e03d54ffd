/** Invitations over HTTP: into a project, or to the installation. */

import { ApiError, type Invitation, type Role } from "@wheelhouse/api";
import type { Verbs } from "@wheelhouse/actors";
import type { InvitationRecord } from "@wheelhouse/storage";
import type { FastifyRequest } from "fastify";
import { findInvitation, type ValidInvitation } from "../../accounts/invitations.ts";
import { hashToken, randomId, randomToken } from "../../accounts/secrets.ts";
import { RolesChangedTopic, type Visitor } from "../../accounts/visitor.ts";
import { Store } from "../../store/store.ts";
import type { Parts } from "../parts.ts";
import { toSecretLink } from "../secret-link.ts";
import type { Handlers } from "../serve.ts";
import { findProject, toDetails } from "./projects.ts";

type InvitationRoutes =
  | "invitations"
  | "createInvitation"
  | "revokeInvitation"
  | "openInvitations"
  | "createOpenInvitation"
  | "revokeOpenInvitation"
  | "readInvitation"
  | "acceptInvitation";

const MAX_OPEN = 100;

/** To an invitation that is made: where, as what, for how long. */
interface Wanted {
  readonly project: string | null;
  readonly role: Role;
  readonly expiresInMs: number;
}

export function invitationHandlers(ctx: Verbs, { config }: Parts): Handlers<InvitationRoutes> {
  async function list(project: string | null): Promise<Invitation[]> {
    const now = ctx.wallClock();
    const records = await ctx.call(Store, "invitations", project);
    return Promise.all(records.filter(({ expiresAt }) => expiresAt > now).map(toInvitation));
  }

  async function toInvitation({ id, role, by, createdAt, expiresAt }: InvitationRecord): Promise<Invitation> {
    return { id, role, by: await emailOf(by), createdAt, expiresAt };
  }

  async function emailOf(user: string): Promise<string> {
    return (await ctx.call(Store, "userById", user))?.email ?? "";
  }

  async function create(wanted: Wanted, visitor: Visitor, request: FastifyRequest) {
    const { project, role, expiresInMs } = wanted;
    if ((await list(project)).length >= MAX_OPEN)
      throw new ApiError("invalid", `expected at most ${MAX_OPEN} open invitations: take one back first`);
    const secret = randomToken();
    const createdAt = ctx.wallClock();
    const record = {
      tokenHash: hashToken(secret),
      id: randomId(),
      project,
      role,
      by: visitor.user.id,
      createdAt,
      expiresAt: createdAt + expiresInMs,
    };
    await ctx.call(Store, "addInvitation", record);
    return { ...(await toInvitation(record)), link: toSecretLink(request, config, "/invite", secret) };
  }

  async function remove(project: string | null, id: string): Promise<void> {
    if (!(await ctx.call(Store, "removeInvitation", project, id)))
      throw new ApiError("not_found", "no such invitation");
  }

  async function find(secret: string): Promise<ValidInvitation> {
    const found = await findInvitation(ctx, secret);
    if (found === undefined) throw unknownInvitation();
    return found;
  }

  return {
    invitations: async ({ params }) => [200, { invitations: await list(params.project) }],
    createInvitation: async ({ params, body, visitor, request }) => [
      201,
      await create({ ...body, project: params.project }, visitor, request),
    ],
    async revokeInvitation({ params }) {
      await remove(params.project, params.id);
      return [204, null];
    },

    openInvitations: async () => [200, { invitations: await list(null) }],
    createOpenInvitation: async ({ body, visitor, request }) => [
      201,
      await create({ ...body, project: null, role: "owner" }, visitor, request),
    ],
    async revokeOpenInvitation({ params }) {
      await remove(null, params.id);
      return [204, null];
    },

    async readInvitation({ body }) {
      const { record, project, by } = await find(body.invitation);
      const shown = project === undefined ? null : { name: project.name };
      return [200, { project: shown, role: record.role, by: by.email }];
    },

    async acceptInvitation({ body, visitor: { user } }) {
      const { record, project } = await find(body.invitation);
      if (project === undefined)
        throw new ApiError("exists", "this invitation is for somebody without an account; it holds still");
      const now = ctx.wallClock();
      const outcome = await ctx.call(Store, "acceptInvitation", record.tokenHash, user.id, now);
      if (outcome === "unknown") throw unknownInvitation();
      ctx.broadcast(RolesChangedTopic.of(user.id), undefined);
      const memberships = await ctx.call(Store, "memberships", user.id);
      return [200, toDetails(findProject(memberships, project.id))];
    },
  };
}

function unknownInvitation(): ApiError {
  return new ApiError("not_found", "this invitation is used up, over, or taken back");
}
