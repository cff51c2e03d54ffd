/** What can be listened to, and by what. */

import { OptionsError } from "@wheelhouse/sdk";
import { expect, test } from "vitest";
import { Listeners, type GameEvents } from "../src/listeners.ts";

function listeners(): Listeners {
  return new Listeners((error) => {
    throw error;
  });
}

test.each([
  ["nope", '"nope"'],
  ["toString", '"toString"'],
  [undefined, "nothing"],
])("there is no event %j", (event, got) => {
  expect(() => listeners().add(event as keyof GameEvents, () => undefined)).toThrow(
    new OptionsError(`expected the event to be status or error, got: ${got}`),
  );
});

test("a listener is a function", () => {
  expect(() => listeners().add("status", 5 as unknown as () => void)).toThrow(
    new OptionsError("expected the listener to be a function, got: 5"),
  );
});
