/** Accounts, sessions and device keys over HTTP. */

import { ApiError } from "@wheelhouse/api";
import type { Verbs } from "@wheelhouse/actors";
import type { DeviceKeyRecord } from "@wheelhouse/storage";
import type { FastifyReply, FastifyRequest } from "fastify";
import { hashPassword, isRightPassword } from "../../accounts/passwords.ts";
import { randomDeviceKey, randomId } from "../../accounts/secrets.ts";
import { oneAtATime } from "../../accounts/one-at-a-time.ts";
import { SESSION_MS, beginSession, endSession, type Visitor } from "../../accounts/sessions.ts";
import type { Config } from "../../config.ts";
import { RevokedTopic } from "../../devices/protocol.ts";
import { DeviceListener } from "../../devices/device-listener.ts";
import { Store } from "../../store/store.ts";
import { isLoopback, sessionCookie } from "../security.ts";
import type { Handlers } from "../serve.ts";

type AccountRoutes =
  | "installation"
  | "register"
  | "logIn"
  | "logOut"
  | "me"
  | "deviceKeys"
  | "createDeviceKey"
  | "revokeDeviceKey";

export function accountHandlers(ctx: Verbs, config: Pick<Config, "publicUrl">): Handlers<AccountRoutes> {
  function setCookie({ headers }: FastifyRequest, reply: FastifyReply, token: string): void {
    const { name, secure } = sessionCookie(headers.host, config);
    reply.setCookie(name, token, {
      httpOnly: true,
      sameSite: "lax",
      secure,
      path: "/",
      maxAge: SESSION_MS / 1000,
    });
  }

  return {
    async installation() {
      const { local } = await ctx.call(DeviceListener, "info");
      return [200, { fresh: (await ctx.call(Store, "countUsers")) === 0, devicePort: local.port }];
    },

    // Between the look whether an account is the first and storing it, no other may come.
    register: oneAtATime(async ({ body, request, reply }) => {
      const fresh = (await ctx.call(Store, "countUsers")) === 0;
      if (!fresh) throw new ApiError("registration_closed", "accounts come by invitation here");
      if (!isLoopback(request.socket.remoteAddress)) {
        throw new ApiError("registration_closed", "the first account is made on the server's own machine");
      }
      const createdAt = ctx.wallClock();
      const user = {
        id: randomId(),
        email: body.email,
        passwordHash: await hashPassword(body.password),
        createdAt,
      };
      const project = { id: randomId(), name: body.project ?? "My game", createdAt };
      const key = newKey(project.id, "first key", createdAt);
      if ((await ctx.call(Store, "register", user, project, key)) === "exists") {
        throw new ApiError("registration_closed", "accounts come by invitation here");
      }
      setCookie(request, reply, await beginSession(ctx, user.id));
      const { id, email } = user;
      return [
        201,
        {
          user: { id, email },
          project: { id: project.id, name: project.name, role: "owner" },
          deviceKey: key.key,
        },
      ];
    }),

    async logIn({ body, request, reply }) {
      const user = await ctx.call(Store, "userByEmail", body.email);
      const right = await isRightPassword(body.password, user?.passwordHash);
      if (user === undefined || !right)
        throw new ApiError("wrong_credentials", "e-mail address or password is wrong");
      setCookie(request, reply, await beginSession(ctx, user.id));
      return [201, { user: { id: user.id, email: user.email } }];
    },

    async logOut({ request, reply }) {
      const { name, secure } = sessionCookie(request.headers.host, config);
      await endSession(ctx, request.cookies[name] ?? "");
      reply.clearCookie(name, { path: "/", secure });
      return [204, null];
    },

    async me({ visitor }) {
      const { user, memberships } = visitor as Visitor;
      const projects = memberships.map(({ project, role }) => ({ id: project.id, name: project.name, role }));
      return [200, { user, projects }];
    },

    async deviceKeys({ params }) {
      const keys = await ctx.call(Store, "deviceKeys", params.project);
      return [200, { deviceKeys: keys.map(toDeviceKey) }];
    },

    async createDeviceKey({ params, body }) {
      const key = newKey(params.project, body.name, ctx.wallClock());
      await ctx.call(Store, "addDeviceKey", key);
      return [201, toDeviceKey(key)];
    },

    async revokeDeviceKey({ params }) {
      const revoked = await ctx.call(Store, "revokeDeviceKey", params.project, params.id, ctx.wallClock());
      if (revoked === undefined) throw new ApiError("not_found", "no such device key");
      ctx.broadcast(RevokedTopic.of(revoked.id), undefined);
      return [204, null];
    },
  };
}

function newKey(project: string, name: string, createdAt: number): DeviceKeyRecord {
  return { id: randomId(), project, key: randomDeviceKey(), name, createdAt, revokedAt: null };
}

function toDeviceKey({ id, name, key, createdAt, revokedAt }: DeviceKeyRecord) {
  return { id, name, key, createdAt, revokedAt };
}
