/** The API as an OpenAPI 3.1 document, made from the table of routes and nothing else. */

import { MAX_JSON_DEPTH } from "@wheelhouse/protocol";
import { LIVE_PATH } from "./live.ts";
import { API_ERRORS } from "./errors.ts";
import * as entities from "./entities.ts";
import { API_PREFIX, routes } from "./routes.ts";
import { TAGS, type Access, type Route } from "./routes/route.ts";
import { z } from "./zod.ts";

/** A JSON Schema, draft 2020-12, as OpenAPI 3.1 has it. */
export type JsonSchema = { readonly [key: string]: unknown };

export interface OpenApiParameter {
  readonly name: string;
  readonly in: "path" | "query";
  readonly required: boolean;
  readonly schema: JsonSchema;
  readonly example?: unknown;
}

/** By media type. */
type Content = Readonly<Record<string, { readonly schema: JsonSchema; readonly example?: unknown }>>;

export interface OpenApiOperation {
  readonly operationId: string;
  readonly tags: readonly string[];
  readonly summary: string;
  readonly description: string;
  readonly parameters: readonly OpenApiParameter[];
  readonly requestBody?: { readonly required: true; readonly content: Content };
  readonly responses: Readonly<Record<string, { readonly description: string; readonly content?: Content }>>;
  readonly security: readonly Readonly<Record<string, readonly string[]>>[];
}

export interface OpenApiDocument {
  readonly openapi: "3.1.0";
  readonly info: { readonly title: string; readonly version: string; readonly description: string };
  readonly servers: readonly { readonly url: string }[];
  readonly tags: readonly { readonly name: string }[];
  readonly paths: Readonly<Record<string, Readonly<Record<string, OpenApiOperation>>>>;
  readonly components: {
    readonly schemas: Readonly<Record<string, JsonSchema>>;
    readonly securitySchemes: Readonly<Record<string, JsonSchema>>;
  };
}

export function toOpenApi(version: string): OpenApiDocument {
  const paths: Record<string, Record<string, OpenApiOperation>> = {};
  for (const [name, route] of Object.entries<Route>(routes)) {
    const path = route.path.replaceAll(/:(\w+)/g, "{$1}");
    (paths[path] ??= {})[route.method.toLowerCase()] = toOperation(name, route);
  }
  return {
    openapi: "3.1.0",
    info: { title: "Wheelhouse", version, description: ABOUT },
    servers: [{ url: API_PREFIX }],
    tags: TAGS.map((name) => ({ name })),
    paths,
    components: {
      schemas: {
        ...Object.fromEntries(
          Object.entries(NAMED).map(([name, schema]) => [name, toSchema(schema, "output", name)]),
        ),
        Value: { description: "Any JSON value." },
        Error: ERROR,
      },
      securitySchemes: {
        session: { type: "apiKey", in: "cookie", name: "wheelhouse_session" },
        token: { type: "http", scheme: "bearer", bearerFormat: "wh_…" },
      },
    },
  };
}

const ABOUT = `Times are milliseconds since 1970. An error is \`{"error":{"code","message","field"}}\`. Lists take \`limit\` and \`cursor\` and answer \`next\`, null at the end. A query parameter that a call doesn't have is refused, and so is a body that nests more than ${MAX_JSON_DEPTH} deep. A request with a session's cookie that changes something needs \`content-type: application/json\` and, from a browser, the server's own origin; a token needs neither. The live socket is at \`${LIVE_PATH}\`.`;

/** Entities that several routes speak of: each is described once. */
const NAMED: Readonly<Record<string, z.ZodType>> = {
  User: entities.user,
  Project: entities.project,
  ProjectDetails: entities.projectDetails,
  Retention: entities.retention,
  Member: entities.member,
  Invitation: entities.invitation,
  WebSession: entities.webSession,
  Token: entities.token,
  DeviceKey: entities.deviceKey,
  Device: entities.device,
  Variable: entities.variable,
  Write: entities.write,
  LogEntry: entities.logEntry,
  Marker: entities.marker,
  Session: entities.session,
};

const ERROR: JsonSchema = {
  type: "object",
  properties: {
    error: {
      type: "object",
      properties: {
        code: { type: "string", examples: Object.keys(API_ERRORS) },
        message: { type: "string" },
        field: { type: "string", description: "The part of the request that is wrong." },
      },
      required: ["code", "message"],
    },
  },
  required: ["error"],
};

const MAY: Readonly<Record<Access, string>> = {
  anyone: "Open to anyone.",
  account: "For any account.",
  admin: "For the admin of the installation.",
  viewer: "For members of the project.",
  editor: "For editors and owners of the project.",
  owner: "For owners of the project.",
};

