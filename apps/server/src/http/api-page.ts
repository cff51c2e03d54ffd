/** The API for people: its OpenAPI document, and a page made from that, without script. */

import {
  API_PREFIX,
  toOpenApi,
  type JsonSchema,
  type OpenApiDocument,
  type OpenApiOperation,
} from "@wheelhouse/api";
import type { FastifyInstance } from "fastify";
import packageJson from "../../package.json" with { type: "json" };

const STYLE_PATH = "/api/style.css";
const JSON_TYPE = "application/json";

export function serveApiPage(app: FastifyInstance): void {
  const document = toOpenApi(packageJson.version);
  const page = formatApiPage(document);
  const kept = { "cache-control": "no-cache" };
  app.get(`${API_PREFIX}/openapi.json`, async (_, reply) => reply.headers(kept).send(document));
  app.get("/api", async (_, reply) => reply.headers(kept).type("text/html; charset=utf-8").send(page));
  app.get(STYLE_PATH, async (_, reply) => reply.headers(kept).type("text/css; charset=utf-8").send(STYLE));
}

export function formatApiPage({ info, servers, tags, paths }: OpenApiDocument): string {
  const prefix = servers[0]?.url ?? "";
  const all = Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({ path: prefix + path, method, operation })),
  );
  const groups = tags.map(({ name }) => ({
    name,
    calls: all.filter(({ operation }) => operation.tags.includes(name)),
  }));
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escape(info.title)} API ${escape(info.version)}</title>
<link rel="stylesheet" href="${STYLE_PATH}">
</head>
<body>
<nav aria-label="Calls">
<h1>${escape(info.title)} API</h1>
<p>Version ${escape(info.version)}, <a href="${prefix}/openapi.json">as OpenAPI 3.1</a></p>
${groups.map(({ name, calls }) => `<h2>${escape(name)}</h2>\n<ul>${calls.map(({ operation }) => `<li><a href="#${operation.operationId}">${escape(operation.summary)}</a></li>`).join("")}</ul>`).join("\n")}
</nav>
<main>
<p>${formatText(info.description)}</p>
${groups.map(({ name, calls }) => `<h2>${escape(name)}</h2>\n${calls.map(formatCall).join("\n")}`).join("\n")}
</main>
</body>
</html>
`;
}

interface DocumentedCall {
  readonly path: string;
  readonly method: string;
  readonly operation: OpenApiOperation;
}

function formatCall({ path, method, operation }: DocumentedCall): string {
  const { operationId, summary, description, parameters, requestBody, responses } = operation;
  const query = parameters.filter((parameter) => parameter.in === "query");
  return `<section id="${operationId}">
<h3><a href="#${operationId}">${escape(summary)}</a></h3>
<p class="call"><b class="${method}">${method.toUpperCase()}</b> <code>${escape(path)}</code></p>
${description
  .split("\n\n")
  .map((text) => `<p>${formatText(text)}</p>`)
  .join("\n")}
${query.length === 0 ? "" : `<table><tr><th>query</th><th></th></tr>${query.map(({ name, schema }) => `<tr><td><code>${escape(name)}</code></td><td>${escape(formatType(schema))}</td></tr>`).join("")}</table>`}
${requestBody === undefined ? "" : formatBodies("Request", requestBody.content)}
${Object.entries(responses)
  .map(([status, { description: words, content }]) => {
    if (content === undefined) return `<p>${status}: ${escape(words)}</p>`;
    return Number(status) < 300 ? formatBodies(status, content) : `<p>${status}: ${formatCodes(words)}</p>`;
  })
  .join("\n")}
</section>`;
}

interface Body {
  readonly schema: object;
  readonly example?: unknown;
}

/** One for each media type. */
function formatBodies(title: string, content: Readonly<Record<string, Body>>): string {
  return Object.entries(content)
    .map(([type, body]) => formatBody(type === JSON_TYPE ? title : `${title}, ${type}`, body))
    .join("\n");
}

function formatBody(title: string, { schema, example }: Body): string {
  const text = typeof example === "string" ? example : JSON.stringify(example, undefined, 2);
  const shown = example === undefined ? "" : `<pre>${escape(text)}</pre>`;
  return `<p>${title}</p>
${shown}
<details><summary>Schema</summary><pre>${escape(JSON.stringify(schema, undefined, 2))}</pre></details>`;
}

function formatCodes(words: string): string {
  return words
    .split(", ")
    .map((code) => `<code>${escape(code)}</code>`)
    .join(", ");
}

/** `integer, 1 to 1000, by default 100`. */
function formatType(schema: JsonSchema): string {
  const { type, minimum, maximum, default: preset, enum: options, maxLength } = schema;
  const show = (value: unknown) => JSON.stringify(value ?? "").replaceAll('"', "");
  return [
    Array.isArray(options) ? `one of ${options.join(", ")}` : show(type),
    ...(minimum === undefined && maximum === undefined ? [] : [`${show(minimum)} to ${show(maximum)}`]),
    ...(maxLength === undefined ? [] : [`at most ${show(maxLength)} characters`]),
    ...(preset === undefined ? [] : [`by default ${show(preset)}`]),
  ].join(", ");
}

/** Text in which \`code\` is marked. */
function formatText(text: string): string {
  return escape(text).replaceAll(/`([^`]+)`/g, "<code>$1</code>");
}

const ENTITIES: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
};

function escape(text: string): string {
  return text.replaceAll(/[&<>"']/g, (character) => ENTITIES[character] ?? "");
}

const STYLE = `
:root { color-scheme: dark light; --line: light-dark(#d5d9de, #2b323b); --dim: light-dark(#5a6572, #93a0af); }
body { margin: 0; display: grid; grid-template-columns: 18rem minmax(0, 1fr); font: 14px/1.5 system-ui, sans-serif; background: light-dark(#fff, #12161b); color: light-dark(#1b222b, #dde4ec); }
nav { position: sticky; top: 0; height: 100vh; overflow: auto; box-sizing: border-box; padding: 1rem; border-right: 1px solid var(--line); }
nav ul { list-style: none; margin: 0; padding: 0; }
main { padding: 1rem 2rem 4rem; max-width: 60rem; }
h1 { font-size: 1.2rem; margin: 0; }
h2 { font-size: 1rem; margin: 1.2rem 0 .3rem; color: var(--dim); }
h3 { font-size: 1.05rem; margin: 0; }
a { color: light-dark(#0a58ca, #7cb7ff); text-decoration: none; }
a:hover { text-decoration: underline; }
section { border-top: 1px solid var(--line); padding: 1rem 0; }
section:target { border-left: 3px solid light-dark(#0a58ca, #7cb7ff); padding-left: 1rem; }
.call { font-family: ui-monospace, monospace; }
pre { overflow: auto; padding: .6rem .8rem; border: 1px solid var(--line); border-radius: 4px; font-size: 12.5px; }
table { border-collapse: collapse; }
td, th { text-align: left; padding: .1rem 1rem .1rem 0; vertical-align: top; }
summary { cursor: pointer; color: var(--dim); }
@media (max-width: 50rem) { body { display: block; } nav { position: static; height: auto; border: 0; } main { padding: 1rem; } }
`;
