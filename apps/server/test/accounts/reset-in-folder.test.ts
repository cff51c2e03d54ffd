import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { StorageUnusableError } from "@wheelhouse/storage";
import { expect, test } from "vitest";
import { resetPasswordInFolder, startServer } from "../../src/index.ts";
import { send } from "../http/support.ts";
import { afterTest, startTestServer, temporaryFolder, testConfig } from "../support.ts";

const NEW = { email: "ann@example.org", password: "a staple of correctness" };

test("a password is set in the folder of a server that is stopped, and nothing else is let in", async () => {
  const { server, data, cookie, stop } = await startTestServer();
  await expect(resetPasswordInFolder(data, NEW)).rejects.toThrow(/held by another Wheelhouse/);
  await server.stop();
  expect(await resetPasswordInFolder(data, { ...NEW, email: "nobody@example.org" })).toBe("unknown_account");
  expect(await resetPasswordInFolder(data, { ...NEW, password: "password1" })).toEqual({
    weak: expect.stringContaining("tried"),
  });
  expect(await resetPasswordInFolder(data, { ...NEW, email: " Ann@Example.org" })).toBe("done");

  const again = await startServer(testConfig({ data }));
  afterTest(() => again.stop());
  const logIn = (password: string) =>
    send(again, {
      method: "POST",
      path: "/api/v1/session",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ ...NEW, password }),
    });
  expect((await logIn("correct horse battery")).status).toBe(401);
  expect((await logIn(NEW.password)).status).toBe(201);
  expect((await send(again, { path: "/api/v1/me", headers: { cookie } })).status).toBe(401);
  await again.stop();
  await stop();
});

test("a folder without data is refused, and stays as it is", async () => {
  const folder = await temporaryFolder();
  for (const data of [folder, join(folder, "missing")])
    await expect(resetPasswordInFolder(data, NEW)).rejects.toThrow(StorageUnusableError);
  expect(await readdir(folder)).toEqual([]);
});
