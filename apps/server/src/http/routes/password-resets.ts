/** Lost passwords over HTTP. */

import { ApiError } from "@wheelhouse/api";
import type { Verbs } from "@wheelhouse/actors";
import type { UserRecord } from "@wheelhouse/storage";
import {
  addPasswordReset,
  completePasswordReset,
  findPasswordReset,
} from "../../accounts/password-resets.ts";
import { Store } from "../../store/store.ts";
import type { Parts } from "../parts.ts";
import { toSecretLink } from "../secret-link.ts";
import type { Handlers } from "../serve.ts";
import { checkNewPassword, enter, expectAllowed } from "./accounts.ts";

type PasswordResetRoutes = "createPasswordReset" | "readPasswordReset" | "resetPassword";

export function passwordResetHandlers(ctx: Verbs, parts: Parts): Handlers<PasswordResetRoutes> {
  const { config, passwords, logInLimits, addressOf } = parts;

  async function find(secret: string): Promise<UserRecord> {
    const user = await findPasswordReset(ctx, secret);
    if (user === undefined) throw unknownReset();
    return user;
  }

  return {
    async createPasswordReset({ body, request }) {
      const user = await ctx.call(Store, "userByEmail", body.email);
      if (user === undefined)
        throw new ApiError("not_found", "no account has this address", { field: "email" });
      const { secret, expiresAt } = await addPasswordReset(ctx, user.id, body.expiresInMs);
      const link = toSecretLink(request, config, "/reset-password", secret);
      return [201, { email: user.email, expiresAt, link }];
    },

    readPasswordReset: async ({ body }) => [200, { email: (await find(body.reset)).email }],

    async resetPassword({ body, request, reply }) {
      const { id, email } = await find(body.reset);
      checkNewPassword(body.password, email);
      expectAllowed(await logInLimits.takeRegistration(addressOf(request)));
      const passwordHash = await passwords.hash(body.password);
      if ((await completePasswordReset(ctx, body.reset, passwordHash)) === "unknown") throw unknownReset();
      logInLimits.forget(email);
      await enter(ctx, parts, id, request, reply);
      return [200, { user: { id, email } }];
    },
  };
}

function unknownReset(): ApiError {
  return new ApiError("not_found", "this link is used up or over: ask for another");
}
