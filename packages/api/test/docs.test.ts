/** docs/api.md shows the table of routes as it is. */

import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { API_PREFIX, TAGS, TOPICS, TOPIC_ACCESS, routes, type Route } from "@wheelhouse/api";
import { expect, test } from "vitest";

const cell = (text: string) => text.replaceAll("|", "\\|");

/** The table between the marks. */
function formatRoutes(): string {
  const all = Object.values<Route>(routes);
  const groups = TAGS.map((tag) => {
    const rows = all
      .filter((route) => route.tag === tag)
      .map(({ method, path, access, selfAccess, notByToken, summary }) => {
        const role = selfAccess === undefined ? access : `${access}; ${selfAccess} of oneself`;
        const who = notByToken === true ? `${role}, not by token` : role;
        return `| \`${method} ${path}\` | ${who} | ${cell(summary)} |`;
      });
    return [`### ${tag}`, "", "| call | who | |", "| --- | --- | --- |", ...rows].join("\n");
  });
  const topics = TOPICS.map((topic) => `| \`${topic}\` | ${TOPIC_ACCESS[topic]} |`);
  return [
    ...groups,
    ["### Topics of the live socket", "", "| topic | who |", "| --- | --- |", ...topics].join("\n"),
  ].join("\n\n");
}

// `vitest run -u` on this file writes the table anew.
test("its table of calls is the one that the server has", async () => {
  const file = fileURLToPath(new URL("../../../docs/api.md", import.meta.url));
  const page = await readFile(file, "utf8");
  const [before = "", after = ""] = page.split(/(?<=<!-- routes -->\n)[^]*(?=<!-- \/routes -->)/);
  expect(before).toContain(API_PREFIX);
  await expect(`${before}\n${formatRoutes()}\n\n${after}`).toMatchFileSnapshot(file);
});
