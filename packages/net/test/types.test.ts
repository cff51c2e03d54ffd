import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { expect, test } from "vitest";

const path = (relative: string) => fileURLToPath(new URL(relative, import.meta.url));

test("what must not compile doesn't, and what must does", async () => {
  const compiler = path("../../../node_modules/typescript/bin/tsc");
  const compiling = promisify(execFile)(process.execPath, [compiler, "-p", path(".")]);
  const complaints = await compiling.then(
    () => "",
    (failure: { readonly stdout: string; readonly stderr: string }) =>
      failure.stdout + failure.stderr || failure,
  );
  expect(complaints).toBe("");
});
