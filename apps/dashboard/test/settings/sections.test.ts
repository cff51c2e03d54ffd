import { describe, expect, test } from "vitest";
import { findSection, isSettingsPath, sectionsFor, toSettingsAddress } from "../../src/settings/sections.ts";

const namesFor = (...who: Parameters<typeof sectionsFor>) => sectionsFor(...who).map(({ name }) => name);

describe("what is shown to", () => {
  test.each([
    ["viewer", ["members", "tokens", "account"]],
    ["editor", ["keys", "members", "tokens", "account"]],
    ["owner", ["keys", "members", "project", "tokens", "account"]],
  ] as const)("a %s is what one may see", (role, names) => {
    expect(namesFor(role, false)).toEqual(names);
    expect(namesFor(role, true)).toEqual([...names, "installation"]);
  });
});

test("an address leads to its section, and one that isn't shown to the first that is", () => {
  const sections = sectionsFor("viewer", false);
  const find = (path: string) => findSection(path, sections)?.name;
  expect(find("/settings/tokens")).toBe("tokens");
  expect(find("/settings/keys")).toBe("members");
  expect(find("/settings")).toBe("members");
  expect(find("/settings/nonsense")).toBe("members");
});

test("the address of each section is one of the settings, and says which project", () => {
  for (const { name } of sectionsFor("owner", true)) {
    const { pathname, search } = new URL(toSettingsAddress("p 1", name), "http://localhost");
    expect(findSection(pathname, sectionsFor("owner", true))?.name).toBe(name);
    expect(search).toBe("?project=p+1");
    expect(isSettingsPath(pathname)).toBe(true);
  }
  expect(isSettingsPath("/settingsx")).toBe(false);
  expect(isSettingsPath("/")).toBe(false);
});
