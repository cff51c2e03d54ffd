/** Tokens over HTTP. */

import { ApiError } from "@wheelhouse/api";
import type { Verbs } from "@wheelhouse/actors";
import type { TokenRecord } from "@wheelhouse/storage";
import { hashToken, randomApiToken, randomId } from "../../accounts/secrets.ts";
import { CredentialEndedTopic, roleIn, type Visitor } from "../../accounts/visitor.ts";
import { Store } from "../../store/store.ts";
import type { Handlers } from "../serve.ts";

const MAX_TOKENS = 100;

export function tokenHandlers(ctx: Verbs): Handlers<"tokens" | "createToken" | "revokeToken"> {
  /** Those that the visitor may know of: a token that is limited knows only itself. */
  async function tokensOf({ user, isLimited, credential }: Visitor): Promise<readonly TokenRecord[]> {
    const tokens = await ctx.call(Store, "tokens", user.id);
    return isLimited ? tokens.filter(({ tokenHash }) => tokenHash === credential) : tokens;
  }

  return {
    async tokens({ visitor }) {
      return [200, { tokens: (await tokensOf(visitor)).map(toToken) }];
    },

    async createToken({ body, visitor }) {
      const { name, role = null, project = null, expiresAt = null } = body;
      const createdAt = ctx.wallClock();
      if (project !== null && roleIn(visitor, project) === undefined)
        throw new ApiError("not_found", "no such project", { field: "project" });
      if (expiresAt !== null && expiresAt <= createdAt)
        throw new ApiError("invalid", "expected expiresAt to be in the future", { field: "expiresAt" });
      if ((await ctx.call(Store, "tokens", visitor.user.id)).length >= MAX_TOKENS)
        throw new ApiError("invalid", `expected at most ${MAX_TOKENS} tokens: revoke one first`);
      const secret = randomApiToken();
      const record = {
        tokenHash: hashToken(secret),
        id: randomId(),
        user: visitor.user.id,
        name,
        role,
        project,
        createdAt,
        expiresAt,
        lastUsedAt: null,
      };
      await ctx.call(Store, "addToken", record);
      return [201, { ...toToken(record), token: secret }];
    },

    async revokeToken({ params, visitor }) {
      const seen = (await tokensOf(visitor)).some(({ id }) => id === params.id);
      const revoked = seen ? await ctx.call(Store, "removeToken", visitor.user.id, params.id) : undefined;
      if (revoked === undefined) throw new ApiError("not_found", "no such token");
      ctx.broadcast(CredentialEndedTopic.of(revoked.tokenHash), undefined);
      return [204, null];
    },
  };
}

function toToken({ id, name, role, project, createdAt, expiresAt, lastUsedAt }: TokenRecord) {
  return { id, name, role, project, createdAt, expiresAt, lastUsedAt };
}
