/** Projects, who belongs to them, and invitations. */

import { describe, expect, test } from "vitest";
import { KEEP_ALL, type InvitationRecord } from "../ports.ts";
import { NOON, ann, boat, registerAnn, registerBob, rocket, rocketKey, type Subject } from "./subject.ts";

const bob = { user: "u-bob", email: "bob@example.org" };
const boss = { user: ann.id, email: ann.email, role: "owner" };

function invitation(tokenHash: string, more: Partial<InvitationRecord> = {}): InvitationRecord {
  return {
    tokenHash,
    id: `id-of-${tokenHash}`,
    project: rocket.id,
    role: "editor",
    by: ann.id,
    createdAt: NOON,
    expiresAt: NOON + 1_000,
    ...more,
  };
}

export function memberContract(subject: Subject): void {
  const accounts = () => subject.storage.accounts;

  async function inviteBob(role: "viewer" | "editor" | "owner", hash = "i-bob"): Promise<void> {
    await accounts().addInvitation(invitation(hash, { role }));
    expect(await accounts().acceptInvitation(hash, bob.user, NOON)).toBe("accepted");
  }

  describe("projects", () => {
    test("are added with their owner and a key, and renamed", async () => {
      await registerAnn(subject);
      const second = { id: "p-2", name: "Second", createdAt: NOON + 1, retention: KEEP_ALL };
      const key = { ...rocketKey, id: "k-2", project: "p-2", key: "secondsecond" };
      await accounts().addProject(second, ann.id, key);
      expect(await accounts().members("p-2")).toEqual([boss]);
      expect(await accounts().deviceKeys("p-2")).toEqual([key]);
      expect(await accounts().renameProject("p-2", "Other")).toEqual({ ...second, name: "Other" });
      expect(await accounts().memberships(ann.id)).toMatchObject([
        { project: rocket },
        { project: { name: "Other" }, role: "owner" },
      ]);
    });

    test("that exist already, or aren't there, or nobody would own are refused", async () => {
      await registerAnn(subject);
      const key = { ...rocketKey, id: "k-boat", project: boat.id, key: "boatboatboat" };
      await expect(accounts().addProject(rocket, ann.id, key)).rejects.toThrow(TypeError);
      await expect(accounts().addProject(boat, "nobody", key)).rejects.toThrow(TypeError);
      await expect(accounts().addProject(boat, ann.id, { ...key, id: rocketKey.id })).rejects.toThrow(
        TypeError,
      );
      expect(await accounts().memberships(ann.id)).toHaveLength(1);
      await expect(accounts().renameProject(boat.id, "x")).rejects.toThrow(TypeError);
      expect(await accounts().members(boat.id)).toEqual([]);
    });
  });

  describe("members", () => {
    test("are listed in the order they came, each with a role that can be changed", async () => {
      await registerAnn(subject);
      await registerBob(subject);
      await inviteBob("viewer");
      expect(await accounts().members(rocket.id)).toEqual([boss, { ...bob, role: "viewer" }]);
      expect(await accounts().setRole(rocket.id, bob.user, "editor")).toBe("changed");
      expect(await accounts().members(rocket.id)).toEqual([boss, { ...bob, role: "editor" }]);
      expect(await accounts().removeMember(rocket.id, bob.user)).toBe("changed");
      expect(await accounts().members(rocket.id)).toEqual([boss]);
      expect(await accounts().memberships(bob.user)).toMatchObject([{ project: boat }]);
    });

    test("who aren't there are unknown, also in another project", async () => {
      await registerAnn(subject);
      await registerBob(subject);
      for (const user of [bob.user, "nobody"]) {
        expect(await accounts().setRole(rocket.id, user, "owner")).toBe("unknown");
        expect(await accounts().setRole(rocket.id, user, "viewer")).toBe("unknown");
        expect(await accounts().removeMember(rocket.id, user)).toBe("unknown");
      }
    });

    test("the last owner stays one", async () => {
      await registerAnn(subject);
      await registerBob(subject);
      await inviteBob("editor");
      expect(await accounts().setRole(rocket.id, ann.id, "viewer")).toBe("last_owner");
      expect(await accounts().removeMember(rocket.id, ann.id)).toBe("last_owner");
      expect(await accounts().setRole(rocket.id, ann.id, "owner")).toBe("changed");
      await accounts().setRole(rocket.id, bob.user, "owner");
      const both = await Promise.all([
        accounts().removeMember(rocket.id, ann.id),
        accounts().removeMember(rocket.id, bob.user),
      ]);
      expect(both.toSorted()).toEqual(["changed", "last_owner"]);
      expect(await accounts().members(rocket.id)).toHaveLength(1);
    });
  });

  describe("invitations", () => {
    test("are listed by project, oldest first, and can be taken back", async () => {
      await registerAnn(subject);
      await registerBob(subject);
      const second = invitation("i-2", { createdAt: NOON + 1 });
      const open = invitation("i-3", { project: null, role: "owner" });
      for (const each of [second, invitation("i-1"), open]) await accounts().addInvitation(each);
      expect(await accounts().invitations(rocket.id)).toEqual([invitation("i-1"), second]);
      expect(await accounts().invitations(null)).toEqual([open]);
      expect(await accounts().invitation("i-2")).toEqual(second);
      expect(await accounts().removeInvitation(boat.id, second.id)).toBe(false);
      expect(await accounts().removeInvitation(null, second.id)).toBe(false);
      expect(await accounts().removeInvitation(rocket.id, second.id)).toBe(true);
      expect(await accounts().removeInvitation(rocket.id, second.id)).toBe(false);
      expect(await accounts().removeInvitation(null, open.id)).toBe(true);
      expect(await accounts().invitations(null)).toEqual([]);
    });

    test("are forgotten when they have expired and another is made", async () => {
      await registerAnn(subject);
      await accounts().addInvitation(invitation("i-1", { expiresAt: NOON + 5 }));
      await accounts().addInvitation(invitation("i-2", { createdAt: NOON + 5 }));
      expect(await accounts().invitation("i-1")).toBeUndefined();
    });

    test("are refused for a project or a user that isn't there, or when they exist", async () => {
      await registerAnn(subject);
      await expect(accounts().addInvitation(invitation("i-1", { project: "unknown" }))).rejects.toThrow(
        TypeError,
      );
      await expect(accounts().addInvitation(invitation("i-1", { by: "nobody" }))).rejects.toThrow(TypeError);
      await accounts().addInvitation(invitation("i-1"));
      await expect(accounts().addInvitation(invitation("i-1"))).rejects.toThrow(TypeError);
    });

    test("count once, and not when they have expired", async () => {
      await registerAnn(subject);
      await registerBob(subject);
      await accounts().addInvitation(invitation("i-1"));
      expect(await accounts().acceptInvitation("i-1", bob.user, NOON + 1_000)).toBe("unknown");
      const both = await Promise.all([
        accounts().acceptInvitation("i-1", bob.user, NOON),
        accounts().acceptInvitation("i-1", ann.id, NOON),
      ]);
      expect(both).toEqual(["accepted", "unknown"]);
      expect(await accounts().members(rocket.id)).toEqual([boss, { ...bob, role: "editor" }]);
    });

    test("never take a role away from who has more", async () => {
      await registerAnn(subject);
      await registerBob(subject);
      await inviteBob("editor");
      await inviteBob("viewer");
      expect(await accounts().members(rocket.id)).toMatchObject([boss, { role: "editor" }]);
      await inviteBob("owner");
      expect(await accounts().members(rocket.id)).toMatchObject([boss, { role: "owner" }]);
    });
  });

  describe("registering with an invitation", () => {
    const eve = { id: "u-eve", email: "eve@example.org", passwordHash: "$hash$eve", createdAt: NOON };
    const own = {
      project: { ...boat, id: "p-eve" },
      key: { ...rocketKey, id: "k-eve", project: "p-eve", key: "eveseveseves" },
    };

    test("makes the user a member of its project, once, and stores nothing else", async () => {
      await registerAnn(subject);
      await accounts().addInvitation(invitation("i-1"));
      expect(await accounts().registerInvited(eve, "i-1", own)).toBe("registered");
      expect(await accounts().memberships(eve.id)).toEqual([{ project: rocket, role: "editor" }]);
      expect(await accounts().deviceKeys("p-eve")).toEqual([]);
      const again = { ...eve, id: "u-2", email: "two@example.org" };
      expect(await accounts().registerInvited(again, "i-1", own)).toBe("unknown");
      expect(await accounts().userByEmail(again.email)).toBeUndefined();
    });

    test("without a project stores one of its own", async () => {
      await registerAnn(subject);
      await accounts().addInvitation(invitation("i-1", { project: null, role: "owner" }));
      expect(await accounts().acceptInvitation("i-1", ann.id, NOON)).toBe("unknown");
      expect(await accounts().registerInvited(eve, "i-1", own)).toBe("registered");
      expect(await accounts().memberships(eve.id)).toEqual([{ project: own.project, role: "owner" }]);
      expect(await accounts().deviceKeys("p-eve")).toEqual([own.key]);
    });

    test("an expired one lets nobody in, and a taken address uses none up", async () => {
      await registerAnn(subject);
      await accounts().addInvitation(invitation("i-1"));
      expect(await accounts().registerInvited({ ...eve, createdAt: NOON + 1_000 }, "i-1", own)).toBe(
        "unknown",
      );
      expect(await accounts().registerInvited({ ...eve, email: ann.email }, "i-1", own)).toBe("exists");
      expect(await accounts().registerInvited(eve, "i-1", own)).toBe("registered");
    });
  });
}
