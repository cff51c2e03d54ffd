import { defineSupervisor, start } from "@wheelhouse/actors";
import { simulation } from "@wheelhouse/actors/simulation";
import type { Role } from "@wheelhouse/api";
import { openMemoryStorage } from "@wheelhouse/storage/memory";
import { expect, test } from "vitest";
import {
  SESSION_MS,
  SessionEndedTopic,
  beginSession,
  endSession,
  findVisitor,
  mayActAs,
  roleIn,
} from "../../src/accounts/sessions.ts";
import { hashToken } from "../../src/accounts/secrets.ts";
import { Store, StoreServer } from "../../src/store/store.ts";

test.each<[role: Role, may: readonly Role[]]>([
  ["viewer", ["viewer"]],
  ["editor", ["viewer", "editor"]],
  ["owner", ["viewer", "editor", "owner"]],
])("what a %s may", (role, may) => {
  const roles: readonly Role[] = ["viewer", "editor", "owner"];
  expect(roles.filter((needed) => mayActAs(role, needed))).toEqual(may);
});

const Below = defineSupervisor("Below", () => ({
  strategy: "one_for_one",
  children: [StoreServer.child(() => openMemoryStorage(), { name: Store })],
}));

/** A store in virtual time, with one account. */
async function openStore() {
  const runtime = simulation({ seed: 1, startsAt: 1_000_000 });
  const settled = async <T>(promise: Promise<T>): Promise<T> => {
    await runtime.settle();
    return promise;
  };
  await settled(start(Below, undefined, { runtime }));
  const user = { id: "u", email: "ann@example.org", passwordHash: "none", createdAt: 0 };
  const project = { id: "p", name: "Rocket", createdAt: 0 };
  const key = { id: "k", project: "p", key: "abcDEF123456", name: "first", createdAt: 0, revokedAt: null };
  await settled(runtime.call(Store, "register", user, project, key));
  return { runtime, settled };
}

test("a session is found by its token, until it is ended", async () => {
  const { runtime, settled } = await openStore();
  const token = await settled(beginSession(runtime, "u"));
  const visitor = await settled(findVisitor(runtime, token));
  expect(visitor).toMatchObject({ session: hashToken(token), user: { id: "u", email: "ann@example.org" } });
  expect(visitor && roleIn(visitor, "p")).toBe("owner");
  expect(visitor && roleIn(visitor, "another")).toBeUndefined();
  expect(JSON.stringify(visitor)).not.toContain(token);
  await settled(endSession(runtime, token));
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
  expect(SessionEndedTopic.of("one")).not.toEqual(SessionEndedTopic.of("other"));
});
