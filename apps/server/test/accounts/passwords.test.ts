import { expect, test } from "vitest";
import { hashPassword, isRightPassword } from "../../src/accounts/passwords.ts";

test("the password that was hashed is right, any other is wrong", async () => {
  const stored = await hashPassword("correct horse");
  expect(await isRightPassword("correct horse", stored)).toBe(true);
  expect(await isRightPassword("correct horse ", stored)).toBe(false);
  expect(await isRightPassword("", stored)).toBe(false);
});

test("without an account no password is right, not even the one that is tried instead", async () => {
  expect(await isRightPassword("correct horse", undefined)).toBe(false);
  expect(await isRightPassword("nobody's password", undefined)).toBe(false);
});

test("the same password is stored differently each time, as argon2id with at least OWASP's parameters", async () => {
  const [one, other] = await Promise.all([hashPassword("correct horse"), hashPassword("correct horse")]);
  expect(one).not.toBe(other);
  const { memory, passes, lanes } =
    /^\$argon2id\$v=19\$m=(?<memory>\d+),t=(?<passes>\d+),p=(?<lanes>\d+)\$/.exec(one)?.groups ?? {};
  expect(Number(memory)).toBeGreaterThanOrEqual(19_456);
  expect(Number(passes)).toBeGreaterThanOrEqual(2);
  expect(Number(lanes)).toBe(1);
});
