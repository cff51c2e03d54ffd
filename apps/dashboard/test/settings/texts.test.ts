import { HOUR_MS } from "@wheelhouse/api";
import { expect, test } from "vitest";
import { toClientText } from "../../src/settings/client-text.ts";
import { orderKeys } from "../../src/settings/key-order.ts";
import { INVITATION_SPANS, TOKEN_SPANS, formatEnd, spanOf } from "../../src/settings/times.ts";
import { toRightsText } from "../../src/settings/token-text.ts";

test.each([
  [null, "never"],
  [-1, "over"],
  [0, "over"],
  [1, "in 1 min"],
  [HOUR_MS, "in 60 min"],
  [2 * HOUR_MS, "in 2 hours"],
  [47 * HOUR_MS, "in 47 hours"],
  [168 * HOUR_MS - 1, "in 7 days"],
])("an end %o ms away is %s", (left, text) => {
  const now = 1_764_000_000_000;
  expect(formatEnd(left === null ? null : now + left, now)).toBe(text);
});

test("a span is found by its text, and having no end is one", () => {
  expect(spanOf(INVITATION_SPANS, "a week")).toBe(168 * HOUR_MS);
  expect(spanOf(TOKEN_SPANS, "no end")).toBeUndefined();
});

test.each([
  [{ role: null, project: null }, "yours"],
  [{ role: "viewer", project: null }, "viewer, all projects"],
  [{ role: null, project: "p1" }, "yours, Rocket"],
  [{ role: "editor", project: "p1" }, "editor, Rocket"],
  [{ role: "editor", project: "p2" }, "none: a project you left"],
] as const)("a token's rights %o are said as %s", (token, text) => {
  expect(toRightsText(token, [{ id: "p1", name: "Rocket", role: "owner" }])).toBe(text);
});

test.each([
  [
    "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0 Safari/537.36",
    "Chrome on Linux",
  ],
  [
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Chrome/140.0 Safari/537.36 Edg/140.0",
    "Edge on Windows",
  ],
  [
    "Mozilla/5.0 (Macintosh; Intel Mac OS X 10.15; rv:144.0) Gecko/20100101 Firefox/144.0",
    "Firefox on macOS",
  ],
  [
    "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) Version/18.0 Mobile/15E148 Safari/604.1",
    "Safari on iPhone",
  ],
  [
    "Mozilla/5.0 (Linux; Android 15) AppleWebKit/537.36 Chrome/140.0 Mobile Safari/537.36",
    "Chrome on Android",
  ],
  ["curl/8.5.0", "curl"],
  ["x".repeat(100), "x".repeat(40)],
  [null, "unknown"],
])("%s is shown as %s", (client, text) => {
  expect(toClientText(client)).toBe(text);
});

test("keys in use stand before those revoked, the newest first", () => {
  const key = (id: string, createdAt: number, revokedAt: number | null) => ({
    id,
    name: id,
    key: "Ab3dEf6hIj9k",
    createdAt,
    revokedAt,
  });
  const keys = [key("old", 1, null), key("gone", 4, 5), key("new", 3, null), key("long gone", 2, 3)];
  expect(orderKeys(keys).map(({ id }) => id)).toEqual(["new", "old", "gone", "long gone"]);
});
