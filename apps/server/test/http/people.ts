/** Everybody who may ask something of a server, and some who may not: what the tables of access are tried with. */

import { KEEP_ALL } from "@wheelhouse/storage";
import { ROLES, type Role } from "@wheelhouse/api";
import { hashToken, randomApiToken, randomId } from "../../src/accounts/secrets.ts";
import { beginSession, endSession } from "../../src/accounts/sessions.ts";
import { SESSION_COOKIE } from "../../src/http/security.ts";
import type { RunningServer } from "../../src/server.ts";
import { Store } from "../../src/store/store.ts";

export interface Person {
  readonly name: string;
  /** What they send of who they are. */
  readonly headers: Readonly<Record<string, string>>;
  readonly by: "nobody" | "session" | "token";
  /** What they are in the project that is asked about. */
  readonly role: Role | undefined;
  readonly isAdmin: boolean;
}

/** All of them, over a project that the first account owns. */
export async function gatherPeople(
  { app: { runtime } }: RunningServer,
  project: string,
  admin: string,
): Promise<readonly Person[]> {
  const cookie = (secret: string) => ({ cookie: `${SESSION_COOKIE}=${secret}` });
  const bearer = (secret: string) => ({ authorization: `Bearer ${secret}` });
  const now = runtime.wallClock();

  async function addUser(): Promise<string> {
    const user = { id: randomId(), email: `${randomId()}@example.org`, passwordHash: "none", createdAt: now };
    const own = { id: randomId(), name: "Their own", createdAt: now, retention: KEEP_ALL };
    const key = {
      id: randomId(),
      project: own.id,
      key: randomId(),
      name: "k",
      createdAt: now,
      revokedAt: null,
    };
    await runtime.call(Store, "register", user, own, key);
    return user.id;
  }

  async function addMember(role: Role): Promise<string> {
    const user = await addUser();
    const tokenHash = randomId();
    const invitation = { tokenHash, id: randomId(), project, role, by: admin, createdAt: now };
    await runtime.call(Store, "addInvitation", { ...invitation, expiresAt: now + 60_000 });
    await runtime.call(Store, "acceptInvitation", tokenHash, user, now);
    return user;
  }

  async function token(user: string, limits: object = {}): Promise<string> {
    const secret = randomApiToken();
    await runtime.call(Store, "addToken", {
      tokenHash: hashToken(secret),
      id: randomId(),
      user,
      name: "t",
      role: null,
      project: null,
      createdAt: now,
      expiresAt: null,
      lastUsedAt: null,
      ...limits,
    });
    return secret;
  }

  async function endedSession(user: string): Promise<string> {
    const secret = await beginSession(runtime, user);
    await endSession(runtime, hashToken(secret));
    return secret;
  }

  async function revokedToken(user: string): Promise<string> {
    const secret = await token(user);
    const stored = await runtime.call(Store, "tokens", user);
    const record = stored.find(({ tokenHash }) => tokenHash === hashToken(secret));
    await runtime.call(Store, "removeToken", user, record?.id ?? "");
    return secret;
  }

  const stranger = await addUser();
  const members: Record<Role, string> = {
    viewer: await addMember("viewer"),
    editor: await addMember("editor"),
    owner: await addMember("owner"),
  };
  const left = await addMember("owner");
  const leftSession = await beginSession(runtime, left);
  const leftToken = await token(left);
  await runtime.call(Store, "removeMember", project, left);
  const nobody = (name: string, headers: Readonly<Record<string, string>>): Person => ({
    name,
    headers,
    by: "nobody",
    role: undefined,
    isAdmin: false,
  });
  const known = (
    name: string,
    headers: Readonly<Record<string, string>>,
    role?: Role,
    isAdmin = false,
  ): Person => ({ name, headers, by: "cookie" in headers ? "session" : "token", role, isAdmin });
  const others = await runtime.call(Store, "memberships", stranger);
  const otherProject = others[0]?.project.id ?? "";

  return [
    nobody("nobody", {}),
    nobody("a made-up session", cookie(randomId())),
    nobody("an empty session", cookie("")),
    nobody("a session's hash", cookie(hashToken(await beginSession(runtime, members.owner)))),
    nobody("an ended session of the owner", cookie(await endedSession(members.owner))),
    nobody("a made-up token", bearer(randomApiToken())),
    nobody("no token", bearer("")),
    nobody("a revoked token of the owner", bearer(await revokedToken(members.owner))),
    nobody("a token that ran out", bearer(await token(members.owner, { expiresAt: now - 1 }))),
    nobody("a session as a token", bearer(await beginSession(runtime, members.owner))),
    nobody("a token as a session", cookie(await token(members.owner))),
    nobody("a wrong token beside a right session", {
      ...cookie(await beginSession(runtime, members.owner)),
      ...bearer("wh_wrong"),
    }),
    known("a stranger", cookie(await beginSession(runtime, stranger))),
    known("a stranger's token", bearer(await token(stranger))),
    known("a member who was removed", cookie(leftSession)),
    known("a removed member's token", bearer(leftToken)),
    ...(await Promise.all(
      ROLES.map(async (role) =>
        known(`the ${role}`, cookie(await beginSession(runtime, members[role])), role),
      ),
    )),
    ...(await Promise.all(
      ROLES.map(async (role) => known(`the ${role}'s token`, bearer(await token(members[role])), role)),
    )),
    known("the owner's token for viewing", bearer(await token(members.owner, { role: "viewer" })), "viewer"),
    known("the owner's token for editing", bearer(await token(members.owner, { role: "editor" })), "editor"),
    known("the viewer's token for owning", bearer(await token(members.viewer, { role: "owner" })), "viewer"),
    known("the owner's token for this project", bearer(await token(members.owner, { project })), "owner"),
    known("the owner's token for another", bearer(await token(members.owner, { project: otherProject }))),
    known("the admin", cookie(await beginSession(runtime, admin)), "owner", true),
    known("the admin's token", bearer(await token(admin)), "owner", true),
    known("the admin's token for viewing", bearer(await token(admin, { role: "viewer" })), "viewer"),
  ];
}
