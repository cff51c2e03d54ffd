/** The document holds together by the rules of OpenAPI 3.1.0, and every example is one that its schema allows. */

import { TAGS, routes, toOpenApi, type OpenApiOperation, type Route } from "@wheelhouse/api";
import { expect, test } from "vitest";

const document = toOpenApi("1.2.3");
const operations: [string, string, OpenApiOperation][] = Object.entries(document.paths).flatMap(
  ([path, methods]) =>
    Object.entries(methods).map(([method, operation]): [string, string, OpenApiOperation] => [
      path,
      method,
      operation,
    ]),
);
const all: [string, Route][] = Object.entries(routes);

/** Every object within, with where it is. */
function* walk(part: unknown, at = "#"): Generator<readonly [string, Record<string, unknown>]> {
  if (typeof part !== "object" || part === null) return;
  if (!Array.isArray(part)) yield [at, part as Record<string, unknown>];
  for (const [key, value] of Object.entries(part)) yield* walk(value, `${at}/${key}`);
}

function resolve(ref: string): unknown {
  let found: unknown = document;
  for (const key of ref.slice(2).split("/")) found = (found as Record<string, unknown> | undefined)?.[key];
  return found;
}

test("it is one of 3.1 with all it must have", () => {
  expect(document.openapi).toBe("3.1.0");
  expect(document.info).toMatchObject({ title: "Wheelhouse", version: "1.2.3" });
  expect(document.tags.map(({ name }) => name)).toEqual(TAGS);
  expect(JSON.parse(JSON.stringify(document))).toEqual(document);
});

test("every route is in it once, under its own name", () => {
  expect(operations.map(([, , { operationId }]) => operationId).toSorted()).toEqual(
    Object.keys(routes).toSorted(),
  );
  for (const [path, method, { operationId }] of operations) {
    const route: Route = routes[operationId as keyof typeof routes];
    expect(path).toBe(route.path.replaceAll(/:(\w+)/g, "{$1}"));
    expect(method).toBe(route.method.toLowerCase());
  }
});

test.each(operations)("%s %s has its words, parameters, answers and security", (path, _, operation) => {
  expect(operation.summary).toMatch(/^[A-Z].{3,80}[^.]$/);
  expect(operation.description).toMatch(/\.$/);
  expect(TAGS).toContain(operation.tags[0]);
  const inPath = operation.parameters.filter((parameter) => parameter.in === "path");
  expect(inPath.map(({ name }) => `{${name}}`)).toEqual([...path.matchAll(/\{\w+\}/g)].map(([name]) => name));
  expect(inPath.every(({ required, example }) => required && example !== undefined)).toBe(true);
  expect(new Set(operation.parameters.map(({ name }) => name)).size).toBe(operation.parameters.length);
  expect(Object.keys(operation.responses).every((status) => /^[2-5]\d\d$/.test(status))).toBe(true);
  expect(Object.keys(operation.responses).some((status) => status.startsWith("2"))).toBe(true);
  for (const scheme of operation.security)
    for (const name of Object.keys(scheme)) expect(document.components.securitySchemes).toHaveProperty(name);
});

test("every call says what it may be refused with, bodies and addresses included", () => {
  for (const [path, method, { requestBody, parameters, responses }] of operations) {
    const at = `${method} ${path}`;
    for (const status of ["403", "421", "429", "503"]) expect(Object.keys(responses), at).toContain(status);
    const ofBodies = ["400", "413", "415"].filter((status) => responses[status] !== undefined);
    expect(ofBodies, at).toEqual(requestBody === undefined ? [] : ["400", "413", "415"]);
    const isChecked = parameters.some(({ schema }) => schema["pattern"] !== undefined);
    if (isChecked || requestBody !== undefined) expect(Object.keys(responses), at).toContain("422");
  }
  for (const path of ["/invitations/read", "/invitations/accept"])
    expect(document.paths[path]?.["post"]?.responses["404"]?.description).toBe("not_found");
});

test("every reference leads somewhere, and nothing is left of how schemas are made", () => {
  const refs = [...walk(document)].filter(([at, { $ref }]) => !at.endsWith("/example") && $ref !== undefined);
  expect(refs.length).toBeGreaterThan(50);
  for (const [at, { $ref }] of refs) {
    expect(typeof $ref, at).toBe("string");
    expect($ref, at).toMatch(/^#\/components\/schemas\/\w+$/);
    expect(resolve(String($ref)), `${at}: ${String($ref)}`).toBeDefined();
  }
  expect(JSON.stringify(document)).not.toMatch(/__schema|\$defs|"\$schema"/);
});

const KEYWORDS = new Set(
  "$ref type properties required items prefixItems minItems maxItems additionalProperties anyOf oneOf allOf enum const default description examples minimum maximum exclusiveMinimum exclusiveMaximum minLength maxLength pattern format".split(
    " ",
  ),
);
const TYPES = ["string", "number", "integer", "boolean", "object", "array", "null"];

test("every schema is made of words that JSON Schema 2020-12 has", () => {
  const check = (schema: unknown, at: string): void => {
    if (typeof schema === "boolean") return;
    const {
      properties = {},
      items,
      prefixItems = [],
      anyOf = [],
      oneOf = [],
      ...rest
    } = schema as Record<string, object>;
    for (const keyword of Object.keys(schema as object))
      expect(KEYWORDS, `${at}: ${keyword}`).toContain(keyword);
    for (const type of [rest["type"] ?? []].flat()) expect(TYPES, at).toContain(type);
    for (const name of (rest["required"] ?? []) as string[]) expect(properties, at).toHaveProperty(name);
    for (const [name, part] of Object.entries(properties)) check(part, `${at}.${name}`);
    for (const part of [prefixItems, anyOf, oneOf].flat()) check(part, at);
    for (const part of [items, rest["additionalProperties"]]) if (part !== undefined) check(part, at);
  };
  for (const [name, schema] of Object.entries(document.components.schemas)) check(schema, name);
  for (const [path, method, operation] of operations) {
    const at = `${method} ${path}`;
    for (const { schema } of operation.parameters) check(schema, at);
    const bodies = [operation.requestBody, ...Object.values(operation.responses)];
    for (const body of bodies) for (const { schema } of Object.values(body?.content ?? {})) check(schema, at);
  }
});

test.each(all)("the example of %s fits its schemas", (_, { params, query, body, answers, example }) => {
  expect(Object.keys(example.params ?? {})).toEqual(Object.keys(params?.shape ?? {}));
  for (const [schema, part] of [
    [query, example.query],
    [body, example.body],
  ] as const) {
    if (part === undefined) continue;
    expect(schema?.strict().safeParse(part)).toMatchObject({ success: true });
  }
  expect(body === undefined).toBe(example.body === undefined);
  const answer = answers[example.status]?.safeParse(example.answer);
  expect(answer).toMatchObject({ success: true });
  expect(answer?.data).toEqual(example.answer);
});
