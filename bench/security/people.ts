/** Everybody who has no right to what they ask for, made over HTTP as people are: by invitations, tokens, log-outs. */

import type { Role } from "@wheelhouse/api";
import { api, type Registered, type Server } from "./server.ts";

export interface Intruder {
  readonly name: string;
  readonly headers: Readonly<Record<string, string>>;
  /** What they may be in the project that is attacked; the routes that this is enough for aren't tried. */
  readonly role: Role | undefined;
  /** Whether they have an account at all. */
  readonly isKnown: boolean;
}

interface Member {
  readonly cookie: string;
  readonly user: string;
}

export async function gatherIntruders(server: Server, owner: Registered): Promise<readonly Intruder[]> {
  const { project, cookie } = owner;
  const post = async <R>(path: string, body: object, as: string): Promise<R> => {
    const { status, text } = await server.ask(api(path), { method: "POST", body, headers: { cookie: as } });
    if (status >= 300) throw new Error(`expected ${path} to be granted, got: ${status} ${text}`);
    return (text === "" ? undefined : JSON.parse(text)) as R;
  };

  /** Somebody who registers with an invitation: into the project, or to one of their own. */
  async function invite(name: string, role: Role | undefined): Promise<Member> {
    const path = role === undefined ? "/invitations" : `/projects/${project.id}/invitations`;
    const { link } = await post<{ link: string }>(path, role === undefined ? {} : { role }, cookie);
    const { text, cookies } = await server.ask(api("/users"), {
      method: "POST",
      body: {
        email: `${name}@example.org`,
        password: "a violet anchor in july",
        invitation: link.split("#")[1],
      },
    });
    const { user } = JSON.parse(text) as { user: { id: string } };
    return { cookie: `wheelhouse_session=${cookies["wheelhouse_session"]}`, user: user.id };
  }

  const token = (as: string, limits: object = {}) =>
    post<{ id: string; token: string }>("/tokens", { name: "t", ...limits }, as);
  const bearer = (secret: string) => ({ authorization: `Bearer ${secret}` });
  const take = (path: string, as: string) =>
    server.ask(api(path), { method: "DELETE", headers: { cookie: as } });

  const stranger = await invite("stranger", undefined);
  const viewer = await invite("viewer", "viewer");
  const editor = await invite("editor", "editor");
  const left = await invite("left", "owner");
  const leftToken = await token(left.cookie);
  await take(`/projects/${project.id}/members/${left.user}`, cookie);
  const out = await invite("out", "owner");
  const outToken = await token(out.cookie);
  await take(`/tokens/${outToken.id}`, out.cookie);
  const short = await token(out.cookie, { expiresAt: Date.now() + 1_000 });
  await take("/session", out.cookie);
  const strangersProject = await post<{ id: string }>("/projects", { name: "Theirs" }, cookie);

  const person = (name: string, headers: Intruder["headers"], role?: Role, isKnown = true): Intruder => ({
    name,
    headers,
    role,
    isKnown,
  });
  return [
    person("nobody", {}, undefined, false),
    person("a made-up session", { cookie: "wheelhouse_session=made-up" }, undefined, false),
    person("an ended session", { cookie: out.cookie }, undefined, false),
    person("a made-up token", bearer(`wh_${"A".repeat(43)}`), undefined, false),
    person("a revoked token", bearer(outToken.token), undefined, false),
    person("a token that ran out", bearer(short.token), undefined, false),
    person("a device key as a token", bearer(owner.deviceKey), undefined, false),
    person("a stranger", { cookie: stranger.cookie }),
    person("a stranger's token", bearer((await token(stranger.cookie)).token)),
    person("a removed member", { cookie: left.cookie }),
    person("a removed member's token", bearer(leftToken.token)),
    person(
      "an owner's token for another project",
      bearer((await token(cookie, { project: strangersProject.id })).token),
    ),
    person("a viewer", { cookie: viewer.cookie }, "viewer"),
    person("a viewer's token", bearer((await token(viewer.cookie, { role: "owner" })).token), "viewer"),
    person("an owner's token for viewing", bearer((await token(cookie, { role: "viewer" })).token), "viewer"),
    person("an editor", { cookie: editor.cookie }, "editor"),
    person("an editor's token", bearer((await token(editor.cookie)).token), "editor"),
  ];
}
