/** What a game declares, before any of it is sent. */

import { MAX_LINE_BYTES } from "@wheelhouse/protocol";
import { DeclarationError, type Declaration } from "@wheelhouse/sdk";
import { expect, test } from "vitest";
import { toDeclared } from "../src/declarations.ts";
import { Variables } from "../src/variables.ts";

const text = (help: string): Declaration => ({ kind: "string", help });

test("one that is longer than a line is refused, since no server would take it", () => {
  const around = `{"type":"declare","variables":[${toDeclared("note", text("")).json}]}\n`.length;
  const longest = MAX_LINE_BYTES - around;
  expect(toDeclared("note", text("x".repeat(longest)))).toMatchObject({ name: "note" });
  expect(() => toDeclared("note", text("x".repeat(longest + 1)))).toThrow(
    new DeclarationError(
      `expected the declaration of note to be a line of at most ${MAX_LINE_BYTES} bytes, got: ${MAX_LINE_BYTES + 1} bytes`,
    ),
  );
});

test("null is a value of any JSON, and of nothing else", () => {
  expect(toDeclared("state", { kind: "json", value: null })).toMatchObject({ value: "null" });
  expect(() => toDeclared("lives", { kind: "integer", value: null })).toThrow(
    new DeclarationError("expected lives.value to be a whole number, got: null"),
  );
});

test.each([
  [undefined, "nothing"],
  [null, "null"],
  [5, "5"],
  [[{ kind: "integer" }], '[{"kind":"integer"}]'],
])("%j declares nothing, and says why", (given, got) => {
  const variables = new Variables();
  expect(() => variables.declare(given as unknown as Record<string, Declaration>)).toThrow(
    new DeclarationError(`expected the variables to be an object of names and declarations, got: ${got}`),
  );
  expect(variables.list()).toEqual([]);
});
