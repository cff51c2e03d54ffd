import { defineSupervisor, start } from "@wheelhouse/actors";
import { simulation } from "@wheelhouse/actors/simulation";
import { KEEP_ALL } from "@wheelhouse/storage";
import { openMemoryStorage } from "@wheelhouse/storage/memory";
import { expect, test } from "vitest";
import { SESSION_MS, beginSession, endOtherSessions, endSession } from "../../src/accounts/sessions.ts";
import {
  CredentialEndedTopic,
  findAgain,
  findVisitor as findByCredential,
  roleIn,
} from "../../src/accounts/visitor.ts";
import { hashToken } from "../../src/accounts/secrets.ts";
import { Store, StoreServer } from "../../src/store/store.ts";

const Below = defineSupervisor("Below", () => ({
  strategy: "one_for_one",
  children: [StoreServer.child(() => openMemoryStorage(), { name: Store })],
}));

const findVisitor = (ctx: Parameters<typeof findByCredential>[0], secret: string | undefined) =>
  findByCredential(ctx, secret === undefined ? undefined : { type: "session", secret });

/** A store in virtual time, with one account. */
async function openStore() {
  const runtime = simulation({ seed: 1, startsAt: 1_000_000 });
  const settled = async <T>(promise: Promise<T>): Promise<T> => {
    await runtime.settle();
    return promise;
  };
  await settled(start(Below, undefined, { runtime }));
  const user = { id: "u", email: "ann@example.org", passwordHash: "none", createdAt: 0 };
  const project = { id: "p", name: "Rocket", createdAt: 0, retention: KEEP_ALL };
  const key = { id: "k", project: "p", key: "abcDEF123456", name: "first", createdAt: 0, revokedAt: null };
  await settled(runtime.call(Store, "register", user, project, key));
  return { runtime, settled };
}

test("a session is found by its token, until it is ended", async () => {
  const { runtime, settled } = await openStore();
  const token = await settled(beginSession(runtime, "u"));
  const visitor = await settled(findVisitor(runtime, token));
  expect(visitor).toMatchObject({
    credential: hashToken(token),
    user: { id: "u", email: "ann@example.org" },
  });
  expect(visitor && roleIn(visitor, "p")).toBe("owner");
  expect(visitor && roleIn(visitor, "another")).toBeUndefined();
  expect(JSON.stringify(visitor)).not.toContain(token);
  await settled(endSession(runtime, hashToken(token)));
  expect(await settled(findVisitor(runtime, token))).toBeUndefined();
});

test("a session ends by itself after 30 days", async () => {
  const { runtime, settled } = await openStore();
  const token = await settled(beginSession(runtime, "u"));
  await runtime.advance(SESSION_MS - 1);
  expect(await settled(findVisitor(runtime, token))).toBeDefined();
  await runtime.advance(1);
  expect(await settled(findVisitor(runtime, token))).toBeUndefined();
});

test("nobody is found by nothing, and by what was made up", async () => {
  const { runtime, settled } = await openStore();
  expect(await settled(findVisitor(runtime, undefined))).toBeUndefined();
  expect(await settled(findVisitor(runtime, ""))).toBeUndefined();
  expect(await settled(findVisitor(runtime, "made-up"))).toBeUndefined();
});

test("each session has a name of its own to hear of its end", () => {
  expect(CredentialEndedTopic.of("one")).not.toEqual(CredentialEndedTopic.of("other"));
});

test("all sessions but one can be ended at once", async () => {
  const { runtime, settled } = await openStore();
  const tokens = [
    await settled(beginSession(runtime, "u")),
    await settled(beginSession(runtime, "u")),
    await settled(beginSession(runtime, "u")),
  ];
  await settled(endOtherSessions(runtime, "u", hashToken(tokens[1] ?? "")));
  const found = [];
  for (const token of tokens) found.push(await settled(findVisitor(runtime, token)));
  expect(found.map((visitor) => visitor !== undefined)).toEqual([false, true, false]);
});

test("when a session was used last is known to five minutes", async () => {
  const { runtime, settled } = await openStore();
  const token = await settled(beginSession(runtime, "u", "x".repeat(1_000)));
  const lastUsed = async () => (await settled(runtime.call(Store, "webSessions", "u")))[0]?.lastUsedAt ?? 0;
  const began = await lastUsed();
  await runtime.advance(299_999);
  await settled(findVisitor(runtime, token));
  expect(await lastUsed()).toBe(began);
  await runtime.advance(1);
  await settled(findVisitor(runtime, token));
  expect(await lastUsed()).toBe(began + 300_000);
  const [session] = await settled(runtime.call(Store, "webSessions", "u"));
  expect(session?.client).toHaveLength(200);
});

test("a token gives what its account may, and never more than its limits", async () => {
  const { runtime, settled } = await openStore();
  const other = { id: "q", name: "Boat", createdAt: 1, retention: KEEP_ALL };
  const key = { id: "k-2", project: "q", key: "another", name: "k", createdAt: 1, revokedAt: null };
  await settled(runtime.call(Store, "addProject", other, "u", key));
  const addToken = (secret: string, limits: object) =>
    settled(
      runtime.call(Store, "addToken", {
        tokenHash: hashToken(secret),
        id: secret,
        user: "u",
        name: "ci",
        role: null,
        project: null,
        createdAt: 0,
        expiresAt: null,
        lastUsedAt: null,
        ...limits,
      }),
    );
  const find = (secret: string) => settled(findByCredential(runtime, { type: "token", secret }));
  await addToken("wh_all", {});
  await addToken("wh_one", { project: "p" });
  await addToken("wh_view", { role: "viewer" });
  await addToken("wh_soon", { expiresAt: runtime.wallClock() + 5 });
  const roles = async (secret: string) => {
    const visitor = await find(secret);
    return visitor && [roleIn(visitor, "p"), roleIn(visitor, "q"), visitor.isAdmin, visitor.isLimited];
  };
  expect(await roles("wh_all")).toEqual(["owner", "owner", true, false]);
  expect(await roles("wh_one")).toEqual(["owner", undefined, false, true]);
  expect(await roles("wh_view")).toEqual(["viewer", "viewer", false, true]);
  const soon = await find("wh_soon");
  expect(soon).toBeDefined();
  await runtime.advance(5);
  expect(await find("wh_soon")).toBeUndefined();
  expect(soon && (await settled(findAgain(runtime, soon)))).toBeUndefined();
  // A session's secret is no token, and a token's no session.
  const session = await settled(beginSession(runtime, "u"));
  expect(await find(session)).toBeUndefined();
  expect(await settled(findVisitor(runtime, "wh_all"))).toBeUndefined();
});
