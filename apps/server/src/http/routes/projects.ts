/** Projects and their members over HTTP. */

import { ApiError, type Member, type ProjectDetails } from "@wheelhouse/api";
import type { Verbs } from "@wheelhouse/actors";
import { KEEP_ALL, type MemberOutcome, type MemberRecord, type Membership } from "@wheelhouse/storage";
import { randomId } from "../../accounts/secrets.ts";
import { RolesChangedTopic, roleIn, type Visitor } from "../../accounts/visitor.ts";
import { Store } from "../../store/store.ts";
import type { Handlers } from "../serve.ts";
import { FIRST_KEY, newKey } from "./device-keys.ts";

type ProjectRoutes =
  | "projects"
  | "createProject"
  | "changeProject"
  | "members"
  | "changeMember"
  | "removeMember";

export function projectHandlers(ctx: Verbs): Handlers<ProjectRoutes> {
  return {
    async projects({ visitor }) {
      return [200, { projects: visitor.memberships.map(toDetails) }];
    },

    async createProject({ body, visitor }) {
      if (visitor.isLimited) throw new ApiError("forbidden", "this token's rights are limited");
      const createdAt = ctx.wallClock();
      const project = { id: randomId(), name: body.name, createdAt, retention: KEEP_ALL };
      const key = newKey(project.id, FIRST_KEY, createdAt);
      await ctx.call(Store, "addProject", project, visitor.user.id, key);
      ctx.broadcast(RolesChangedTopic.of(visitor.user.id), undefined);
      return [201, { ...toDetails({ project, role: "owner" }), deviceKey: key.key }];
    },

    async changeProject({ params, body, visitor }) {
      if (body.name !== undefined) await ctx.call(Store, "renameProject", params.project, body.name);
      if (body.retention !== undefined) await ctx.call(Store, "setRetention", params.project, body.retention);
      const memberships = await ctx.call(Store, "memberships", visitor.user.id);
      return [200, toDetails(findProject(memberships, params.project, visitor))];
    },

    async members({ params }) {
      const members = await ctx.call(Store, "members", params.project);
      return [200, { members: members.map(toMember) }];
    },

    async changeMember({ params, body }) {
      const { project, user } = params;
      expectChanged(await ctx.call(Store, "setRole", project, user, body.role));
      ctx.broadcast(RolesChangedTopic.of(user), undefined);
      const member = (await ctx.call(Store, "members", project)).find((each) => each.user === user);
      if (member === undefined) throw new ApiError("not_found", "no such member");
      return [200, toMember(member)];
    },

    async removeMember({ params }) {
      const { project, user } = params;
      expectChanged(await ctx.call(Store, "removeMember", project, user));
      ctx.broadcast(RolesChangedTopic.of(user), undefined);
      return [204, null];
    },
  };
}

export function toDetails({ project, role }: Membership): ProjectDetails {
  const { id, name, createdAt, retention } = project;
  return { id, name, role, createdAt, retention: { ...retention } };
}

/** The project as it is stored now, with the role that counts for this visitor. */
export function findProject(
  memberships: readonly Membership[],
  id: string,
  visitor?: Pick<Visitor, "memberships">,
): Membership {
  const found = memberships.find(({ project }) => project.id === id);
  if (found === undefined) throw new ApiError("not_found", "no such project");
  return { ...found, role: (visitor && roleIn(visitor, id)) ?? found.role };
}

function toMember({ user, email, role }: MemberRecord): Member {
  return { id: user, email, role };
}

function expectChanged(outcome: MemberOutcome): void {
  if (outcome === "unknown") throw new ApiError("not_found", "no such member");
  if (outcome === "last_owner")
    throw new ApiError("last_owner", "a project needs an owner: make somebody else one first");
}
