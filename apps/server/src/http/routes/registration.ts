/** Making an account: the first one, by invitation, or freely where the server says so. */

import { ApiError } from "@wheelhouse/api";
import type { Verbs } from "@wheelhouse/actors";
import { KEEP_ALL, type DeviceKeyRecord, type ProjectRecord, type UserRecord } from "@wheelhouse/storage";
import { findInvitation } from "../../accounts/invitations.ts";
import { oneAtATime } from "../../accounts/one-at-a-time.ts";
import { isSameSecret, randomId } from "../../accounts/secrets.ts";
import { Store } from "../../store/store.ts";
import { isFromHere } from "../client-address.ts";
import type { Parts } from "../parts.ts";
import type { Call, Handlers } from "../serve.ts";
import { checkNewPassword, enter, expectAllowed } from "./accounts.ts";
import { FIRST_KEY, newKey } from "./device-keys.ts";

type Registration = Call<"register">;

/** An account about to be made. */
interface Newcomer {
  readonly user: UserRecord;
  readonly project: ProjectRecord;
  readonly key: DeviceKeyRecord;
}

export function registrationHandlers(ctx: Verbs, parts: Parts): Handlers<"register"> {
  const { config, setupCode, passwords, logInLimits, addressOf } = parts;

  async function prepare({ body, request }: Registration): Promise<Newcomer> {
    checkNewPassword(body.password, body.email);
    expectAllowed(await logInLimits.takeRegistration(addressOf(request)));
    const createdAt = ctx.wallClock();
    const passwordHash = await passwords.hash(body.password);
    const project = { id: randomId(), name: body.project ?? "My game", createdAt, retention: KEEP_ALL };
    return {
      user: { id: randomId(), email: body.email, passwordHash, createdAt },
      project,
      key: newKey(project.id, FIRST_KEY, createdAt),
    };
  }

  async function welcome({ request, reply }: Registration, { user, project, key }: Newcomer) {
    await enter(ctx, parts, user.id, request, reply);
    const { id, name } = project;
    return [
      201,
      {
        user: { id: user.id, email: user.email },
        project: { id, name, role: "owner" as const },
        deviceKey: key.key,
      },
    ] as const;
  }

  async function checkCode({ body, request }: Registration): Promise<void> {
    if (isFromHere(request.socket.remoteAddress, request.headers)) return;
    if (body.code === undefined)
      throw new ApiError(
        "registration_closed",
        "the first account takes the code that the server printed at its start, or is made on the server's own machine",
        { field: "code" },
      );
    expectAllowed(await logInLimits.takeRegistration(addressOf(request)));
    if (!isSameSecret(body.code.trim().toUpperCase(), setupCode))
      throw new ApiError("registration_closed", "this isn't the code that the server printed", {
        field: "code",
      });
  }

  // Between the look whether an account is the first and storing it, no other may come.
  const registerFirst = oneAtATime(async (call: Registration) => {
    if ((await ctx.call(Store, "countUsers")) > 0) throw closed();
    await checkCode(call);
    const newcomer = await prepare(call);
    const { user, project, key } = newcomer;
    if ((await ctx.call(Store, "register", user, project, key)) === "exists") throw closed();
    return welcome(call, newcomer);
  });

  async function registerFreely(call: Registration) {
    const newcomer = await prepare(call);
    const { user, project, key } = newcomer;
    if ((await ctx.call(Store, "register", user, project, key)) === "exists")
      throw new ApiError("exists", "there is an account of this address already", { field: "email" });
    return welcome(call, newcomer);
  }

  async function registerInvited(call: Registration, secret: string) {
    const invitation = await findInvitation(ctx, secret);
    if (invitation === undefined) throw closed("invitation");
    const newcomer = await prepare(call);
    const { user, ...own } = newcomer;
    const outcome = await ctx.call(Store, "registerInvited", user, invitation.record.tokenHash, own);
    if (outcome === "exists" && config.openRegistration)
      throw new ApiError("exists", "there is an account of this address already: log in and join with that", {
        field: "email",
      });
    if (outcome !== "registered") throw closed("invitation");
    if (invitation.project === undefined) return welcome(call, newcomer);
    await enter(ctx, parts, user.id, call.request, call.reply);
    const { id, name } = invitation.project;
    return [
      201,
      {
        user: { id: user.id, email: user.email },
        project: { id, name, role: invitation.record.role },
        deviceKey: null,
      },
    ] as const;
  }

  return {
    async register(call) {
      const { invitation } = call.body;
      if (invitation !== undefined) return registerInvited(call, invitation);
      if ((await ctx.call(Store, "countUsers")) === 0) return registerFirst(call);
      if (!config.openRegistration) throw closed();
      return registerFreely(call);
    },
  };
}

function closed(field?: "invitation"): ApiError {
  return field === undefined
    ? new ApiError("registration_closed", "accounts come by invitation here")
    : new ApiError(
        "registration_closed",
        "this invitation doesn't make this account: it is used up or over, or you have an account and can log in",
        { field },
      );
}
