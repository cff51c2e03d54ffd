import { readFileSync, readdirSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { API_ERRORS, ApiError, MAX_LIMIT, MAX_WAIT_MS, errorBody, routes, type Route } from "@wheelhouse/api";
import { expect, test } from "vitest";
import { z } from "zod";

const accepts = (schema: z.ZodType | undefined, input: unknown): boolean =>
  schema?.safeParse(input).success ?? false;
const all: [string, Route][] = Object.entries(routes);

test("every parameter of a path has a schema, and no other has", () => {
  for (const [name, { path, params }] of all) {
    const inPath = [...path.matchAll(/:(\w+)/g)].map(([, param]) => param);
    const inSchema = params === undefined ? [] : Object.keys(params.shape);
    expect(inSchema, name).toEqual(inPath);
  }
});

test("no two routes share method and path, and each has an answer", () => {
  const addresses = all.map(([, { method, path }]) => `${method} ${path.replaceAll(/:\w+/g, ":")}`);
  expect(new Set(addresses).size).toBe(all.length);
  for (const [name, { answers }] of all) expect(Object.keys(answers).length, name).toBeGreaterThan(0);
});

test.each<[field: string, body: object, isRight: boolean]>([
  ["a good one", {}, true],
  ["spaces around the address", { email: "  Ann@Example.org " }, true],
  ["no @", { email: "ann" }, false],
  ["two @", { email: "a@b@c" }, false],
  ["a space within", { email: "a b@c" }, false],
  ["nothing before the @", { email: "@c" }, false],
  ["too long an address", { email: `${"a".repeat(250)}@b.org` }, false],
  ["8 characters", { password: "12345678" }, true],
  ["7 characters", { password: "1234567" }, false],
  ["128 characters", { password: "x".repeat(128) }, true],
  ["129 characters", { password: "x".repeat(129) }, false],
  ["a password that isn't text", { password: 12345678 }, false],
  ["a project's name", { project: "Rocket" }, true],
  ["a project's name of spaces", { project: "  " }, false],
])("registration with %s", (_, body, isRight) => {
  const good = { email: "ann@example.org", password: "correct horse" };
  expect(accepts(routes.register.body, { ...good, ...body })).toBe(isRight);
});

test("an address is the same however its letters are written", () => {
  const { email } = routes.logIn.body.parse({ email: " Ann@Example.ORG ", password: "x" });
  expect(email).toBe("ann@example.org");
});

test.each<[query: Record<string, string>, isRight: boolean]>([
  [{}, true],
  [{ limit: "1" }, true],
  [{ limit: String(MAX_LIMIT) }, true],
  [{ limit: String(MAX_LIMIT + 1) }, false],
  [{ limit: "0" }, false],
  [{ limit: "1.5" }, false],
  [{ limit: "ten" }, false],
  [{ from: "0", to: "1764000000000" }, true],
  [{ from: "-1" }, false],
  [{ from: "yesterday" }, false],
  [{ level: "warn" }, true],
  [{ level: "loud" }, false],
  [{ text: "x".repeat(200) }, true],
  [{ text: "x".repeat(201) }, false],
])("a query for logs: %j", (query, isRight) => {
  expect(accepts(routes.logs.query, query)).toBe(isRight);
});

test("lists hold 100 entries unless asked, histories 1,000 points", () => {
  expect(routes.logs.query.parse({})).toEqual({ limit: 100 });
  expect(routes.history.query.parse({})).toEqual({ points: 1_000 });
});

test("a wait has its limit", () => {
  expect(accepts(routes.changeVariables.query, { waitMs: String(MAX_WAIT_MS) })).toBe(true);
  expect(accepts(routes.changeVariables.query, { waitMs: String(MAX_WAIT_MS + 1) })).toBe(false);
  expect(accepts(routes.changeVariables.query, { waitMs: "-1" })).toBe(false);
});

test("a value is anything that JSON has, and nothing else", () => {
  const body = routes.changeVariables.body;
  for (const right of [null, true, 0, -1.5, "", [1, [2]], { a: { b: null } }])
    expect(accepts(body, { values: { v: right } }), JSON.stringify(right)).toBe(true);
  for (const wrong of [undefined, Number.NaN, Infinity, 1n, () => 0])
    expect(accepts(body, { values: { v: wrong } }), String(wrong)).toBe(false);
});

test("each code of the table has its status, and a code of another server keeps what it came with", () => {
  for (const [code, status] of Object.entries(API_ERRORS))
    expect(new ApiError(code, "no").status, code).toBe(status);
  expect(new ApiError("from_tomorrow", "no").status).toBe(500);
  expect(new ApiError("from_tomorrow", "no", { status: 418 }).status).toBe(418);
  expect(accepts(errorBody, { error: { code: "invalid", message: "no" } })).toBe(true);
  expect(accepts(errorBody, { error: { code: "invalid" } })).toBe(false);
});

test("no schema compiles code: every module takes zod from the one that says so", () => {
  expect(z.config().jitless).toBe(true);
  const source = fileURLToPath(new URL("../src/", import.meta.url));
  const importers = readdirSync(source, { recursive: true, encoding: "utf8" }).filter(
    (file) => file.endsWith(".ts") && /from "zod"/.test(readFileSync(source + file, "utf8")),
  );
  expect(importers).toEqual(["zod.ts"]);
});
