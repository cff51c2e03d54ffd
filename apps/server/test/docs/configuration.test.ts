/** The guide's table is the settings' table. */

import { readFile } from "node:fs/promises";
import { expect, test } from "vitest";
import { SETTINGS } from "../../src/config.ts";

test("every setting has its row, with its variable and its default, and no other has", async () => {
  const guide = await readFile(new URL("../../../../docs/guides/configuration.md", import.meta.url), "utf8");
  const rows = [...guide.matchAll(/^\| `(--[^`]+)` \| `(\w+)` \| (?:`([^`]*)`)? ?\|/gm)];
  expect(rows.map(([, flag, variable, preset = ""]) => [flag, variable, preset])).toEqual(
    Object.values(SETTINGS).map(({ flag, value, variable, default: preset }) => [
      `--${flag} ${value}`.trim(),
      variable,
      preset,
    ]),
  );
});
