import type { Answer, DeviceKey } from "@wheelhouse/api";
import { expect, test } from "vitest";
import { startTestServer } from "../support.ts";
import { connectGame } from "./support.ts";

test("keys are made, listed and revoked; a revoked one's devices are sent away and never come back", async () => {
  const wheelhouse = await startTestServer();
  const { project } = wheelhouse;
  const path = `/projects/${project}/device-keys`;
  const list = async () => (await wheelhouse.api<Answer<"deviceKeys">>(path)).body.deviceKeys;
  expect(await list()).toMatchObject([{ name: "first key", key: wheelhouse.key, revokedAt: null }]);

  const { status, body: made } = await wheelhouse.api<DeviceKey>(path, {
    method: "POST",
    body: { name: " Beta testers " },
  });
  expect(status).toBe(201);
  expect(made).toMatchObject({
    name: "Beta testers",
    key: expect.stringMatching(/^[A-Za-z0-9]{12}$/),
    revokedAt: null,
  });
  const staying = await connectGame(wheelhouse, "staying");
  const leaving = await connectGame({ ...wheelhouse, key: made.key }, "leaving");

  expect((await wheelhouse.api(`${path}/${made.id}`, { method: "DELETE" })).status).toBe(204);
  expect(await leaving.next()).toMatchObject({ type: "error", code: "revoked" });
  await leaving.line.closed;
  await staying.store({ type: "variables", values: { lives: 1 } });
  expect(await list()).toMatchObject([{ revokedAt: null }, { id: made.id, revokedAt: expect.any(Number) }]);
  await expect(connectGame({ ...wheelhouse, key: made.key }, "late")).rejects.toThrow();
});

test("a key of others can't be revoked, nor one that isn't there", async () => {
  const wheelhouse = await startTestServer();
  const other = await wheelhouse.addAccount();
  const { body } = await wheelhouse.api<Answer<"deviceKeys">>(`/projects/${wheelhouse.project}/device-keys`);
  const [key] = body.deviceKeys;
  for (const id of [key?.id, "none"]) {
    const { status } = await other.api(`/projects/${other.project}/device-keys/${id}`, { method: "DELETE" });
    expect(status).toBe(404);
  }
  await connectGame(wheelhouse);
});

test.each([{}, { name: "" }, { name: "  " }, { name: "x".repeat(101) }, { name: 7 }])(
  "a key named %j isn't made",
  async (body) => {
    const wheelhouse = await startTestServer();
    const answer = await wheelhouse.api(`/projects/${wheelhouse.project}/device-keys`, {
      method: "POST",
      body,
    });
    expect(answer.status).toBe(422);
    expect(answer.body).toMatchObject({ error: { code: "invalid", field: "name" } });
  },
);
