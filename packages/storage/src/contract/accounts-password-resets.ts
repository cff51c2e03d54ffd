/** Links that set a new password, and what ends with the old one. */

import { describe, expect, test } from "vitest";
import type { PasswordResetRecord } from "../ports.ts";
import { token, webSession } from "./accounts-credentials.ts";
import { NOON, ann, registerAnn, registerBob, type Subject } from "./subject.ts";

function reset(tokenHash: string, more: Partial<PasswordResetRecord> = {}): PasswordResetRecord {
  return { tokenHash, user: ann.id, createdAt: NOON, expiresAt: NOON + 1_000, ...more };
}

export function passwordResetContract(subject: Subject): void {
  const accounts = () => subject.storage.accounts;

  describe("password resets", () => {
    test("are found, also in what was closed and opened again", async () => {
      await registerAnn(subject);
      await accounts().addPasswordReset(reset("r-1"));
      await subject.reopen();
      expect(await accounts().passwordReset("r-1")).toEqual(reset("r-1"));
      expect(await accounts().passwordReset("unknown")).toBeUndefined();
    });

    test("set the password once, and not when they have expired", async () => {
      await registerAnn(subject);
      await accounts().addPasswordReset(reset("r-1"));
      expect(await accounts().resetPassword("r-1", "$hash$late", NOON + 1_000)).toBeUndefined();
      expect(await accounts().resetPassword("unknown", "$hash$new", NOON)).toBeUndefined();
      expect(await accounts().userById(ann.id)).toEqual(ann);
      const both = await Promise.all([
        accounts().resetPassword("r-1", "$hash$new", NOON + 999),
        accounts().resetPassword("r-1", "$hash$other", NOON + 999),
      ]);
      expect(both).toEqual([{ user: ann.id, ended: [] }, undefined]);
      expect(await accounts().userById(ann.id)).toEqual({ ...ann, passwordHash: "$hash$new" });
      expect(await accounts().passwordReset("r-1")).toBeUndefined();
    });

    test("end the sessions, the tokens and the known browsers of that user, and nobody else's", async () => {
      await registerAnn(subject);
      await registerBob(subject);
      for (const user of [ann.id, "u-bob"]) {
        await accounts().addWebSession(webSession(`session-${user}`, { user }));
        await accounts().addToken(token(`token-${user}`, { user }));
        await accounts().addKnownDevice({ tokenHash: `device-${user}`, user, createdAt: NOON });
      }
      await accounts().addPasswordReset(reset("r-bob", { user: "u-bob" }));
      await accounts().addPasswordReset(reset("r-1"));
      const outcome = await accounts().resetPassword("r-1", "$hash$new", NOON);
      expect(outcome?.ended.toSorted()).toEqual([`session-${ann.id}`, `token-${ann.id}`]);
      for (const [user, isThere] of [
        [ann.id, false],
        ["u-bob", true],
      ] as const) {
        expect((await accounts().sessionHolder(`session-${user}`)) !== undefined).toBe(isThere);
        expect((await accounts().tokenHolder(`token-${user}`)) !== undefined).toBe(isThere);
        expect((await accounts().knownDevice(`device-${user}`)) !== undefined).toBe(isThere);
      }
      expect(await accounts().passwordReset("r-bob")).toEqual(reset("r-bob", { user: "u-bob" }));
    });

    test("of one user take the place of each other, and forget those that have expired", async () => {
      await registerAnn(subject);
      await registerBob(subject);
      await accounts().addPasswordReset(reset("r-bob", { user: "u-bob", expiresAt: NOON + 5 }));
      await accounts().addPasswordReset(reset("r-1"));
      await accounts().addPasswordReset(reset("r-2", { createdAt: NOON + 5 }));
      expect(await accounts().passwordReset("r-1")).toBeUndefined();
      expect(await accounts().passwordReset("r-bob")).toBeUndefined();
      expect(await accounts().passwordReset("r-2")).toEqual(reset("r-2", { createdAt: NOON + 5 }));
    });

    test("are refused for a user who isn't there, or when they exist", async () => {
      await registerAnn(subject);
      await registerBob(subject);
      await expect(accounts().addPasswordReset(reset("r-1", { user: "nobody" }))).rejects.toThrow(TypeError);
      await accounts().addPasswordReset(reset("r-1"));
      await expect(accounts().addPasswordReset(reset("r-1", { user: "u-bob" }))).rejects.toThrow(TypeError);
      expect(await accounts().passwordReset("r-1")).toEqual(reset("r-1"));
    });
  });
}
