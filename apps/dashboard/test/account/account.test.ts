import { ApiError } from "@wheelhouse/api";
import { expect, test } from "vitest";
import { toInvitationText } from "../../src/account/invitation-text.ts";
import { checkCredentials, checkNewCredentials } from "../../src/account/credentials.ts";
import { toRefusalText } from "../../src/account/refusal.ts";

test.each([
  ["ann@example.com", "12345678", []],
  ["ann", "12345678", ["email"]],
  ["a b@example.com", "1234567", ["email", "password"]],
  ["ann@example.com", "x".repeat(129), ["password"]],
])("a new account with %o, %o has something to say of %o", (email, password, fields) => {
  expect(Object.keys(checkNewCredentials({ email, password }))).toEqual(fields);
});

test("logging in doesn't ask how long an old password is", () => {
  expect(checkCredentials({ email: "ann@example.com", password: "short" })).toEqual({});
  expect(Object.keys(checkCredentials({ email: "", password: "" }))).toEqual(["email", "password"]);
});

test("a refusal is a sentence, beside its field where it has one", () => {
  const refused = new ApiError("invalid", "this password is too common", { field: "password" });
  expect(toRefusalText(refused)).toEqual({ message: "This password is too common.", field: "password" });
});

test("anything else that fails shows nothing of its inside", () => {
  const { message } = toRefusalText(new TypeError("Failed to fetch at app.js:1"));
  expect(message).not.toContain("app.js");
});

test.each([
  ["viewer", "ann@example.org invites you to “Rocket” as a viewer: you can watch."],
  ["editor", "ann@example.org invites you to “Rocket” as an editor: you can watch and change values."],
  [
    "owner",
    "ann@example.org invites you to “Rocket” as an owner: you can do everything, also invite others.",
  ],
] as const)("an invitation says what a %s may", (role, text) => {
  expect(toInvitationText({ project: { name: "Rocket" }, role, by: "ann@example.org" })).toBe(text);
});

test("an invitation to the installation names no project", () => {
  const text = toInvitationText({ project: null, role: "owner", by: "ann@example.org" });
  expect(text).toBe("ann@example.org invites you to this Wheelhouse. You get a project of your own.");
});
