/** The examples of the documents, run: each asks a real server, and is answered as it says. */

import {
  API_PREFIX,
  EXAMPLE_IDS,
  createApiClient,
  routes,
  type Answer,
  type Request,
  type Route,
  type RouteName,
} from "@wheelhouse/api";
import { expect, test } from "vitest";
import { startServer } from "../../src/server.ts";
import { afterTest, startTestServer, temporaryFolder, testConfig, type TestServer } from "../support.ts";
import { connectGame, send } from "./support.ts";

const all = Object.entries<Route>(routes) as [RouteName, Route][];

/** What the examples call a thing, and what it is called on this server. */
type Names = Map<string, string>;

/** Makes what the examples speak of. */
async function furnish(wheelhouse: TestServer): Promise<Names> {
  const { project, api } = wheelhouse;
  const names: Names = new Map([[EXAMPLE_IDS.project, project]]);
  const game = await connectGame(wheelhouse, EXAMPLE_IDS.device);
  game.say({
    type: "declare",
    variables: [
      {
        name: EXAMPLE_IDS.variable,
        kind: "float",
        value: 3,
        min: 0,
        max: 9,
        step: 0.1,
        unit: "m/s",
        writable: true,
        group: "Enemies",
      },
    ],
  });
  const entries = [{ level: "warn", message: "boss fight began early", fields: { level: 3 } }];
  await game.store({ type: "logs", entries });
  await game.store({ type: "variables", values: { [EXAMPLE_IDS.variable]: 3 } });
  const changed = await api<Answer<"changeVariables">>(
    `/projects/${project}/devices/${EXAMPLE_IDS.device}/variables`,
    { method: "PATCH", body: { values: { [EXAMPLE_IDS.variable]: 4 } } },
  );
  names.set(routes.cancelWrite.example.params.id, String(changed.body.writes[0]?.id));

  const post = <Body>(path: string, body: object) => api<Body>(path, { method: "POST", body });
  const secretOf = ({ body }: { body: Answer<"createInvitation"> }) => body.link.split("#")[1] ?? "";
  const joining = secretOf(await post(`/projects/${project}/invitations`, { role: "viewer" }));
  const other = await wheelhouse.addAccount();
  await other.api("/invitations/accept", { method: "POST", body: { invitation: joining } });
  const { body: members } = await api<Answer<"members">>(`/projects/${project}/members`);
  names.set(routes.changeMember.example.params.user, members.members[1]?.id ?? "");

  const into = await post<Answer<"createInvitation">>(`/projects/${project}/invitations`, { role: "viewer" });
  names.set(routes.readInvitation.example.body.invitation, secretOf(into));
  names.set(routes.revokeInvitation.example.params.id, into.body.id);
  const { body: key } = await post<Answer<"createDeviceKey">>(`/projects/${project}/device-keys`, {
    name: "k",
  });
  names.set(routes.revokeDeviceKey.example.params.id, key.id);
  const { body: token } = await post<Answer<"createToken">>("/tokens", { name: "build server" });
  names.set(routes.revokeToken.example.params.id, token.id);
  const email = "ann@example.org";
  names.set(routes.createPasswordReset.example.body.email, email);
  const lost = await post<Answer<"createPasswordReset">>("/password-resets", { email });
  names.set(routes.readPasswordReset.example.body.reset, lost.body.link.split("#")[1] ?? "");
  const { body: mine } = await api<Answer<"webSessions">>("/me/sessions");
  names.set(routes.endWebSession.example.params.id, mine.sessions[0]?.id ?? "");
  return names;
}

function rename<T>(part: T, names: Names): T {
  let text = JSON.stringify(part ?? null);
  for (const [shown, real] of names) text = text.replaceAll(JSON.stringify(shown), JSON.stringify(real));
  return (part === undefined ? undefined : JSON.parse(text)) as T;
}

/** The shape of an answer: its keys and the kinds of its values; a list has the shape of its first. */
function shapeOf(part: unknown): unknown {
  if (Array.isArray(part)) return part.length === 0 ? [] : [shapeOf(part[0])];
  if (typeof part !== "object" || part === null) return part === null ? "null" : typeof part;
  return Object.fromEntries(Object.entries(part).map(([key, value]) => [key, shapeOf(value)]));
}

/** Where an example shows one of two kinds, null and something, either is right. */
function fits(shown: unknown, real: unknown): boolean {
  if (shown === "null" || real === "null") return true;
  if (Array.isArray(shown) && Array.isArray(real))
    return shown.length === 0 || real.length === 0 || fits(shown[0], real[0]);
  if (typeof shown !== "object" || shown === null || typeof real !== "object" || real === null)
    return shown === real;
  const keys = Object.keys(shown).toSorted();
  const isSame = JSON.stringify(keys) === JSON.stringify(Object.keys(real).toSorted());
  const of = (whole: object, key: string) => (whole as Record<string, unknown>)[key];
  return isSame && keys.every((key) => fits(of(shown, key), of(real, key)));
}

/** Calls it as the typed client does. */
async function run(
  { http: { host, port } }: TestServer["server"],
  name: RouteName,
  cookie: string,
  names: Names,
): Promise<unknown> {
  const { params, query, body } = rename(routes[name].example as Route["example"], names);
  const client = createApiClient({ baseUrl: `http://${host}:${port}`, headers: { cookie } });
  return client.call(name, { params, query, body } as unknown as Request<typeof name>);
}

const TAKES_INVITATION: readonly string[] = ["readInvitation", "acceptInvitation"];

test.each(all.filter(([name]) => name !== "register" && name !== "revokeOpenInvitation"))(
  "%s",
  async (name, { example }) => {
    const wheelhouse = await startTestServer();
    const names = await furnish(wheelhouse);
    const account = TAKES_INVITATION.includes(name) ? await wheelhouse.addAccount() : wheelhouse;
    const answer = await run(wheelhouse.server, name, account.cookie, names);
    const isRight = name === "openInvitations" || fits(shapeOf(example.answer), shapeOf(answer));
    expect(isRight, JSON.stringify([example.answer, answer])).toBe(true);
  },
);

test("register, and an invitation to the installation that is taken back", async () => {
  const server = await startServer(testConfig({ data: await temporaryFolder() }));
  afterTest(() => server.stop());
  const { body, status, answer } = routes.register.example;
  const sent = await send(server, {
    method: "POST",
    path: `${API_PREFIX}${routes.register.path}`,
    headers: { "content-type": "application/json" },
    body: JSON.stringify(body),
  });
  expect(sent.status).toBe(status);
  expect(fits(shapeOf(answer), shapeOf(JSON.parse(sent.text)))).toBe(true);
  const cookie = sent.headers["set-cookie"]?.[0]?.split(";")[0] ?? "";
  const made = (await run(server, "createOpenInvitation", cookie, new Map())) as Answer<"createInvitation">;
  const names = new Map([[routes.revokeOpenInvitation.example.params.id, made.id]]);
  expect(await run(server, "openInvitations", cookie, names)).toMatchObject({
    invitations: [{ id: made.id }],
  });
  expect(await run(server, "revokeOpenInvitation", cookie, names)).toBeNull();
});
