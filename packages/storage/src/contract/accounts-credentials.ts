/** Log-ins as a list shows them, known browsers, tokens, and whose each is. */

import { describe, expect, test } from "vitest";
import { MAX_KNOWN_DEVICES, type TokenRecord, type WebSessionRecord } from "../ports.ts";
import { NOON, ann, registerAnn, registerBob, rocket, type Subject } from "./subject.ts";

/** A log-in of Ann's. */
export function webSession(tokenHash: string, more: Partial<WebSessionRecord> = {}): WebSessionRecord {
  return {
    tokenHash,
    id: `id-of-${tokenHash}`,
    user: ann.id,
    createdAt: NOON,
    expiresAt: NOON + 1_000,
    lastUsedAt: NOON,
    client: null,
    ...more,
  };
}

/** A token of Ann's without limits. */
export function token(tokenHash: string, more: Partial<TokenRecord> = {}): TokenRecord {
  return {
    tokenHash,
    id: `id-of-${tokenHash}`,
    user: ann.id,
    name: "build server",
    role: null,
    project: null,
    createdAt: NOON,
    expiresAt: null,
    lastUsedAt: null,
    ...more,
  };
}

export function credentialContract(subject: Subject): void {
  const accounts = () => subject.storage.accounts;

  describe("a user's web sessions", () => {
    test("are listed oldest first, with what is known of each, and nobody else's", async () => {
      await registerAnn(subject);
      await registerBob(subject);
      const second = webSession("h-2", { createdAt: NOON + 1, client: "Firefox" });
      await accounts().addWebSession(second);
      await accounts().addWebSession(webSession("h-1"));
      await accounts().addWebSession(webSession("h-3", { user: "u-bob" }));
      expect(await accounts().webSessions(ann.id)).toEqual([webSession("h-1"), second]);
      expect(await accounts().webSessions("nobody")).toEqual([]);
    });

    test("remember when they were used last, and never go back", async () => {
      await registerAnn(subject);
      await accounts().addWebSession(webSession("h-1"));
      await accounts().touchWebSession("h-1", NOON + 9);
      await accounts().touchWebSession("h-1", NOON + 5);
      await accounts().touchWebSession("unknown", NOON + 5);
      expect(await accounts().webSessions(ann.id)).toEqual([webSession("h-1", { lastUsedAt: NOON + 9 })]);
    });

    test("are forgotten when they have expired and another begins", async () => {
      await registerAnn(subject);
      await accounts().addWebSession(webSession("h-1", { expiresAt: NOON + 5 }));
      const later = webSession("h-2", { createdAt: NOON + 5 });
      await accounts().addWebSession(later);
      expect(await accounts().webSessions(ann.id)).toEqual([later]);
    });

    test("are taken once", async () => {
      await registerAnn(subject);
      await accounts().addWebSession(webSession("h-1"));
      await expect(accounts().addWebSession(webSession("h-1"))).rejects.toThrow(TypeError);
    });
  });

  describe("whose a credential is", () => {
    test("is told with the account and its roles, as they are now", async () => {
      await registerAnn(subject);
      await accounts().addWebSession(webSession("h-1"));
      await accounts().addToken(token("t-1"));
      const whose = { user: ann, isAdmin: true, memberships: [{ project: rocket, role: "owner" }] };
      expect(await accounts().sessionHolder("h-1")).toEqual({ ...whose, session: webSession("h-1") });
      expect(await accounts().tokenHolder("t-1")).toEqual({ ...whose, token: token("t-1") });
    });

    test("is told of no other kind, and of nothing unknown or removed", async () => {
      await registerAnn(subject);
      await accounts().addWebSession(webSession("h-1"));
      await accounts().addToken(token("t-1"));
      for (const hash of ["t-1", "unknown", ""]) expect(await accounts().sessionHolder(hash)).toBeUndefined();
      for (const hash of ["h-1", "unknown", ""]) expect(await accounts().tokenHolder(hash)).toBeUndefined();
      await accounts().removeWebSession("h-1");
      await accounts().removeToken(ann.id, token("t-1").id);
      expect(await accounts().sessionHolder("h-1")).toBeUndefined();
      expect(await accounts().tokenHolder("t-1")).toBeUndefined();
    });

    test("the first account is the admin, no other", async () => {
      await registerAnn(subject);
      await registerBob(subject);
      await accounts().addWebSession(webSession("h-1"));
      await accounts().addWebSession(webSession("h-2", { user: "u-bob" }));
      expect(await accounts().sessionHolder("h-1")).toMatchObject({ isAdmin: true });
      expect(await accounts().sessionHolder("h-2")).toMatchObject({ isAdmin: false });
    });
  });

  test("a password can be changed", async () => {
    await registerAnn(subject);
    await accounts().setPassword(ann.id, "$hash$new");
    expect(await accounts().userByEmail(ann.email)).toEqual({ ...ann, passwordHash: "$hash$new" });
    await expect(accounts().setPassword("nobody", "$hash$")).rejects.toThrow(TypeError);
  });

  test("a known browser is known for its user, until all of them are forgotten", async () => {
    await registerAnn(subject);
    await registerBob(subject);
    const known = { tokenHash: "d-1", user: ann.id, createdAt: NOON };
    const bobs = { ...known, tokenHash: "d-2", user: "u-bob" };
    await accounts().addKnownDevice(known);
    await accounts().addKnownDevice(bobs);
    expect(await accounts().knownDevice("d-1")).toEqual(known);
    expect(await accounts().knownDevice("unknown")).toBeUndefined();
    await accounts().forgetKnownDevices(ann.id);
    expect(await accounts().knownDevice("d-1")).toBeUndefined();
    expect(await accounts().knownDevice("d-2")).toEqual(bobs);
    await expect(accounts().addKnownDevice({ ...known, user: "nobody" })).rejects.toThrow(TypeError);
  });

  test("so many browsers are known, the newest", async () => {
    await registerAnn(subject);
    await registerBob(subject);
    const bobs = { tokenHash: "d-bob", user: "u-bob", createdAt: NOON - 1 };
    await accounts().addKnownDevice(bobs);
    const add = (index: number) =>
      accounts().addKnownDevice({ tokenHash: `d-${index}`, user: ann.id, createdAt: NOON + index });
    await Promise.all(Array.from({ length: MAX_KNOWN_DEVICES + 2 }, (_, index) => add(index)));
    expect(await accounts().knownDevice("d-0")).toBeUndefined();
    expect(await accounts().knownDevice("d-1")).toBeUndefined();
    expect(await accounts().knownDevice("d-2")).toBeDefined();
    expect(await accounts().knownDevice(`d-${MAX_KNOWN_DEVICES + 1}`)).toBeDefined();
    expect(await accounts().knownDevice("d-bob")).toEqual(bobs);
  });

  describe("tokens", () => {
    test("are listed oldest first with their limits, and remember their last use", async () => {
      await registerAnn(subject);
      const limits = {
        role: "viewer",
        project: rocket.id,
        expiresAt: NOON + 9,
        createdAt: NOON + 1,
      } as const;
      await accounts().addToken(token("t-2", limits));
      await accounts().addToken(token("t-1"));
      await accounts().touchToken("t-1", NOON + 7);
      await accounts().touchToken("t-1", NOON + 6);
      expect(await accounts().tokens(ann.id)).toEqual([
        token("t-1", { lastUsedAt: NOON + 7 }),
        token("t-2", limits),
      ]);
      expect(await accounts().tokens("nobody")).toEqual([]);
    });

    test("are removed by their user only, who is told which it was", async () => {
      await registerAnn(subject);
      await registerBob(subject);
      await accounts().addToken(token("t-1"));
      expect(await accounts().removeToken("u-bob", token("t-1").id)).toBeUndefined();
      expect(await accounts().removeToken(ann.id, token("t-1").id)).toEqual(token("t-1"));
      expect(await accounts().removeToken(ann.id, token("t-1").id)).toBeUndefined();
      expect(await accounts().tokens(ann.id)).toEqual([]);
    });

    test("are refused for a user or a project that isn't there, or when they exist", async () => {
      await registerAnn(subject);
      await expect(accounts().addToken(token("t-1", { user: "nobody" }))).rejects.toThrow(TypeError);
      await expect(accounts().addToken(token("t-1", { project: "unknown" }))).rejects.toThrow(TypeError);
      await accounts().addToken(token("t-1"));
      await expect(accounts().addToken(token("t-1"))).rejects.toThrow(TypeError);
    });
  });
}
