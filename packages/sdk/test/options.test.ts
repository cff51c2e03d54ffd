/** What a game can't connect with. */

import { OptionsError, connect, type ConnectOptions } from "@wheelhouse/sdk";
import { expect, test } from "vitest";

test.each([
  [undefined, "nothing"],
  [null, "null"],
  ["AbCdEf123456", '"AbCdEf123456"'],
  [["AbCdEf123456", "dev"], '["AbCdEf123456","dev"]'],
])("connect(%j) says what it would take", (options, got) => {
  expect(() => connect(options as unknown as ConnectOptions)).toThrow(
    new OptionsError(`expected the options to be an object with key and device, got: ${got}`),
  );
});
