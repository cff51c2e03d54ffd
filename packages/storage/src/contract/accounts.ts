/** Users, projects, log-ins and device keys. */

import { describe, expect, test } from "vitest";
import { KEEP_ALL } from "../ports.ts";
import { webSession } from "./accounts-credentials.ts";
import { NOON, ann, registerAnn, registerBob, rocket, rocketKey, type Subject } from "./subject.ts";

export function accountContract(subject: Subject): void {
  const accounts = () => subject.storage.accounts;

  describe("registering", () => {
    test("stores the user, the project with its owner, and the key", async () => {
      expect(await accounts().countUsers()).toBe(0);
      expect(await accounts().register(ann, rocket, rocketKey)).toBe("registered");
      expect(await accounts().countUsers()).toBe(1);
      expect(await accounts().userByEmail(ann.email)).toEqual(ann);
      expect(await accounts().userById(ann.id)).toEqual(ann);
      expect(await accounts().memberships(ann.id)).toEqual([{ project: rocket, role: "owner" }]);
      expect(await accounts().deviceKeys(rocket.id)).toEqual([rocketKey]);
    });

    test("answers exists, and stores nothing, for an email that is taken", async () => {
      await registerAnn(subject);
      const again = await accounts().register(
        { ...ann, id: "u-2" },
        { ...rocket, id: "p-2" },
        { ...rocketKey, id: "k-2", project: "p-2", key: "anotheranoth" },
      );
      expect(again).toBe("exists");
      expect(await accounts().countUsers()).toBe(1);
      expect(await accounts().userById("u-2")).toBeUndefined();
      expect(await accounts().deviceKeys("p-2")).toEqual([]);
      expect(await accounts().validDeviceKey("anotheranoth")).toBeUndefined();
    });

    test("stores nothing when the last of the three can't be stored", async () => {
      await registerAnn(subject);
      const other = { ...ann, id: "u-2", email: "eve@example.org" };
      const sameKey = { ...rocketKey, id: "k-2", project: "p-2" };
      await expect(accounts().register(other, { ...rocket, id: "p-2" }, sameKey)).rejects.toThrow(TypeError);
      expect(await accounts().countUsers()).toBe(1);
      expect(await accounts().userByEmail(other.email)).toBeUndefined();
      expect(await accounts().memberships(other.id)).toEqual([]);
    });

    test("of two at once with one email, one gets in", async () => {
      const two = await Promise.all([
        accounts().register(ann, rocket, rocketKey),
        accounts().register(
          { ...ann, id: "u-2" },
          { ...rocket, id: "p-2" },
          { ...rocketKey, id: "k-2", project: "p-2", key: "anotheranoth" },
        ),
      ]);
      expect(two).toEqual(["registered", "exists"]);
    });
  });

  test("who isn't there isn't found", async () => {
    expect(await accounts().userByEmail("nobody@example.org")).toBeUndefined();
    expect(await accounts().userById("nobody")).toBeUndefined();
    expect(await accounts().memberships("nobody")).toEqual([]);
    expect(await accounts().sessionHolder("nothing")).toBeUndefined();
    expect(await accounts().validDeviceKey("nothing")).toBeUndefined();
    expect(await accounts().deviceKeys("nothing")).toEqual([]);
  });

  describe("retention", () => {
    const week = { maxAgeMs: 7 * 86_400_000, maxBytes: 1_000_000_000 };

    test("is part of a project, and can be changed", async () => {
      await registerAnn(subject);
      expect(await accounts().setRetention(rocket.id, week)).toEqual({ ...rocket, retention: week });
      expect(await accounts().memberships(ann.id)).toMatchObject([{ project: { retention: week } }]);
      expect(await accounts().setRetention(rocket.id, KEEP_ALL)).toEqual(rocket);
    });

    test("can be given with the project", async () => {
      const project = { ...rocket, retention: week };
      await accounts().register(ann, project, rocketKey);
      expect(await accounts().memberships(ann.id)).toEqual([{ project, role: "owner" }]);
    });

    test("of a project that isn't there is refused", async () => {
      await expect(accounts().setRetention("unknown", week)).rejects.toThrow(TypeError);
    });
  });

  describe("web sessions", () => {
    const session = webSession("h-1");

    test("are found until they are removed", async () => {
      await registerAnn(subject);
      await accounts().addWebSession(session);
      await accounts().addWebSession(webSession("h-2"));
      expect((await accounts().sessionHolder("h-1"))?.session).toEqual(session);
      await accounts().removeWebSession("h-1");
      expect(await accounts().sessionHolder("h-1")).toBeUndefined();
      expect((await accounts().sessionHolder("h-2"))?.session).toEqual(webSession("h-2"));
    });

    test("are refused for a user who isn't there", async () => {
      await expect(accounts().addWebSession({ ...session, user: "nobody" })).rejects.toThrow(TypeError);
      expect(await accounts().sessionHolder("h-1")).toBeUndefined();
    });
  });

  describe("device keys", () => {
    const second = { ...rocketKey, id: "k-2", key: "secondsecond", name: "second", createdAt: NOON + 1 };

    test("are listed oldest first", async () => {
      await registerAnn(subject);
      const older = { ...rocketKey, id: "k-0", key: "olderolderol", createdAt: NOON - 1 };
      await accounts().addDeviceKey(second);
      await accounts().addDeviceKey(older);
      expect(await accounts().deviceKeys(rocket.id)).toEqual([older, rocketKey, second]);
    });

    test("a revoked one is listed but not valid, and keeps the time of its first revocation", async () => {
      await registerAnn(subject);
      expect(await accounts().validDeviceKey(rocketKey.key)).toEqual(rocketKey);
      const revoked = { ...rocketKey, revokedAt: NOON + 7 };
      expect(await accounts().revokeDeviceKey(rocket.id, rocketKey.id, NOON + 7)).toEqual(revoked);
      expect(await accounts().validDeviceKey(rocketKey.key)).toBeUndefined();
      expect(await accounts().revokeDeviceKey(rocket.id, rocketKey.id, NOON + 9)).toEqual(revoked);
      expect(await accounts().deviceKeys(rocket.id)).toEqual([revoked]);
    });

    test("can't be revoked from another project", async () => {
      await registerAnn(subject);
      await registerBob(subject);
      expect(await accounts().revokeDeviceKey("p-boat", rocketKey.id, NOON)).toBeUndefined();
      expect(await accounts().revokeDeviceKey(rocket.id, "unknown", NOON)).toBeUndefined();
      expect(await accounts().validDeviceKey(rocketKey.key)).toEqual(rocketKey);
    });

    test("are refused for a project that isn't there, or when they exist", async () => {
      await registerAnn(subject);
      await expect(accounts().addDeviceKey({ ...second, project: "unknown" })).rejects.toThrow(TypeError);
      await expect(accounts().addDeviceKey({ ...second, key: rocketKey.key })).rejects.toThrow(TypeError);
      expect(await accounts().deviceKeys(rocket.id)).toEqual([rocketKey]);
    });
  });
}
