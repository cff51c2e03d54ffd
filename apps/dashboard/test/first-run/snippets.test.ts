import { parseDialect1 } from "@wheelhouse/protocol";
import { execFileSync } from "node:child_process";
import { describe, expect, test } from "vitest";
import { toDeviceHost, toSnippets } from "../../src/first-run/snippets.ts";

const KEY = "aB3dE6gH9jK2";
const snippets = toSnippets(KEY, { host: "127.0.0.1", port: 6667 });
const codeOf = (id: string): string => snippets.find((snippet) => snippet.id === id)?.code ?? "";

test.runIf(process.platform !== "win32")("what the shell snippet sends is dialect 1", () => {
  const sends = codeOf("shell").replace(" | nc 127.0.0.1 6667", "");
  expect(sends).not.toBe(codeOf("shell"));
  const lines = execFileSync("sh", ["-c", sends], { input: "", encoding: "utf8" }).trimEnd().split("\n");
  expect(lines.map(parseDialect1)).toMatchObject([
    { type: "verify", key: KEY },
    {
      type: "variables",
      key: KEY,
      variables: [
        { name: "speed", kind: "float", value: 3 },
        { name: "player", kind: "string", value: "Ann" },
      ],
    },
  ]);
});

test("every snippet carries the key", () => {
  for (const { code } of snippets) expect(code).toContain(KEY);
  expect(codeOf("javascript")).toContain('tcp: "127.0.0.1:6667"');
});

describe("the device port's host", () => {
  test.each([
    ["localhost", "127.0.0.1"],
    ["[::1]", "127.0.0.1"],
    ["127.0.0.1", "127.0.0.1"],
    ["games.example.com", "games.example.com"],
  ])("of a page at %s is %s", (hostname, host) => expect(toDeviceHost(hostname)).toBe(host));
});
