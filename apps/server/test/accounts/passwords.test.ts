import { expect, test } from "vitest";
import { QueueFullError } from "../../src/accounts/bounded-queue.ts";
import { createPasswords } from "../../src/accounts/passwords.ts";

let hashes = 0;
const passwords = createPasswords(() => (hashes += 1));
const hashPassword = (password: string) => passwords.hash(password);
const isRightPassword = (password: string, stored: string | undefined) => passwords.isRight(password, stored);

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

test("a right password, a wrong one and no account at all are one hash's work each", async () => {
  const stored = await hashPassword("correct horse");
  for (const [password, against] of [
    ["correct horse", stored],
    ["another horse", stored],
    ["correct horse", undefined],
    ["", undefined],
  ] as const) {
    const before = hashes;
    await isRightPassword(password, against);
    expect(hashes - before).toBe(1);
  }
});

test("a flood of tries fills its queue, and who is known still gets a place", async () => {
  const stored = await hashPassword("correct horse");
  const flood = Array.from({ length: 200 }, () =>
    passwords.isRight("a guess", stored).then(String, (error: unknown) => error),
  );
  const known = passwords.isRight("correct horse", stored, true);
  expect(await known).toBe(true);
  const refused = (await Promise.all(flood)).filter((outcome) => outcome instanceof QueueFullError);
  expect(refused.length).toBe(200 - 34);
  expect(passwords.waiting).toBe(0);
});
