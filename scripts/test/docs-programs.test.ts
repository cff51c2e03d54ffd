import { expect, test } from "vitest";
import { toPrograms } from "../docs/programs.ts";

test("a program is a block of TypeScript with those joined to it", () => {
  const page = [
    "```ts\na(); // prints: 1\n```",
    "```elixir\nb()\n```",
    "<!-- joined to the block above -->\n\n```ts\nc();\n// prints: 2\n```",
    "```ts\nd();\n```",
  ].join("\n\n");
  expect(toPrograms(page)).toEqual([
    { line: 1, code: "a(); // prints: 1\n\nc();\n// prints: 2\n", prints: ["1", "2"] },
    { line: 16, code: "d();\n", prints: [] },
  ]);
});
