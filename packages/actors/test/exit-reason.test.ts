import { formatReason, isCleanExit, type ExitReason } from "@wheelhouse/actors";
import { describe, expect, test } from "vitest";
import { toExitReason } from "../src/exit-reason.ts";

describe("an exit reason", () => {
  test.each<[ExitReason, boolean, string]>([
    ["normal", true, "normal"],
    ["shutdown", true, "shutdown"],
    [{ shutdown: "idle" }, true, "shutdown (idle)"],
    ["killed", false, "killed"],
    ["noproc", false, "noproc"],
    ["out of paper", false, "out of paper"],
    [new TypeError("boom"), false, "TypeError: boom"],
  ])("%s is clean: %s", (reason, isClean, words) => {
    expect(isCleanExit(reason)).toBe(isClean);
    expect(formatReason(reason)).toBe(words);
  });

  test("is made of whatever was thrown", () => {
    const error = new Error("boom");
    expect(toExitReason(error)).toBe(error);
    expect(toExitReason("out of paper")).toBe("out of paper");
    expect(toExitReason(undefined)).toMatchObject({
      message: "something that isn't an Error was thrown: undefined",
    });
  });
});
