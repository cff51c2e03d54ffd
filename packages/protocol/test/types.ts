/** What must not compile; checked by `tsc -p packages/protocol/test`, never run. */

import {
  fitValue,
  formatError,
  formatMessage,
  formatPush,
  kindOf,
  parseDeviceMessage,
  parseDialect1,
  refuse,
  type AppliedResult,
  type JsonValue,
  type Kind,
  type ServerMessage,
} from "../src/index.ts";
import type { Step } from "../src/golden.ts";

// @ts-expect-error: a code that isn't in the table
refuse("teapot", "short and stout");
// @ts-expect-error: so on the wire
formatError("teapot", "short and stout");
// @ts-expect-error: an error without its text
formatMessage({ type: "error", code: "invalid" });
// @ts-expect-error: a welcome without what it promises
formatMessage({ type: "welcome", protocol: 2, session: "s" });
// @ts-expect-error: lines have a seq
formatMessage({ type: "variables", values: {} });
// @ts-expect-error: `undefined` isn't JSON
formatMessage({ type: "set", id: 1, values: { lives: undefined } });
// @ts-expect-error: a kind that doesn't exist
kindOf("trigger");
// @ts-expect-error: a value needs its kind
fitValue({ min: 0 }, 5);
// @ts-expect-error: a push needs the type that the device sent
formatPush("key", [{ name: "lives", kind: "integer", value: 3 }]);
// @ts-expect-error: an answer is a value or an error
export const answer: AppliedResult = {};
// @ts-expect-error: a kind of dates can't hold them as Date
export type DateKind = Kind<Date>;
// @ts-expect-error: a line may be refused
export const { key } = parseDialect1("v:");
// @ts-expect-error: a line may be refused
export const { seq } = parseDeviceMessage("{}");

/** Every type of server message is handled, or this doesn't compile. */
export function nameServerMessage(message: ServerMessage): string {
  switch (message.type) {
    case "welcome":
      return message.session;
    case "set":
      return String(message.id);
    case "ack":
      return String(message.seq);
    case "error":
      return message.code;
    case "ping":
    case "pong":
      return message.type;
  }
}

export function readValue(step: Step): JsonValue {
  // @ts-expect-error: only some steps have a value
  if (step.type !== "person_sees") return step.value;
  return step.value;
}