function toOperation(name: string, route: Route): OpenApiOperation {
  const { tag, summary, description, body, example, access, selfAccess, notByToken } = route;
  const own = selfAccess === undefined ? "" : ` Of oneself: ${MAY[selfAccess].toLowerCase()}`;
  const who = `${MAY[access]}${own}${notByToken === true ? " Not by token." : ""}`;
  return {
    operationId: name,
    tags: [tag],
    summary,
    description: description === undefined ? who : `${description}\n\n${who}`,
    parameters: [...toParameters(route, "params"), ...toParameters(route, "query")],
    ...(body === undefined
      ? {}
      : { requestBody: { required: true, content: toContent(toSchema(body, "input"), example.body) } }),
    responses: toResponses(route),
    security: toSecurity(route),
  };
}

function toSecurity({ access, notByToken }: Route): OpenApiOperation["security"] {
  if (access === "anyone") return [];
  return notByToken === true ? [{ session: [] }] : [{ session: [] }, { token: [] }];
}

function toParameters(route: Route, part: "params" | "query"): readonly OpenApiParameter[] {
  const schema = route[part];
  if (schema === undefined) return [];
  const { properties = {}, required = [] } = toSchema(schema, "input") as {
    readonly properties?: Readonly<Record<string, JsonSchema>>;
    readonly required?: readonly string[];
  };
  const examples: Readonly<Record<string, unknown>> = route.example[part] ?? {};
  return Object.entries(properties).map(([name, property]) => ({
    name,
    in: part === "params" ? "path" : "query",
    required: required.includes(name),
    schema: property,
    ...(examples[name] === undefined ? {} : { example: examples[name] }),
  }));
}

function toResponses({ answers, example, streams, ...route }: Route): OpenApiOperation["responses"] {
  const granted = Object.entries(answers).map(([status, answer]) => {
    if (status === "204") return [status, { description: "Done." }] as const;
    const shown = Number(status) === example.status ? example.answer : undefined;
    return [
      status,
      { description: "Granted.", content: toContent(toSchema(answer, "output"), shown, streams) },
    ] as const;
  });
  const refused = refusalsOf(route).map(
    ([status, codes]) =>
      [status, { description: codes.join(", "), content: toContent({ $ref: refTo("Error") }) }] as const,
  );
  return Object.fromEntries([...granted, ...refused]);
}

/** Of a body before its schema is asked: no JSON, too large, of another type. */
const BODY_REFUSALS = ["400", "413", "415"] as const;

/** The codes of a route's refusals by their status. */
function refusalsOf({
  access,
  params,
  query,
  body,
  refusals = [],
}: Omit<Route, "answers" | "example">): readonly (readonly [status: string, codes: readonly string[]])[] {
  const isInProject = access === "viewer" || access === "editor" || access === "owner";
  const codes = new Set([
    ...(query === undefined && body === undefined ? [] : ["invalid"]),
    ...(access === "anyone" ? [] : ["unauthenticated"]),
    ...(isInProject || params !== undefined ? ["not_found"] : []),
    "forbidden",
    "wrong_host",
    "too_many_requests",
    "storage_unavailable",
    ...refusals,
  ]);
  const byStatus: Record<string, string[]> = {};
  if (body !== undefined) for (const status of BODY_REFUSALS) byStatus[status] = ["invalid"];
  for (const code of codes)
    (byStatus[String(API_ERRORS[code as keyof typeof API_ERRORS] ?? 500)] ??= []).push(code);
  return Object.entries(byStatus);
}

function toContent(
  schema: JsonSchema,
  example?: unknown,
  types: readonly string[] = ["application/json"],
): Content {
  const shown = example === undefined ? {} : { example };
  return Object.fromEntries(
    types.map((type, index) => [type, index === 0 ? { schema, ...shown } : { schema }]),
  );
}

function refTo(name: string): string {
  return `#/components/schemas/${name}`;
}

/** A schema whose parts that have a name are references to it. */
function toSchema(schema: z.ZodType, io: "input" | "output", self?: string): JsonSchema {
  const names = new Map(Object.entries(NAMED).map(([name, named]) => [named, name]));
  const made = z.toJSONSchema(schema, {
    io,
    override({ zodSchema, jsonSchema, path }) {
      const name = names.get(zodSchema as unknown as z.ZodType);
      if (name === undefined || (name === self && path.length === 0)) return;
      for (const key of Object.keys(jsonSchema)) delete jsonSchema[key as keyof typeof jsonSchema];
      jsonSchema.$ref = refTo(name);
    },
  });
  const { $schema: _, $defs: __, ...rest } = made as JsonSchema;
  return toPlain(rest) as JsonSchema;
}

/** The only schema that contains itself is that of any JSON value; and a newer server may answer with more fields. */
function toPlain(part: unknown): unknown {
  if (Array.isArray(part)) return part.map(toPlain);
  if (typeof part !== "object" || part === null) return part;
  const entries = Object.entries(part)
    .filter(([key, value]) => key !== "propertyNames" && !(key === "additionalProperties" && value === false))
    .map(([key, value]) =>
      key === "$ref" && /__schema\d+$/.test(String(value)) ? [key, refTo("Value")] : [key, toPlain(value)],
    );
  return Object.fromEntries(entries);
}
