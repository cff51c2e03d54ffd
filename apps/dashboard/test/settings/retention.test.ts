import { DAY_MS } from "@wheelhouse/api";
import { expect, test } from "vitest";
import {
  AGE_FIELD,
  SIZE_FIELD,
  isRetention,
  isTighter,
  parseRetention,
  toRetentionText,
} from "../../src/settings/retention.ts";

const ALL = { maxAgeMs: null, maxBytes: null };

test.each([
  [{ days: "", gigabytes: " " }, ALL],
  [
    { days: "90", gigabytes: "" },
    { maxAgeMs: 90 * DAY_MS, maxBytes: null },
  ],
  [
    { days: "0.5", gigabytes: "2,5" },
    { maxAgeMs: DAY_MS / 2, maxBytes: 2_500_000_000 },
  ],
])("%o is understood", (text, retention) => {
  expect(parseRetention(text, ALL)).toEqual(retention);
});

test.each([
  [{ days: "0", gigabytes: "1" }, [AGE_FIELD]],
  [{ days: "1", gigabytes: "-1" }, [SIZE_FIELD]],
  [{ days: "many", gigabytes: "1e300" }, [AGE_FIELD, SIZE_FIELD]],
])("of %o something is to be said", (text, fields) => {
  const parsed = parseRetention(text, ALL);
  expect(isRetention(parsed)).toBe(false);
  expect(Object.keys(parsed)).toEqual(fields);
});

test("what wasn't touched stays as it was, to the last digit", () => {
  const odd = { maxAgeMs: 1_234_567, maxBytes: 1_000_000_001 };
  expect(parseRetention(toRetentionText(odd), odd)).toEqual(odd);
});

test("keeping less than before is noticed, and so is a first limit", () => {
  const month = { maxAgeMs: 30 * DAY_MS, maxBytes: null };
  expect(isTighter(month, ALL)).toBe(true);
  expect(isTighter({ ...month, maxBytes: 1 }, month)).toBe(true);
  expect(isTighter(month, month)).toBe(false);
  expect(isTighter(ALL, month)).toBe(false);
});
