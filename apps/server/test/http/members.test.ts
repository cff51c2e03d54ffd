/** Projects that begin with a key, and members who leave. */

import type { Answer } from "@wheelhouse/api";
import { expect, test } from "vitest";
import { connectDevice, startTestServer, type TestAccount, type TestServer } from "../support.ts";
import { send } from "./support.ts";

async function addMember(
  wheelhouse: TestServer,
  role: "viewer" | "editor" | "owner",
): Promise<TestAccount & { readonly user: string }> {
  const { api, project } = wheelhouse;
  const other = await wheelhouse.addAccount();
  const { body } = await api<Answer<"createInvitation">>(`/projects/${project}/invitations`, {
    method: "POST",
    body: { role },
  });
  const invitation = body.link.split("#")[1];
  await other.api("/invitations/accept", { method: "POST", body: { invitation } });
  return { ...other, user: (await other.api<Answer<"me">>("/me")).body.user.id };
}

test("a project begins with a device key that a device can use", async () => {
  const { api, server } = await startTestServer();
  const made = await api<Answer<"createProject">>("/projects", { method: "POST", body: { name: "Boat" } });
  expect(made).toMatchObject({ status: 201, body: { name: "Boat", role: "owner" } });
  const { id, deviceKey } = made.body;
  const { body } = await api<Answer<"deviceKeys">>(`/projects/${id}/device-keys`);
  expect(body.deviceKeys).toMatchObject([{ name: "first key", key: deviceKey, revokedAt: null }]);
  const device = await connectDevice(server.tcp.port);
  device.send(`v:${deviceKey}`);
  expect(await device.nextLine()).toBe("OK");
});

test.each(["viewer", "editor", "owner"] as const)(
  "a member who is %s may leave, and is out",
  async (role) => {
    const wheelhouse = await startTestServer();
    const member = await addMember(wheelhouse, role);
    const members = `/projects/${wheelhouse.project}/members`;
    expect((await member.api(`${members}/${member.user}`, { method: "DELETE" })).status).toBe(204);
    expect((await member.api(members)).status).toBe(404);
    const { body } = await wheelhouse.api<Answer<"members">>(members);
    expect(body.members).toHaveLength(1);
  },
);

test.each(["viewer", "editor"] as const)(
  "a member who is %s removes nobody else, nor raises their own role",
  async (role) => {
    const wheelhouse = await startTestServer();
    const member = await addMember(wheelhouse, role);
    const other = await addMember(wheelhouse, "viewer");
    const path = `/projects/${wheelhouse.project}/members/${other.user}`;
    expect((await member.api(path, { method: "DELETE" })).status).toBe(403);
    const own = `/projects/${wheelhouse.project}/members/${member.user}`;
    expect((await member.api(own, { method: "PATCH", body: { role: "owner" } })).status).toBe(403);
  },
);

test("the last owner can't leave, and is told what to do", async () => {
  const wheelhouse = await startTestServer();
  const { body } = await wheelhouse.api<Answer<"me">>("/me");
  const path = `/projects/${wheelhouse.project}/members/${body.user.id}`;
  expect(await wheelhouse.api(path, { method: "DELETE" })).toMatchObject({
    status: 409,
    body: { error: { code: "last_owner", message: expect.stringContaining("somebody else") } },
  });
});

test("a token takes its maker out only when it may do all that they may", async () => {
  const wheelhouse = await startTestServer();
  const member = await addMember(wheelhouse, "editor");
  const leave = async (limits: object) => {
    const { body } = await member.api<Answer<"createToken">>("/tokens", {
      method: "POST",
      body: { name: "t", ...limits },
    });
    const { status } = await send(wheelhouse.server, {
      method: "DELETE",
      path: `/api/v1/projects/${wheelhouse.project}/members/${member.user}`,
      headers: { authorization: `Bearer ${body.token}` },
    });
    return status;
  };
  expect(await leave({ role: "viewer" })).toBe(403);
  expect(await leave({ role: "editor" })).toBe(403);
  expect(await leave({ project: wheelhouse.project })).toBe(403);
  expect(await leave({})).toBe(204);
});
