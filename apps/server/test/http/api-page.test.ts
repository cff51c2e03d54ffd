import { routes, type OpenApiDocument } from "@wheelhouse/api";
import { afterAll, beforeAll, expect, test } from "vitest";
import { formatApiPage } from "../../src/http/api-page.ts";
import { startLastingServer, type TestServer } from "../support.ts";
import { send } from "./support.ts";

let wheelhouse: TestServer;
beforeAll(async () => {
  wheelhouse = await startLastingServer();
});
afterAll(() => wheelhouse.stop());

test("the document is served to anybody, whole", async () => {
  const { status, text, headers } = await send(wheelhouse.server, { path: "/api/v1/openapi.json" });
  expect([status, headers["content-type"]]).toEqual([200, "application/json; charset=utf-8"]);
  const document = JSON.parse(text) as OpenApiDocument;
  const ids = Object.values(document.paths).flatMap((methods) =>
    Object.values(methods).map(({ operationId }) => operationId),
  );
  expect(ids.toSorted()).toEqual(Object.keys(routes).toSorted());
});

test("the page has every call, and nothing that comes from elsewhere or that the policy forbids", async () => {
  const { status, text, headers } = await send(wheelhouse.server, { path: "/api" });
  expect([status, headers["content-type"]]).toEqual([200, "text/html; charset=utf-8"]);
  for (const [name, { path, summary }] of Object.entries(routes)) {
    expect(text).toContain(`<section id="${name}">`);
    expect(text).toContain(`href="#${name}"`);
    expect(text).toContain(path.replaceAll(/:(\w+)/g, "{$1}"));
    expect(text).toContain(summary.replaceAll("'", "&#39;"));
  }
  expect(text).not.toMatch(/<script|<style| style=| on\w+=|src=|undefined|\[object/);
  const linked = [...text.matchAll(/href="([^"#]+)"/g)].map(([, href]) => href ?? "");
  expect(linked.toSorted()).toEqual(["/api/style.css", "/api/v1/openapi.json"]);
  for (const href of linked) expect((await send(wheelhouse.server, { path: href })).status).toBe(200);
  const { headers: style } = await send(wheelhouse.server, { path: "/api/style.css" });
  expect(style["content-type"]).toBe("text/css; charset=utf-8");
});

test("words of the document are text, whatever is in them", () => {
  const page = formatApiPage({
    openapi: "3.1.0",
    info: { title: "<b>&", version: "'\"", description: "a `<i>` b" },
    servers: [{ url: "" }],
    tags: [{ name: "<script>" }],
    paths: {},
    components: { schemas: {}, securitySchemes: {} },
  });
  expect(page).not.toMatch(/<b>|<i>|<script>/);
  expect(page).toContain("a <code>&lt;i&gt;</code> b");
});
