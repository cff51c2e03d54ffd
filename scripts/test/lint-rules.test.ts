/** The linter's own test: each rule of the house is broken on purpose, in a copy of its layout, and the linter must say so. */

import { spawnSync } from "node:child_process";
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, test } from "vitest";

const root = fileURLToPath(new URL("../../", import.meta.url));
let house: string;

beforeAll(() => {
  house = mkdtempSync(join(tmpdir(), "wheelhouse-lint-"));
  copyFileSync(join(root, ".oxlintrc.json"), join(house, ".oxlintrc.json"));
  const compilerOptions = {
    strict: true,
    noEmit: true,
    target: "es2023",
    module: "nodenext",
    types: [],
    allowImportingTsExtensions: true,
  };
  writeFileSync(
    join(house, "tsconfig.json"),
    JSON.stringify({ compilerOptions, include: ["packages", "apps", "examples"] }),
  );
});

afterAll(() => rmSync(house, { recursive: true, force: true }));

/** The rules that a source at that place breaks. */
function lint(place: string, source: string, others: Readonly<Record<string, string>> = {}): string[] {
  const files = Object.entries({ [place]: source, ...others });
  for (const [path, text] of files) {
    mkdirSync(dirname(join(house, path)), { recursive: true });
    writeFileSync(join(house, path), text);
  }
  const oxlint = join(root, "node_modules", "oxlint", "bin", "oxlint");
  const { stdout } = spawnSync(process.execPath, [oxlint, "--type-aware", "--format=json", "."], {
    cwd: house,
    encoding: "utf8",
    env: { ...process.env, PATH: `${join(root, "node_modules", ".bin")}:${process.env["PATH"]}` },
  });
  for (const [path] of files) rmSync(join(house, path));
  const { diagnostics } = JSON.parse(stdout) as {
    readonly diagnostics: readonly { readonly code: string }[];
  };
  return diagnostics.map(({ code }) => code);
}

const imports = (...names: readonly string[]) =>
  names
    .map((name, index) => `import * as n${index} from "${name}";\nexport const use${index} = n${index};\n`)
    .join("");

describe("an import upwards, sideways or around the public entry", () => {
  test.each([
    ["packages/actors/src/x.ts", "@wheelhouse/net"],
    ["packages/actors/src/x.ts", "node:fs"],
    ["packages/actors/src/x.ts", "../../net/src/index.ts"],
    ["packages/net/src/x.ts", "@wheelhouse/storage"],
    ["packages/net/src/x.ts", "@wheelhouse/actors/src/runtime/runtime.ts"],
    ["packages/net/src/x.ts", "zod"],
    ["packages/net/src/socket/x.ts", "node:timers/promises"],
    ["packages/net/src/network/x.ts", "node:process"],
    ["packages/protocol/src/x.ts", "node:buffer"],
    ["packages/protocol/src/kinds/x.ts", "@wheelhouse/api"],
    ["packages/storage/src/x.ts", "@wheelhouse/actors"],
    ["packages/api/src/x.ts", "node:fs"],
    ["packages/api/src/x.ts", "@wheelhouse/storage"],
    ["packages/sdk/src/x.ts", "@wheelhouse/actors"],
    ["packages/sdk/src/x.ts", "ws"],
    ["apps/server/src/x.ts", "@wheelhouse/sdk"],
    ["apps/server/src/devices/x.ts", "@wheelhouse/actors/src/index.ts"],
    ["apps/dashboard/src/x.ts", "@wheelhouse/server"],
    ["apps/dashboard/src/x.ts", "node:fs"],
    ["apps/cli/src/x.ts", "@wheelhouse/storage"],
    ["apps/cli/src/commands/x.ts", "@wheelhouse/server/src/config.ts"],
    ["examples/src/x.ts", "@wheelhouse/protocol"],
    ["examples/src/x.ts", "../../packages/net/src/index.ts"],
    ["packages/storage/src/x.ts", "node:process"],
    ["packages/sdk/src/x.ts", "node:process"],
    ["apps/server/src/x.ts", "node:process"],
    ["apps/cli/src/x.ts", "node:process"],
    ["examples/src/x.ts", "node:process"],
    ["scripts/x.ts", "node:process"],
  ])("%s may not import %s", (place, name) => {
    expect(lint(place, imports(name))).toContain("eslint(no-restricted-imports)");
  });
});

describe("an import downwards", () => {
  test.each([
    ["packages/net/src/x.ts", ["@wheelhouse/actors", "@wheelhouse/actors/simulation", "node:net"]],
    ["packages/storage/src/x.ts", ["@wheelhouse/protocol", "node:worker_threads"]],
    ["packages/api/src/x.ts", ["@wheelhouse/protocol", "zod"]],
    ["apps/server/src/x.ts", ["@wheelhouse/net/socket", "@wheelhouse/storage/sqlite", "fastify", "node:url"]],
    ["apps/dashboard/src/x.ts", ["@wheelhouse/api", "react"]],
    ["apps/cli/src/x.ts", ["@wheelhouse/api", "@wheelhouse/server", "commander", "node:os"]],
    ["examples/src/x.ts", ["@wheelhouse/net/socket", "@wheelhouse/sdk"]],
  ])("%s may import %s", (place, names) => {
    expect(lint(place, imports(...names))).toEqual([]);
  });
});

describe("an ambient clock, timer or random source", () => {
  test.each([
    ["packages/actors/src/x.ts", "Date.now()", "eslint(no-restricted-globals)"],
    ["packages/net/src/x.ts", "setTimeout(() => {}, 1)", "eslint(no-restricted-globals)"],
    ["packages/sdk/src/x.ts", "queueMicrotask(() => {})", "eslint(no-restricted-globals)"],
    ["apps/server/src/devices/x.ts", "crypto.randomUUID()", "eslint(no-restricted-globals)"],
    ["apps/server/src/devices/x.ts", "Math.random()", "eslint(no-restricted-properties)"],
  ])("%s may not say %s", (place, expression, code) => {
    expect(lint(place, `export const value: unknown = ${expression};\n`)).toContain(code);
  });
});

test("a cycle of imports fails", () => {
  const other = { "packages/net/src/b.ts": 'import { a } from "./a.ts";\nexport const b: number = 1 + a;\n' };
  const codes = lint(
    "packages/net/src/a.ts",
    'import { b } from "./b.ts";\nexport const a: number = 1 + b;\n',
    other,
  );
  expect(codes).toContain("import(no-cycle)");
});

test("a floating promise fails, also through an overload", () => {
  const source = `interface Verbs { call(name: "a"): Promise<string>; call(name: "b"): Promise<number> }
export function speak(ctx: Verbs): void { ctx.call("a"); }
`;
  expect(lint("apps/server/src/x.ts", source)).toContain("typescript(no-floating-promises)");
});
