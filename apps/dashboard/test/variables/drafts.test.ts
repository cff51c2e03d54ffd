import type { Variable } from "@wheelhouse/api";
import { describe, expect, test } from "vitest";
import {
  draftKey,
  readInput,
  reduceDrafts,
  toInput,
  type DraftEvent,
  type Drafts,
} from "../../src/variables/drafts.ts";
import { variable, write } from "../live/fixtures.ts";

const key = draftKey("game", "speed");
const play = (events: readonly DraftEvent[]): Drafts => events.reduce(reduceDrafts, new Map() as Drafts);
const edit: DraftEvent = { type: "edit", key, input: "5" };

describe("a draft", () => {
  test("is gone when it is discarded or was taken", () => {
    expect(play([edit, { type: "discard", key }]).size).toBe(0);
    expect(play([edit, { type: "send", key }, { type: "sent", key }]).size).toBe(0);
  });

  test("stays with the reason when the server refuses it, until the next keystroke", () => {
    const refused = play([edit, { type: "send", key }, { type: "refused", key, message: "no" }]);
    expect(refused.get(key)).toEqual({ input: "5", isSending: false, refusal: "no" });
    expect(reduceDrafts(refused, { type: "edit", key, input: "6" }).get(key)?.refusal).toBeUndefined();
  });

  test("that was edited while it was sent isn't touched by the answer", () => {
    const edited = [edit, { type: "send", key }, { type: "edit", key, input: "6" }] as const;
    expect(play([...edited, { type: "sent", key }]).get(key)?.input).toBe("6");
    expect(play([...edited, { type: "refused", key, message: "no" }]).get(key)?.refusal).toBeUndefined();
  });

  test("belongs to one variable of one device", () => {
    const drafts = play([edit, { type: "discard", key: draftKey("other", "speed") }]);
    expect([...drafts.keys()]).toEqual([key]);
  });
});

describe("an editor begins with", () => {
  test.each<[Partial<Variable>, unknown]>([
    [{ kind: "float", reported: { value: 3.5, at: 1 } }, "3.5"],
    [{ kind: "boolean", reported: { value: "1", at: 1 } }, true],
    [{ kind: "string", reported: { value: "Ann", at: 1 } }, "Ann"],
    [{ kind: "json", reported: { value: "Ann", at: 1 } }, '"Ann"'],
    [{ kind: "vector", reported: { value: [1, 2], at: 1 } }, ["1", "2"]],
    [{ kind: "integer", reported: null }, ""],
  ])("%o: %o", (rest, input) => expect(toInput(variable("v", rest))).toEqual(input));

  test("the value on its way to the device, until the device has answered", () => {
    expect(toInput(variable("v", { desired: write(1, "v", { state: "pending" }) }))).toBe("5");
    expect(toInput(variable("v", { desired: write(1, "v", { state: "rejected" }) }))).toBe("1");
  });
});

describe("what stands in an editor is read", () => {
  test.each<[Partial<Variable>, Parameters<typeof readInput>[1], unknown]>([
    [{ kind: "float", min: 0, max: 9 }, "4.5", { value: 4.5 }],
    [{ kind: "float", min: 0, max: 9 }, "12", { code: "out_of_range", message: "expected 0 to 9, got: 12" }],
    [{ kind: "integer" }, "1.5", { code: "invalid", message: 'expected a whole number, got: "1.5"' }],
    [{ kind: "float" }, "", { code: "invalid", message: 'expected a number, got: ""' }],
    [{ kind: "vector" }, ["1", "-2.5"], { value: [1, -2.5] }],
    [{ kind: "json" }, '{"a":[1]}', { value: { a: [1] } }],
    [{ kind: "json" }, "{", { code: "invalid", message: "expected JSON" }],
    [{ kind: "string" }, "", { value: "" }],
  ])("%o, %o: %o", (rest, input, read) => expect(readInput(variable("v", rest), input)).toEqual(read));

  test("a vector with a part that is no number is refused", () => {
    expect(readInput(variable("v", { kind: "vector" }), ["1", "x"])).toMatchObject({ code: "invalid" });
  });

  test("an option that wasn't declared is refused", () => {
    const choice = variable("v", { kind: "enum", options: ["easy", "hard"] });
    expect(readInput(choice, "hard")).toEqual({ value: "hard" });
    expect(readInput(choice, "odd")).toMatchObject({ code: "invalid" });
  });
});
